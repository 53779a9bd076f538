//! One API call: sent, judged, and sent again where that may help.
//!
//! The SDK's own retries are off, because they know neither the resource's `timeouts` nor that a user pressed Ctrl-C, and count
//! a full quota among the throttling errors.

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostic;

use super::Client;

/// First pause between two tries or two looks at a state; each next one is longer, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long a server may be out of reach before the call gives up: long enough for a restart, short enough that a wrong
/// address is reported while the user still looks.
const UNREACHABLE: Duration = Duration::from_secs(5);

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No such container.
    ContainerNotFound,
    /// The container is there, the policy is not.
    PolicyNotFound,
    /// The container is there, the object is not.
    ObjectNotFound,
    /// The container exists already, holds objects, or is being updated: the API has one code for all three.
    ContainerInUse,
    /// A quota is used up.
    LimitExceeded,
    /// Too many calls.
    Throttled,
    /// A server error.
    Server,
    /// No answer.
    Unreachable,
    /// Everything that another try would not change.
    Refused,
}

/// Why there was no further try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The time of the resource's `timeouts` is up.
    TimedOut,
    /// The user interrupted Terraform.
    Interrupted,
}

impl Ended {
    /// A sentence for the user.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Ended::TimedOut => "The time that `timeouts` grants was up.",
            Ended::Interrupted => "Terraform was interrupted.",
        }
    }
}

/// A failed call.
#[derive(Clone, Debug)]
pub(crate) struct CallError {
    /// What happened.
    pub(crate) kind: Kind,
    /// The service's words, or the network's.
    message: String,
    /// The error code, where the service gave one.
    code: Option<String>,
    /// Tries made.
    tries: u32,
    /// An earlier try may have taken effect although its answer was lost.
    pub(crate) maybe_done: bool,
    /// The server's wish for the pause before the next try.
    retry_after: Option<Duration>,
    /// Why there was no further try, where one might have helped.
    ended: Option<Ended>,
}

/// Sends a request until it succeeds, fails for good, runs out of time, or the user interrupts. `wait_in_use` also waits
/// for a container that is being updated.
pub(crate) async fn call<O, E, F>(
    cx: &Context<'_, Client>,
    wait_in_use: bool,
    mut send: impl FnMut() -> F,
) -> Result<O, CallError>
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut pauses = Pauses::default();
    let mut maybe_done = false;
    let mut unreachable_since = None;
    for tries in 1.. {
        let error = match send().await {
            Ok(output) => return Ok(output),
            Err(error) => CallError { tries, maybe_done, ..judge(error) },
        };
        let give_up = match error.kind {
            Kind::Throttled | Kind::Server => tries > cx.client.max_retries,
            Kind::Unreachable => {
                tries > cx.client.max_retries
                    || unreachable_since.get_or_insert_with(Instant::now).elapsed() > UNREACHABLE
            }
            Kind::ContainerInUse => !wait_in_use,
            _ => true,
        };
        maybe_done |= matches!(error.kind, Kind::Server | Kind::Unreachable);
        if give_up {
            return Err(error);
        }
        if let Err(ended) = pauses.pause(cx, error.retry_after).await {
            return Err(CallError { ended: Some(ended), ..error });
        }
        tracing::debug!(code = error.code, tries, "trying again: {}", error.message);
    }
    unreachable!("the loop over tries only ends by returning")
}

