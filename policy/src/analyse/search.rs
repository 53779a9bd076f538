//! Finds values for the slots of a world that satisfy one conjunction of needs and break others.
//!
//! The search keeps a complete candidate: a value for every slot that satisfies the needs asserted so far. If some
//! conjunction that must be broken still holds of it, one of its needs is asserted to fail, and the search goes on with a
//! new candidate; if none of its needs can fail, it goes back to the last choice that had a part in that. Slots are
//! independent of one another, so whether a need can fail is a question about one slot.

use std::rc::Rc;

use super::domain::{Budget, Found};
use super::need::{Atom, Need};
use super::slot::{Slot, Value};

/// Needs that hold together, each of a slot.
pub(crate) type Conjunction = Vec<(usize, Rc<Need>)>;

/// What to find.
pub(crate) struct Problem<'a> {
    pub(crate) slots: &'a [Slot],
    /// All of these hold.
    pub(crate) hold: Vec<&'a Conjunction>,
    /// Each of these is broken: at least one of its needs fails.
    pub(crate) broken: Vec<&'a Conjunction>,
}

impl Problem<'_> {
    /// Values for all slots, or a proof that there are none.
    pub(crate) fn solve(&self, budget: &mut Budget) -> Found<Vec<Value>> {
        let mut search = Search {
            problem: self,
            budget,
            asserted: vec![Vec::new(); self.slots.len()],
            values: Vec::new(),
            unsure: false,
        };
        // Needs first, values after: a slot is solved once for all that must hold of it.
        for (slot, need) in self.hold.iter().copied().flatten() {
            search.asserted[*slot].push(Assertion { need: Rc::clone(need), level: 0 });
        }
        // What has only one way to break must break that way. Texts to stay away from wait until a candidate is one of them,
        // since each makes the search for a candidate harder and most never come up.
        for conjunction in &self.broken {
            if let [(slot, need)] = conjunction.as_slice() {
                let need = need.negated();
                if !matches!(need.atom, Atom::Text { outside: true, .. } | Atom::Arn { outside: true, .. }) {
                    search.asserted[*slot].push(Assertion { need: Rc::new(need), level: 0 });
                }
            }
        }
        for slot in 0..self.slots.len() {
            match search.solve_slot(slot) {
                Found::Member(value) => search.values.push(value),
                Found::Empty => return Found::Empty,
                Found::Unknown => return Found::Unknown,
            }
        }
        match search.break_all(1) {
            Ok(()) => Found::Member(search.values),
            Err(_) if search.unsure => Found::Unknown,
            Err(_) => Found::Empty,
        }
    }
}

struct Search<'a, 'b> {
    problem: &'b Problem<'a>,
    budget: &'b mut Budget,
    asserted: Vec<Vec<Assertion>>,
    values: Vec<Value>,
    /// Some branch was given up without a proof.
    unsure: bool,
}

#[derive(Clone)]
struct Assertion {
    need: Rc<Need>,
    /// The choice it belongs to; 0 if it is no choice.
    level: usize,
}

/// The choices that had a part in a failure.
type Culprits = Vec<usize>;

impl Search<'_, '_> {
    fn solve_slot(&mut self, slot: usize) -> Found<Value> {
        let needs: Vec<&Need> = self.asserted[slot].iter().map(|assertion| assertion.need.as_ref()).collect();
        self.problem.slots[slot].solve(&needs, self.budget)
    }

    fn holds(&self, conjunction: &Conjunction) -> bool {
        conjunction.iter().all(|(slot, need)| {
            // A comparison that is not expressed holds unless it was decided not to.
            let decided =
                need.is_opaque() && self.asserted[*slot].iter().any(|own| own.need.atom == need.atom.complement());
            need.admits(self.values[*slot].as_deref()) && !(decided && self.values[*slot].is_some())
        })
    }

    /// Breaks every conjunction that still holds.
    fn break_all(&mut self, level: usize) -> Result<(), Culprits> {
        if !self.budget.spend(1 + self.problem.broken.len() as u64) {
            self.unsure = true;
            return Err(Vec::new());
        }
        // The one with the fewest ways out first: its failure says the most.
        let problem = self.problem;
        let Some(standing) = problem
            .broken
            .iter()
            .copied()
            .filter(|conjunction| self.holds(conjunction))
            .min_by_key(|conjunction| conjunction.len())
        else {
            return Ok(());
        };
        let mut culprits: Culprits = Vec::new();
        for (slot, need) in standing {
            let slot = *slot;
            let before = self.values[slot].clone();
            self.asserted[slot].push(Assertion { need: Rc::new(need.negated()), level });
            let failure = match self.solve_slot(slot) {
                Found::Member(value) => {
                    self.values[slot] = value;
                    match self.break_all(level + 1) {
                        Ok(()) => return Ok(()),
                        Err(deeper) => Some(deeper),
                    }
                }
                Found::Empty => None,
                Found::Unknown => {
                    self.unsure = true;
                    None
                }
            };
            let here: Culprits = match failure {
                Some(deeper) if !deeper.contains(&level) => {
                    // This choice had no part in it: no other way out of this conjunction helps.
                    self.asserted[slot].pop();
                    self.values[slot] = before;
                    return Err(deeper);
                }
                Some(deeper) => deeper,
                None => self.asserted[slot].iter().map(|assertion| assertion.level).collect(),
            };
            culprits.extend(here.into_iter().filter(|other| *other != 0 && *other != level));
            self.asserted[slot].pop();
            self.values[slot] = before;
            if self.budget.is_exhausted() {
                self.unsure = true;
                return Err(Vec::new());
            }
        }
        culprits.sort_unstable();
        culprits.dedup();
        Err(culprits)
    }
}
