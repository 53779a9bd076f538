//! The command line of `mediastored`: arguments in, exit code out. Everything it does is done by the library.

mod check;
mod get;
mod limits;
mod ls;
mod progress;
mod purge;
mod put;
mod remote;
mod serve;
mod spot;
mod sync;
mod transfer;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};
use jiff::SignedDuration;
use tracing_subscriber::EnvFilter;

/// A MediaStore-compatible service: the API of AWS Elemental MediaStore, on your machine and from a folder.
///
/// AWS ended MediaStore on 2025-11-13. This program answers in its place, so that clients written for it (the AWS SDKs, the AWS CLI,
/// Terraform) keep working: point their endpoint at it.
#[derive(Debug, Parser)]
#[command(name = "mediastored", version, after_long_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// What to log to standard error: off, error, warn, info, debug, trace, or a filter such as `mediastore_service=debug`.
    #[arg(long, global = true, env = "MEDIASTORED_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
}

const EXAMPLES: &str = "\
Examples:
  Serve on http://127.0.0.1:8474 from the folder .mediastore:
      mediastored serve

  Create and list containers with the AWS CLI, as the owner:
      export AWS_SHARED_CREDENTIALS_FILE=.mediastore/credentials AWS_DEFAULT_REGION=us-west-2
      aws mediastore create-container --container-name live --endpoint-url http://127.0.0.1:8474
      aws mediastore list-containers --endpoint-url http://127.0.0.1:8474

  Copy a folder into the container, and look at it; this needs no running service:
      mediastored sync out live:hls
      mediastored ls -r live
      curl http://127.0.0.1:8474/data/live/hls/main.m3u8     (for everybody only if the container's policy says so)

  Point Terraform at it, with the same two variables set:
      provider \"mediastore\" { endpoint = \"http://127.0.0.1:8474\" }";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API until it gets SIGTERM or SIGINT, then lets requests in flight finish.
    Serve(Box<serve::Serve>),
    /// Lists containers, or what is in one.
    Ls(ls::Ls),
    /// Puts files into a container.
    Put(put::Put),
    /// Gets an object out of a container.
    Get(get::Get),
    /// Makes a folder of a container like one of this machine, or the other way round.
    Sync(sync::Sync),
    /// Deletes all objects of a container, or below a folder of it.
    Purge(purge::Purge),
    /// Checks a data folder: the database, and every object's bytes against their hash.
    Check(check::Check),
    /// Prints a completion script for a shell.
    ///
    /// For bash: mediastored completions bash > ~/.local/share/bash-completion/completions/mediastored
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Reads the arguments of the process and does what they say.
///
/// 0: done. 1: it could not be done; standard error says why. 2: the arguments make no sense.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match EnvFilter::try_new(&arguments.log) {
        Err(error) => Err(format!("the log filter `{}` makes no sense: {error}", arguments.log)),
        Ok(filter) => {
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
            match arguments.command {
                Command::Serve(serve) => serve.run(),
                Command::Ls(ls) => on_a_runtime(ls.run()),
                Command::Put(put) => on_a_runtime(put.run()),
                Command::Get(get) => on_a_runtime(get.run()),
                Command::Sync(sync) => on_a_runtime(sync.run()),
                Command::Purge(purge) => on_a_runtime(purge.run()),
                Command::Check(check) => check.run(),
                Command::Completions { shell } => completions(shell),
            }
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Where standard error is closed there is nobody left to tell.
            let _ = writeln!(io::stderr(), "mediastored: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command that waits for a disk or a network.
fn on_a_runtime(command: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot be started: {error}"))?;
    runtime.block_on(command)
}

fn completions(shell: clap_complete::Shell) -> Result<(), String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "mediastored", &mut script);
    io::stdout().write_all(&script).map_err(|error| format!("the script cannot be written: {error}"))
}

/// A length of time on the command line, such as 500ms or 2m.
fn duration(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<SignedDuration>().map_err(|error| error.to_string())?;
    parsed.try_into().map_err(|_| "a length of time cannot be negative".to_owned())
}

/// An error with its causes, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command line in the unit file that people copy is one that the program takes.
    #[test]
    fn the_example_for_systemd_starts() {
        let unit = include_str!("../../../examples/service/mediastored.service");
        let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        assert!(matches!(arguments.command, Command::Serve(_)), "{line}");
    }

    /// The proxy in the example talks to the port on which the service listens unless told otherwise.
    #[test]
    fn the_example_for_nginx_meets_the_service() {
        let conf = include_str!("../../../examples/service/nginx.conf");
        let port = crate::DataEndpoint::DEFAULT_PORT;
        assert!(conf.contains(&format!("server 127.0.0.1:{port};")));
        assert!(conf.contains("proxy_set_header Host LABEL.data.localhost;"));
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
