//! Exact questions about all requests at once.

pub(crate) mod domain;
mod exposure;
mod need;
mod question;
mod search;
mod slot;
mod surface;
mod world;
mod zone;

pub use exposure::{ActionExposure, Exposure, ExposureClass};
pub use question::Doubt;
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
    exposure::known(&policies.iter().collect::<Vec<_>>(), zone, service, now)
}
