//! Unions of intervals over an ordered type: what numeric and date conditions admit.

use std::cmp::Ordering;

/// An ordered type whose intervals can be sampled.
pub(crate) trait Ordinate: Ord + Clone {
    /// A value strictly between the two, if the type has one.
    fn between(low: &Self, high: &Self) -> Option<Self>;
    /// A value below, if any.
    fn below(&self) -> Option<Self>;
    /// A value above, if any.
    fn above(&self) -> Option<Self>;
    /// A value to show when anything will do.
    fn ordinary() -> Self;
}

/// A set of values: a sorted list of cuts at which membership changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intervals<T> {
    /// Membership before the first cut.
    lowest: bool,
    cuts: Vec<Cut<T>>,
}

/// Membership at a value and on the open stretch behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut<T> {
    at: T,
    here: bool,
    after: bool,
}

impl<T: Ordinate> Intervals<T> {
    pub(crate) fn all() -> Self {
        Self { lowest: true, cuts: Vec::new() }
    }

    pub(crate) fn none() -> Self {
        Self { lowest: false, cuts: Vec::new() }
    }

    /// All values whose comparison with `at` is one that `admits`.
    pub(crate) fn compared(at: T, admits: impl Fn(Ordering) -> bool) -> Self {
        let lowest = admits(Ordering::Less);
        let cut = Cut { at, here: admits(Ordering::Equal), after: admits(Ordering::Greater) };
        Self { lowest, cuts: vec![cut] }.normal()
    }

    pub(crate) fn contains(&self, value: &T) -> bool {
        let index = self.cuts.partition_point(|cut| cut.at < *value);
        match self.cuts.get(index) {
            Some(cut) if cut.at == *value => cut.here,
            _ => self.after(index),
        }
    }

    pub(crate) fn complement(&self) -> Self {
        let cuts = self.cuts.iter().map(|cut| Cut { at: cut.at.clone(), here: !cut.here, after: !cut.after }).collect();
        Self { lowest: !self.lowest, cuts }
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left || right)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && right)
    }

    /// A member; the ordinary one if it is in, else one that lies as free as possible.
    pub(crate) fn sample(&self) -> Option<T> {
        let ordinary = T::ordinary();
        if self.contains(&ordinary) {
            return Some(ordinary);
        }
        let first = self.cuts.first()?;
        if self.lowest
            && let Some(value) = first.at.below()
        {
            return Some(value);
        }
        for (index, cut) in self.cuts.iter().enumerate() {
            if cut.here {
                return Some(cut.at.clone());
            }
            if cut.after {
                let inside = match self.cuts.get(index + 1) {
                    Some(next) => T::between(&cut.at, &next.at),
                    None => cut.at.above(),
                };
                if inside.is_some() {
                    return inside;
                }
            }
        }
        None
    }

    fn after(&self, cuts: usize) -> bool {
        cuts.checked_sub(1).map_or(self.lowest, |index| self.cuts[index].after)
    }

    fn combine(&self, other: &Self, with: impl Fn(bool, bool) -> bool) -> Self {
        let mut cuts = Vec::with_capacity(self.cuts.len() + other.cuts.len());
        let (mut left, mut right) = (0, 0);
        loop {
            let order = match (self.cuts.get(left), other.cuts.get(right)) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(own), Some(others)) => own.at.cmp(&others.at),
            };
            let (mine, theirs) = (self.after(left), other.after(right));
            let (mut here, mut after) = ((mine, theirs), (mine, theirs));
            let mut at = None;
            if order.is_le() {
                let cut = &self.cuts[left];
                (here.0, after.0, at) = (cut.here, cut.after, Some(&cut.at));
                left += 1;
            }
            if order.is_ge() {
                let cut = &other.cuts[right];
                (here.1, after.1, at) = (cut.here, cut.after, Some(&cut.at));
                right += 1;
            }
            if let Some(at) = at {
                cuts.push(Cut { at: at.clone(), here: with(here.0, here.1), after: with(after.0, after.1) });
            }
        }
        Self { lowest: with(self.lowest, other.lowest), cuts }.normal()
    }

    /// Drops cuts at which nothing changes.
    fn normal(mut self) -> Self {
        let mut before = self.lowest;
        self.cuts.retain(|cut| {
            let changes = cut.here != before || cut.after != before;
            before = cut.after;
            changes
        });
        self
    }
}