/// The answer, or `None` where what was asked for is definitely not there. Every other error stays one: a state must not forget
/// what may still be there.
pub(crate) fn found<O>(answer: Result<O, CallError>) -> Result<Option<O>, CallError> {
    match answer {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Pauses that grow, with jitter so that ten parallel calls do not come back together.
#[derive(Debug)]
pub(crate) struct Pauses {
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses { next: FIRST_PAUSE }
    }
}

impl Pauses {
    /// Waits, unless the time is up first or the user interrupts.
    pub(crate) async fn pause(&mut self, cx: &Context<'_, Client>, at_least: Option<Duration>) -> Result<(), Ended> {
        let jitter = 0.75 + fastrand::f64() / 2.0;
        let pause = self.next.mul_f64(jitter).max(at_least.unwrap_or_default());
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        if pause > cx.remaining() {
            return Err(Ended::TimedOut);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = cx.stop().cancelled() => Err(Ended::Interrupted),
        }
    }
}

fn judge<E>(error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let failed = |kind, message, code| CallError {
        kind,
        message,
        code,
        tries: 0,
        maybe_done: false,
        retry_after: None,
        ended: None,
    };
    match error {
        SdkError::ServiceError(error) => {
            let status = error.raw().status().as_u16();
            let code = error.err().code().map(str::to_owned);
            let kind = match code.as_deref() {
                Some("ContainerNotFoundException") => Kind::ContainerNotFound,
                Some("PolicyNotFoundException" | "CorsPolicyNotFoundException") => Kind::PolicyNotFound,
                Some("ObjectNotFoundException") => Kind::ObjectNotFound,
                Some("ContainerInUseException") => Kind::ContainerInUse,
                Some("LimitExceededException") => Kind::LimitExceeded,
                Some(code) if code.contains("Throttl") || code.contains("TooManyRequests") => Kind::Throttled,
                _ if status == 429 => Kind::Throttled,
                _ if status >= 500 => Kind::Server,
                _ => Kind::Refused,
            };
            let message = match (error.err().message(), &code) {
                (Some(message), _) => message.to_owned(),
                (None, Some(_)) => format!("HTTP status {status}"),
                (None, None) => foreign(status),
            };
            let retry_after = error.raw().headers().get("retry-after").and_then(|seconds| seconds.parse().ok());
            CallError { retry_after: retry_after.map(Duration::from_secs), ..failed(kind, message, code) }
        }
        SdkError::DispatchFailure(failure) => {
            let message = failure.as_connector_error().map_or_else(|| "no connection".to_owned(), |e| causes(e));
            failed(if failure.is_user() { Kind::Refused } else { Kind::Unreachable }, message, None)
        }
        SdkError::TimeoutError(_) => failed(Kind::Unreachable, "no answer in time".to_owned(), None),
        // An answer that is no MediaStore answer: a server error with a foreign body, or another kind of server.
        SdkError::ResponseError(error) => {
            let status = error.raw().status().as_u16();
            let kind = if status >= 500 { Kind::Server } else { Kind::Refused };
            failed(kind, foreign(status), None)
        }
        other => failed(Kind::Refused, causes(&other), None),
    }
}

fn foreign(status: u16) -> String {
    format!("the answer is not a MediaStore answer (HTTP status {status})")
}

/// An error and its causes in one line.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

impl CallError {
    /// True if the object is definitely not there.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self.kind, Kind::ContainerNotFound | Kind::PolicyNotFound | Kind::ObjectNotFound)
    }

    /// The message for the user: what was tried, what the service said, and what to do about it.
    pub(crate) fn diagnostic(&self, client: &Client, tried: &str) -> Diagnostic {
        let code = self.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
        let tries = if self.tries > 1 { format!(" (after {} tries)", self.tries) } else { String::new() };
        let ended = self.ended.map(|ended| format!(" {}", ended.sentence())).unwrap_or_default();
        let advice = match self.kind {
            Kind::ContainerNotFound => {
                "The container does not exist; create it first, or refer to it so that Terraform does."
            }
            Kind::PolicyNotFound => "The container has no such policy.",
            Kind::ObjectNotFound => "The container has no such object.",
            Kind::ContainerInUse => {
                "The container exists already, still holds objects, or is being updated by somebody else."
            }
            Kind::LimitExceeded => "A quota is used up; delete what is not needed, or have the quota raised.",
            Kind::Throttled => "The service asks for fewer calls; run Terraform with a lower -parallelism, or later.",
            Kind::Server => "The service failed; run Terraform again once it is well.",
            Kind::Unreachable => return self.unreachable(client, tried, &tries),
            Kind::Refused => "",
        };
        let advice = if advice.is_empty() { String::new() } else { format!("\n\n{advice}") };
        let message = self.message.trim_end_matches('.');
        Diagnostic::error(format!("Could not {tried}"), format!("{code}{message}{tries}.{ended}{advice}"))
    }

    fn unreachable(&self, client: &Client, tried: &str, tries: &str) -> Diagnostic {
        let detail = format!(
            "{} does not answer: {}{tries}.\n\nStart the server, correct `endpoint` in the provider block, or leave \
             `endpoint` out to use the embedded service. AWS ended MediaStore on 2025-11-13; no AWS endpoint answers.",
            client.target, self.message
        );
        Diagnostic::error(format!("Could not {tried}"), detail)
    }
}
