//! Exact questions about all requests at once.

mod aim;
mod compare;
mod compile;
mod dead;
pub(crate) mod domain;
mod exposure;
mod frame;
mod frames;
mod lift;
mod need;
mod partial;
mod question;
mod reach;
mod search;
mod slot;
mod surface;
mod variables;
mod world;
mod zone;

pub use compare::{Comparison, Relation, compare};
pub use dead::{Dead, DeadPart, DeadReason, dead};
pub use exposure::{ActionExposure, Exposure, ExposureClass};
pub use partial::Dependence;
pub use question::Doubt;
pub use reach::{Reach, ReachQuestion, reach};
pub use zone::TrustZone;

use crate::condition::date::Instant;
use crate::model::Policy;
use crate::service::ServiceModel;

/// The exposure of policies that apply together.
#[must_use]
pub fn exposure(
    policies: &[Policy],
    zone: &TrustZone,
    service: &'static ServiceModel,
    now: Option<Instant>,
) -> Exposure {
    partial::exposure(policies, zone, service, now)
}