impl Intervals<i64> {
    /// A member that is a multiple of `step`, `preferred` if possible; with a step of 1, any member.
    pub(crate) fn sample_multiple(&self, step: i64, preferred: i64) -> Option<i64> {
        if preferred % step == 0 && self.contains(&preferred) {
            return Some(preferred);
        }
        let mut low = i64::MIN;
        for index in 0..=self.cuts.len() {
            let next = self.cuts.get(index);
            let high = next.map_or(Some(i64::MAX), |cut| cut.at.checked_sub(1));
            if let Some(high) = high.filter(|high| low <= *high && self.after(index)) {
                // The end nearer to the preferred value is the more natural one.
                let up = low
                    .div_euclid(step)
                    .checked_add(i64::from(low.rem_euclid(step) != 0))
                    .and_then(|count| count.checked_mul(step));
                let down = high.div_euclid(step).checked_mul(step);
                let ends = if high < preferred { [down, up] } else { [up, down] };
                if let Some(value) = ends.into_iter().flatten().find(|value| (low..=high).contains(value)) {
                    return Some(value);
                }
            }
            let Some(cut) = next else { break };
            if cut.here && cut.at % step == 0 {
                return Some(cut.at);
            }
            low = cut.at.checked_add(1)?;
        }
        None
    }
}

/// Milliseconds since the epoch.
impl Ordinate for i64 {
    fn between(low: &Self, high: &Self) -> Option<Self> {
        let middle = low.midpoint(*high);
        [middle, middle.saturating_add(1)].into_iter().find(|value| low < value && value < high)
    }

    fn below(&self) -> Option<Self> {
        self.checked_sub(1000).or_else(|| self.checked_sub(1))
    }

    fn above(&self) -> Option<Self> {
        self.checked_add(1000).or_else(|| self.checked_add(1))
    }

    fn ordinary() -> Self {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Admits = fn(Ordering) -> bool;

    const ORDERS: [Admits; 6] =
        [Ordering::is_lt, Ordering::is_le, Ordering::is_eq, Ordering::is_ge, Ordering::is_gt, Ordering::is_ne];

    fn arbitrary_set() -> impl Strategy<Value = Intervals<i64>> {
        prop::collection::vec((-6i64..6, 0usize..6, any::<bool>()), 0..5).prop_map(|steps| {
            steps.into_iter().fold(Intervals::none(), |set, (at, order, join)| {
                let next = Intervals::compared(at, ORDERS[order]);
                if join { set.union(&next) } else { set.complement().intersection(&next) }
            })
        })
    }

    #[test]
    fn contradictions_are_empty_and_single_points_are_found() {
        let below = Intervals::compared(5i64, Ordering::is_lt);
        assert_eq!(below.intersection(&Intervals::compared(5, Ordering::is_ge)).sample(), None);
        let between = below.intersection(&Intervals::compared(3, Ordering::is_gt));
        assert_eq!(between.sample(), Some(4));
        assert_eq!(between.intersection(&Intervals::compared(4, Ordering::is_ne)).sample(), None);
        assert_eq!(
            Intervals::<i64>::all().intersection(&Intervals::compared(i64::MAX, Ordering::is_gt)).sample(),
            None
        );
    }

    proptest! {
        // forall a, b, x: membership in a combination is the combination of memberships, and a sample exists exactly
        // for a set that is not empty.
        #[test]
        fn intervals_behave_as_sets(a in arbitrary_set(), b in arbitrary_set()) {
            let (union, common, other) = (a.union(&b), a.intersection(&b), a.complement());
            for x in -2000i64..2000 {
                prop_assert_eq!(union.contains(&x), a.contains(&x) || b.contains(&x));
                prop_assert_eq!(common.contains(&x), a.contains(&x) && b.contains(&x));
                prop_assert_eq!(other.contains(&x), !a.contains(&x));
            }
            for step in [1, 4] {
                match common.sample_multiple(step, 0) {
                    Some(value) => prop_assert!(common.contains(&value) && value % step == 0),
                    None => prop_assert!((-500..500).all(|x| !common.contains(&(x * step)))),
                }
            }
            match common.sample() {
                Some(value) => prop_assert!(common.contains(&value)),
                None => prop_assert!((-2000..2000).all(|x| !common.contains(&x))),
            }
        }
    }
}
