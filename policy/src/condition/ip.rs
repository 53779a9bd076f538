//! Addresses and networks, version 4 and 6.
//!
//! The rules differ between the families in ways that were measured, not designed: in version 4 host bits after the
//! prefix are ignored and leading zeros are decimal; a version 6 network with host bits matches nothing. A request from
//! `::ffff:a.b.c.d` is a request from `a.b.c.d`, but a policy's network in that form matches nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of addresses named by a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// The version 4 addresses that share the first `prefix` bits with `address`. Host bits are zero.
    V4 {
        /// The first address.
        address: u32,
        /// 0 to 32.
        prefix: u8,
    },
    /// The version 6 addresses that share the first `prefix` bits with `address`. Host bits are zero.
    V6 {
        /// The first address.
        address: u128,
        /// 0 to 128.
        prefix: u8,
    },
    /// Well-formed, but no address is in it.
    Empty,
}

impl Network {
    /// Reads an address or a CIDR block; a bare address is a network of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let prefix = |width: u8| match prefix {
            None => Some(width),
            Some(text) if text.is_empty() || text.len() > 3 || !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
            Some(text) => text.parse().ok().filter(|prefix| *prefix <= width),
        };
        if !address.contains(':') {
            let (address, prefix) = (parse_v4(address)?, prefix(32)?);
            return Some(Self::V4 { address: address & mask_v4(prefix), prefix });
        }
        if address.contains('.') {
            return None; // dotted version 6 spellings are malformed in a policy
        }
        let (address, prefix) = (u128::from(address.parse::<Ipv6Addr>().ok()?), prefix(128)?);
        let mapped = Ipv6Addr::from(address).to_ipv4_mapped().is_some();
        Some(if mapped || address & mask_v6(prefix) != address { Self::Empty } else { Self::V6 { address, prefix } })
    }

    /// Whether `address` is in the network. The two families share no address.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4 { address, prefix }, IpAddr::V4(v4)) => u32::from(v4) & mask_v4(prefix) == address,
            (Self::V6 { address, prefix }, IpAddr::V6(v6)) => u128::from(v6) & mask_v6(prefix) == address,
            _ => false,
        }
    }
}

/// Reads the address a request comes from; an IPv4-mapped address is the IPv4 address.
#[must_use]
pub fn parse_address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        let address: Ipv6Addr = text.parse().ok()?;
        Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
    } else {
        parse_v4(text).map(|address| IpAddr::V4(Ipv4Addr::from(address)))
    }
}

/// Four decimal fields; leading zeros do not make them octal (the standard library refuses them).
fn parse_v4(text: &str) -> Option<u32> {
    let mut fields = text.split('.');
    let mut address = 0;
    for _ in 0..4 {
        let field = fields.next()?;
        if field.is_empty() || field.len() > 3 || !field.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        address = (address << 8) | u32::from(field.parse::<u8>().ok()?);
    }
    fields.next().is_none().then_some(address)
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn mask_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4 { address, prefix } => write!(f, "{}/{prefix}", Ipv4Addr::from(address)),
            Self::V6 { address, prefix } => write!(f, "{}/{prefix}", Ipv6Addr::from(address)),
            Self::Empty => f.write_str("no address"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_addresses() {
        for (network, address, expected) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.7/24", "203.0.113.255", true),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("192.000.002.001", "192.0.2.1", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
            ("2001:db8::/32", "2001:db8:ffff::", true),
            ("2001:db8::1/32", "2001:db8::1", false),
            ("2001:DB8::1", "2001:db8:0::1", true),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("::ffff:cb00:7100/120", "203.0.113.9", false),
            ("::ffff:cb00:7100/120", "::ffff:203.0.113.9", false),
        ] {
            let parsed = Network::parse(network).expect("a network");
            let address = parse_address(address).expect("an address");
            assert_eq!(parsed.contains(address), expected, "{address} in {network}");
        }
    }

    #[test]
    fn other_text_is_no_network() {
        for text in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/-1",
            "::1/129",
            "::ffff:1.2.3.4",
            "::g",
            "1.2.3.4/0x8",
            "a.b.c.d",
            "0001.2.3.4",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
