//! The real binary as a process. It listens on a free port, says so, and is gone with its handle.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// The owner's key of every folder that these tests serve.
pub(crate) const OWNER: [&str; 2] = ["AKID", "secret"];

/// Gives a folder the owner's key before its service would make one.
pub(crate) fn keep_owner_key(data_dir: &Path) {
    std::fs::create_dir_all(data_dir).unwrap();
    let [access_key, secret_key] = OWNER;
    let file = data_dir.join(mediastore_service::OWNER_KEY_FILE);
    let text = format!("[default]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// A running `mediastored serve`.
pub(crate) struct Mediastored {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Such as `http://127.0.0.1:12345`.
    pub(crate) url: String,
}

/// The binary, with none of the settings of whoever runs the tests.
pub(crate) fn mediastored() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediastored"));
    command.env_clear().stdin(Stdio::null());
    // Where a run that measures coverage writes what it saw.
    command.envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)));
    command
}

impl Mediastored {
    pub(crate) fn serve(data_dir: &Path, arguments: &[&str]) -> Self {
        keep_owner_key(data_dir);
        let mut command = mediastored();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).args(arguments);
        Self::spawn(&mut command)
    }

    /// Starts a command line that serves, and waits until it does.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url = line
            .strip_prefix("mediastored is ready at ")
            .and_then(|rest| rest.split(',').next())
            .unwrap_or_else(|| panic!("mediastored said {line:?}"))
            .to_owned();
        Self { child, output, url }
    }

    /// What it says after a beginning, in the next of its lines that has it.
    pub(crate) fn said_after(&mut self, beginning: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "mediastored never said {beginning:?}");
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim_end().to_owned();
            }
        }
    }

    /// The memory that the process has in use right now.
    pub(crate) fn resident_kilobytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What it said on standard error until its end, if that was asked for with a pipe.
    pub(crate) fn killed_errors(mut self) -> String {
        self.signal(Signal::KILL);
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Ends it as a crash does: nothing of it runs any more.
    pub(crate) fn kill(self) {
        self.signal(Signal::KILL);
        self.wait();
    }
}

impl Drop for Mediastored {
    fn drop(&mut self) {
        // Already gone where a test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that has to end by itself; gives its exit code and its two outputs.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    let status = child.wait().unwrap();
    (status.code().unwrap_or(-1), output, errors.join().unwrap())
}
