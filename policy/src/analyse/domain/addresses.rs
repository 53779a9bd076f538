//! Sets of internet addresses: unions of ranges over the two families, closed under every boolean operation.
//!
//! The families are disjoint, as in AWS: `0.0.0.0/0` holds no IPv6 address and `::/0` no IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Addresses {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

/// The IPv6 addresses that are IPv4 ones in disguise; a request from them is an IPv4 request.
const MAPPED: (u128, u128) = (0xffff_0000_0000, 0xffff_ffff_ffff);

impl Addresses {
    /// Every address a request can come from.
    pub(crate) fn all() -> Self {
        let v6 = Ranges(vec![(0, u128::MAX)]).minus(&Ranges(vec![MAPPED]));
        Self { v4: Ranges(vec![(0, u32::MAX)]), v6 }
    }

    /// The network of `prefix` leading bits around `address`; the other bits do not count.
    pub(crate) fn network(address: IpAddr, prefix: u8) -> Self {
        match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                let base = u32::from(address) & !mask;
                Self { v4: Ranges(vec![(base, base | mask)]), v6: Ranges::default() }
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                let base = u128::from(address) & !mask;
                Self { v4: Ranges::default(), v6: Ranges(vec![(base, base | mask)]).minus(&Ranges(vec![MAPPED])) }
            }
        }
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    pub(crate) fn complement(&self) -> Self {
        let all = Self::all();
        Self { v4: all.v4.minus(&self.v4), v6: all.v6.minus(&self.v6) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(u32::from(address)),
            IpAddr::V6(address) => self.v6.contains(u128::from(address)),
        }
    }

    /// An address of the set; an ordinary looking one where there is a choice.
    pub(crate) fn sample(&self) -> Option<IpAddr> {
        let ordinary = [
            IpAddr::V4(Ipv4Addr::new(198, 51, 100, 23)),
            IpAddr::V4(Ipv4Addr::new(8, 8, 4, 4)),
            IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34)),
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x23)),
        ];
        let within = |low: u128, high: u128| low + u128::from(high > low);
        ordinary.into_iter().find(|address| self.contains(*address)).or_else(|| {
            let v4 = self.v4.0.iter().max_by_key(|(low, high)| high - low);
            let v6 = self.v6.0.iter().max_by_key(|(low, high)| high - low);
            let v4 = v4.map(|&(low, high)| IpAddr::V4(Ipv4Addr::from(low + u32::from(high > low))));
            v4.or_else(|| v6.map(|&(low, high)| IpAddr::V6(Ipv6Addr::from(within(low, high)))))
        })
    }

    /// The part of the set that lies in aligned blocks smaller than an IPv4 `/8` or an IPv6 `/32`: addresses somebody
    /// chose by name. Neighbouring pieces count as the block they form, so the whole space written in pieces is no choice.
    pub(crate) fn narrow_part(&self) -> Self {
        // The mapped addresses are no addresses of their own; their absence must not break a block.
        let mapped = Ranges(vec![MAPPED]);
        Self { v4: self.v4.without_blocks(24), v6: self.v6.union(&mapped).without_blocks(96).minus(&mapped) }
    }
}

/// Sorted, disjoint, non-adjacent inclusive ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What the two sizes of address have in common.
trait Word: Copy + Ord {
    fn next(self) -> Option<Self>;
    fn previous(self) -> Option<Self>;
    /// Clears the low `bits`.
    fn aligned(self, bits: u32) -> Self;
    /// Sets the low `bits`.
    fn filled(self, bits: u32) -> Self;
}

macro_rules! word {
    ($type:ty) => {
        impl Word for $type {
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
            fn aligned(self, bits: u32) -> Self {
                self >> bits << bits
            }
            fn filled(self, bits: u32) -> Self {
                self | ((1 << bits) - 1)
            }
        }
    };
}
word!(u32);
word!(u128);

impl<T: Word> Ranges<T> {
    fn contains(&self, value: T) -> bool {
        let after = self.0.partition_point(|&(low, _)| low <= value);
        after > 0 && self.0[after - 1].1 >= value
    }

    fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<(T, T)> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some((_, end)) if end.next().is_none_or(|next| low <= next) => *end = (*end).max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(&&(a, b)), Some(&&(c, d))) = (left.peek(), right.peek()) {
            let (low, high) = (a.max(c), b.min(d));
            if low <= high {
                common.push((low, high));
            }
            if b <= d {
                left.next()
            } else {
                right.next()
            };
        }
        Self(common)
    }

    fn minus(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        for &(low, high) in &self.0 {
            let mut from = Some(low);
            for &(a, b) in other.0.iter().filter(|(a, b)| *b >= low && *a <= high) {
                if let (Some(start), Some(before)) = (from, a.previous())
                    && start <= before
                {
                    rest.push((start, before));
                }
                from = b.next().filter(|next| *next <= high);
            }
            if let Some(start) = from {
                rest.push((start, high));
            }
        }
        Self(rest)
    }

    /// What is left when every whole aligned block of `bits` bits is taken out.
    fn without_blocks(&self, bits: u32) -> Self {
        let whole: Vec<(T, T)> = self
            .0
            .iter()
            .filter_map(|&(low, high)| {
                let first = if low.aligned(bits) == low { low } else { low.filled(bits).next()? };
                // The last block ends at `high`, or the one before it does.
                let last = if high.filled(bits) == high { high } else { high.aligned(bits).previous()? };
                (first <= last).then_some((first, last))
            })
            .collect();
        self.minus(&Self(whole))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn net(text: &str) -> Addresses {
        let (address, prefix) = text.split_once('/').unwrap();
        Addresses::network(address.parse().unwrap(), prefix.parse().unwrap())
    }

    #[test]
    fn networks_hold_their_own_family_only() {
        for (network, address, expected) in [
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.9", false),
            ("::/0", "2001:db8::1", true),
            ("10.1.2.3/8", "10.200.0.1", true),
            ("10.0.0.0/32", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db9::", false),
        ] {
            assert_eq!(net(network).contains(address.parse().unwrap()), expected, "{network} {address}");
        }
    }

    #[test]
    fn pieces_add_up() {
        let halves = net("0.0.0.0/1").union(&net("128.0.0.0/1"));
        assert_eq!(halves, net("0.0.0.0/0"));
        assert!(halves.union(&net("::/0")).complement().is_empty());
        assert_eq!(halves.complement().sample().map(|address| address.is_ipv6()), Some(true));
        assert!(net("0.0.0.0/0").complement().intersection(&net("1.0.0.0/8")).is_empty());
    }

    #[test]
    fn narrow_parts_are_what_somebody_chose() {
        assert!(net("9.0.0.0/8").narrow_part().is_empty());
        assert_eq!(net("9.0.0.0/9").narrow_part(), net("9.0.0.0/9"));
        assert!(net("9.0.0.0/9").union(&net("9.128.0.0/9")).narrow_part().is_empty());
        assert_eq!(net("9.0.0.0/8").union(&net("10.0.0.0/9")).narrow_part(), net("10.0.0.0/9"));
        assert!(net("2001:db8::/32").narrow_part().is_empty());
        assert_eq!(net("2001:db8::/48").narrow_part(), net("2001:db8::/48"));
        assert!(net("0.0.0.0/0").narrow_part().is_empty());
        assert!(net("::/1").narrow_part().is_empty());
    }

    fn arbitrary_set() -> impl Strategy<Value = Ranges<u32>> {
        prop::collection::vec((0u32..40, 0u32..12), 0..5).prop_map(|pairs| {
            pairs
                .into_iter()
                .fold(Ranges::default(), |set, (low, length)| set.union(&Ranges(vec![(low, low + length)])))
        })
    }

    proptest! {
        // forall a, b, x: membership in a combination is the combination of memberships.
        #[test]
        fn ranges_behave_as_sets(a in arbitrary_set(), b in arbitrary_set()) {
            let (union, common, rest, loose) = (a.union(&b), a.intersection(&b), a.minus(&b), a.without_blocks(2));
            for x in 0..60 {
                prop_assert_eq!(union.contains(x), a.contains(x) || b.contains(x));
                prop_assert_eq!(common.contains(x), a.contains(x) && b.contains(x));
                prop_assert_eq!(rest.contains(x), a.contains(x) && !b.contains(x));
                let block = (x / 4 * 4..x / 4 * 4 + 4).all(|y| a.contains(y));
                prop_assert_eq!(loose.contains(x), a.contains(x) && !block);
            }
            prop_assert!(union.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
