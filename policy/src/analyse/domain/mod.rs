//! Exact sets of values, one kind per type of condition key: languages of strings, sets of addresses, unions of
//! intervals. Pure algebra; it knows nothing of policies, and every operation is exact or says that its budget ran out.

pub(crate) mod addresses;
pub(crate) mod intervals;
pub(crate) mod language;
pub(crate) mod product;

/// How much work an analysis may still do. A unit is about one machine word touched, so the bound holds on any machine.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    pub(crate) fn new(units: u64) -> Self {
        Self { left: units }
    }

    /// Takes `units`, or reports that they are not there (and then nothing more is).
    #[must_use]
    pub(crate) fn spend(&mut self, units: u64) -> bool {
        let enough = self.left >= units;
        self.left = if enough { self.left - units } else { 0 };
        enough
    }

    /// Takes at most `units` out, for a part of the work.
    pub(crate) fn portion(&mut self, units: u64) -> Self {
        let left = self.left.min(units);
        self.left -= left;
        Self { left }
    }

    /// Puts back what a part of the work has left.
    pub(crate) fn put_back(&mut self, rest: &Self) {
        self.left += rest.left;
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.left == 0
    }
}

/// The answer of a search for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// A value that satisfies everything that was asked.
    Member(T),
    /// Proof that there is none.
    Empty,
    /// Not decided within the budget.
    Unknown,
}
