//! What clients may take of the server: the options of `serve` for it, and the process's own limit of open files.

use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::duration;
use crate::Limits;

/// Files that the process has open besides its connections and what they read.
const OTHER_FILES: u64 = 64;

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits on clients")]
pub(super) struct LimitArguments {
    /// Connections at once; more wait to be accepted.
    #[arg(long, default_value_t = Limits::default().connections, value_name = "COUNT")]
    max_connections: usize,

    /// How long a client may take to send the head of a request; an idle connection closes after it too.
    #[arg(long, default_value = "30s", value_name = "DURATION", value_parser = duration)]
    head_time: Duration,

    /// How long the upload of an object may take.
    #[arg(long, default_value = "30s", value_name = "DURATION", value_parser = duration)]
    upload_time: Duration,

    /// How long a client may take none of the bytes that wait for it.
    #[arg(long, default_value = "30s", value_name = "DURATION", value_parser = duration)]
    stall_time: Duration,

    /// How long requests in flight get to finish once the end is asked for.
    #[arg(long, default_value = "10s", value_name = "DURATION", value_parser = duration)]
    drain_time: Duration,
}

impl LimitArguments {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections,
            head_time: self.head_time,
            upload_time: self.upload_time,
            stall_time: self.stall_time,
            drain_time: self.drain_time,
            ..Limits::default()
        }
    }
}

/// Lets the process open as many files as the system allows it, which by default is far more than it has at first.
pub(super) fn raise_open_files(limits: &Limits) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::debug!(%error, "the limit of open files cannot be raised");
    }
    // A connection that is being served reads or writes a file.
    let needed = 2 * limits.connections as u64 + OTHER_FILES;
    if maximum.is_some_and(|maximum| maximum < needed) {
        tracing::warn!(maximum, needed, "so many connections may need more files than the process may open");
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    /// The times are written here as texts, which the help shows; they are those of the library.
    #[test]
    fn without_options_the_limits_are_the_defaults() {
        let command = LimitArguments::augment_args(Command::new("serve"));
        let arguments = LimitArguments::from_arg_matches(&command.get_matches_from(["serve"])).unwrap();
        assert_eq!(arguments.limits(), Limits::default());
    }
}
