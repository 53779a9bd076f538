//! Exposure: who outside the trust zone can do what.

use super::domain::Budget;
use super::partial::Dependence;
use super::question::{Aim, Answer, Doubt, Study, full_name};
use super::zone::TrustZone;
use crate::condition::date::Instant;
use crate::model::Policy;
use crate::request::Request;
use crate::service::ServiceModel;

/// Work for one exposure, in units of about a machine word. Ordinary policies need some thousands.
const BUDGET: u64 = 7_000_000;

/// How exposed something is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExposureClass {
    /// Some outsider of whom the policy knows nothing is let in, and needs no secret.
    Public,
    /// Such an outsider is let in only with a fixed value in a header that any client can write.
    Guarded,
    /// Only outsiders whom the policy names are let in: an account, a role, a network, a service for a named source.
    External,
    /// Only the zone is let in.
    Trusted,
    /// Nobody is let in.
    None,
    /// Not settled. To be treated as not proven safe.
    Undecided,
    /// Different for different values of what is unknown in the document.
    Depends,
}

impl ExposureClass {
    /// The name that reports print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Guarded => "guarded",
            Self::External => "external",
            Self::Trusted => "trusted",
            Self::None => "none",
            Self::Undecided => "undecided",
            Self::Depends => "depends",
        }
    }

    /// Rank for choosing the one to report for several actions. What is not settled counts as worse than everything that is
    /// settled, except `Public`, which nothing can make worse.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Public => 0,
            Self::Undecided => 1,
            Self::Depends => 2,
            Self::Guarded => 3,
            Self::External => 4,
            Self::Trusted => 5,
            Self::None => 6,
        }
    }
}

impl std::fmt::Display for ExposureClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The exposure of some policies on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// The worst of all actions.
    pub class: ExposureClass,
    /// Each action that a request can have, in the order of the service's table.
    pub actions: Vec<ActionExposure>,
    /// What the class depends on, if it does.
    pub dependence: Option<Dependence>,
}

impl Exposure {
    /// A request that shows the class, if the class is one that lets somebody in.
    #[must_use]
    pub fn witness(&self) -> Option<&Request> {
        self.actions.iter().filter(|action| action.class == self.class).find_map(|action| action.witness.as_ref())
    }
}

impl Exposure {
    /// The same with nothing settled.
    pub(crate) fn undecided(mut self) -> Self {
        self.class = ExposureClass::Undecided;
        for action in &mut self.actions {
            (action.class, action.witness, action.doubt) = (ExposureClass::Undecided, None, Some(Doubt::Unknown));
        }
        self
    }
}

/// The exposure of one action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionExposure {
    /// The action, `service:Name`.
    pub action: String,
    /// Its class.
    pub class: ExposureClass,
    /// An allowed request of the worst kind there is. [`crate::decide::decide`] has allowed it. Always there for `Public`,
    /// `Guarded`, `External` and `Trusted`.
    pub witness: Option<Request>,
    /// Why it is undecided.
    pub doubt: Option<Doubt>,
    /// What the class depends on, if it does: the worst there is, and another.
    pub dependence: Option<Dependence>,
}

/// The exposure of wholly known policies that apply together. Requests are made at `now` or later, if that is given;
/// otherwise at any time at all.
///
/// What is unknown in a policy is left open here, so the answer may be undecided; [`super::exposure`] goes through the
/// values of what is unknown.
pub(crate) fn known(
    policies: &[&Policy],
    zone: &TrustZone,
    service: &'static ServiceModel,
    now: Option<Instant>,
) -> Exposure {
    let mut study =
        Study::new(service, zone, now.map(|now| now.0), [policies.to_vec(), Vec::new()], Budget::new(BUDGET));
    let mut actions: Vec<Option<ActionExposure>> = service.actions.iter().map(|_| None).collect();
    for group in study.action_groups().iter() {
        let (class, witness, doubt) = classify(&mut study, group[0]);
        for &index in group {
            let own = witness.as_ref().map(|request| study.for_action(request, index));
            let action = full_name(service, service.actions[index].name);
            actions[index] = Some(match own {
                Some(None) => ActionExposure {
                    action,
                    class: ExposureClass::Undecided,
                    witness: None,
                    doubt: Some(Doubt::Inconsistent),
                    dependence: None,
                },
                own => ActionExposure { action, class, witness: own.flatten(), doubt, dependence: None },
            });
        }
    }
    let actions: Vec<ActionExposure> = actions.into_iter().flatten().collect();
    let class =
        actions.iter().map(|action| action.class).min_by_key(|class| class.rank()).unwrap_or(ExposureClass::None);
    Exposure { class, actions, dependence: None }
}

/// Asks for the worst first, then whether anybody is let in at all: where nobody is, that saves the other questions.
fn classify(study: &mut Study<'_>, action: usize) -> (ExposureClass, Option<Request>, Option<Doubt>) {
    let mut ask = |aim| study.ask(action, aim, None, &|_| Vec::new());
    match ask(Aim::StrangerWithoutSecrets) {
        Answer::Yes(request) => return (ExposureClass::Public, Some(*request), None),
        Answer::Open(doubt) => return (ExposureClass::Undecided, None, Some(doubt)),
        Answer::No => {}
    }
    let anybody = match ask(Aim::Anything) {
        Answer::Yes(request) => request,
        Answer::Open(doubt) => return (ExposureClass::Undecided, None, Some(doubt)),
        Answer::No => return (ExposureClass::None, None, None),
    };
    let outsider = match ask(Aim::Outsider) {
        Answer::Yes(request) => request,
        Answer::Open(doubt) => return (ExposureClass::Undecided, None, Some(doubt)),
        Answer::No => return (ExposureClass::Trusted, Some(*anybody), None),
    };
    match ask(Aim::Stranger) {
        Answer::Yes(request) => (ExposureClass::Guarded, Some(*request), None),
        Answer::Open(doubt) => (ExposureClass::Undecided, None, Some(doubt)),
        Answer::No => (ExposureClass::External, Some(*outsider), None),
    }
}
