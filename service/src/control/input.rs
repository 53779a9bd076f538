//! Checks of input members that gather every problem, so that a caller fixes a request once.

use mediastore_policy::limits::{self, Violation};

use crate::error::ApiError;

/// The problems of an input so far.
#[derive(Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    /// Notes a problem in a sentence.
    pub(super) fn note(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Notes what a limit says about the member at `place`, a path such as `CorsPolicy[0].AllowedOrigins`.
    pub(super) fn limit(&mut self, place: &str, checked: Result<(), Violation>) {
        if let Err(violation) = checked {
            self.note(format!("{place}: {violation}"));
        }
    }

    /// A required member, or the default that stands for it once its lack is noted.
    pub(super) fn required<T: Default>(&mut self, place: &str, member: Option<T>) -> T {
        member.unwrap_or_else(|| {
            self.note(format!("{place} is missing"));
            T::default()
        })
    }

    /// A required container name.
    pub(super) fn container_name(&mut self, name: Option<String>) -> String {
        match name {
            None => self.required("ContainerName", None),
            Some(name) => {
                self.limit("ContainerName", limits::CONTAINER_NAME.check(&name));
                name
            }
        }
    }

    /// The end of the checks.
    ///
    /// # Errors
    /// One ValidationException for all problems.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::validation(&self.0)) }
    }
}
