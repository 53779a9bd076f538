//! `cargo xtask bench linter`: the linter beside checkov and cfn-lint on the same trees, as Markdown for `docs/benchmarks.md`. The peers come
//! from PyPI. It judges nothing, and compares time only: the others decide nothing about a MediaStore policy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::shell::{self, Failure, say};

/// The peers, as pip names them, with the program and what goes before the tree.
const PEERS: [(&str, &str, &[&str]); 2] =
    [("checkov==3.3.30", "checkov", &["--quiet", "--compact", "--directory"]), ("cfn-lint==1.58.0", "cfn-lint", &[])];

/// Runs of which the median is taken.
const ROUNDS: usize = 5;

/// A tree of inputs.
struct Tree {
    what: &'static str,
    folder: PathBuf,
    files: usize,
    /// The peer that reads such files, if one is asked.
    peer: Option<&'static str>,
}

/// Measures, and prints the table.
pub(crate) fn run(repository: &Path) -> Result<(), Failure> {
    let built = shell::build(repository, &["--release", "--package", "mediastore-lint"])?;
    let linter = shell::executable(&built, "mediastore-lint")?;
    let target = shell::target_directory(repository)?;
    let folder = target.join("bench-linter");
    shell::empty_folder(&folder)?;
    let trees = [
        terraform(&folder, "one Terraform file", 1, 1, None)?,
        terraform(&folder, "a Terraform repository", 40, 5, Some("checkov"))?,
        terraform(&folder, "a large Terraform repository", 1_000, 10, None)?,
        templates(&folder, 200)?,
        policies(&folder, 10_000)?,
    ];
    say("| input | files | mediastore-lint | peer | times as fast |\n| --- | --: | --: | --: | --: |");
    for tree in &trees {
        let ours = median(|| {
            Command::new(linter).args(["check", "--quiet", "--fail-on", "never"]).arg(&tree.folder).output()
        })?;
        let (peer, ratio) = match tree.peer.and_then(|name| PEERS.iter().find(|(_, program, _)| *program == name)) {
            None => ("-".to_owned(), "-".to_owned()),
            Some((requirement, program, arguments)) => {
                let program = installed(&target, requirement)?.join(program);
                let inputs = match *arguments {
                    // cfn-lint takes patterns of files.
                    [] => tree.folder.join("**/*.yaml"),
                    _ => tree.folder.clone(),
                };
                let theirs = median(|| Command::new(&program).args(*arguments).arg(&inputs).output())?;
                let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
                (format!("{:.2} s ({requirement})", theirs.as_secs_f64()), format!("{ratio:.0}"))
            }
        };
        say(&format!("| {} | {} | {:.4} s | {peer} | {ratio} |", tree.what, tree.files, ours.as_secs_f64()));
    }
    Ok(())
}

fn terraform(
    folder: &Path,
    what: &'static str,
    modules: usize,
    files: usize,
    peer: Option<&'static str>,
) -> Result<Tree, Failure> {
    let folder = folder.join(format!("terraform-{modules}-{files}"));
    for module in 0..modules {
        for file in 0..files {
            let text = format!(
                r#"variable "env_{file}" {{ default = "prod" }}

resource "mediastore_container" "live_{file}" {{
  name = "acme-${{var.env_{file}}}-live-{module}-{file}"
  tags = {{ Environment = var.env_{file}, Owner = "video" }}
}}

resource "mediastore_container_policy" "live_{file}" {{
  container_name = mediastore_container.live_{file}.name
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:DescribeObject"]
      Resource  = "${{mediastore_container.live_{file}.arn}}/*"
      Condition = {{ Bool = {{ "aws:SecureTransport" = "true" }} }}
    }}]
  }})
}}
"#
            );
            put(&folder.join(format!("module-{module}/file-{file}.tf")), &text)?;
        }
    }
    Ok(Tree { what, folder, files: modules * files, peer })
}

fn templates(folder: &Path, files: usize) -> Result<Tree, Failure> {
    let folder = folder.join("templates");
    for file in 0..files {
        let text = format!(
            "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  Live:\n    Type: AWS::MediaStore::Container\n    Properties:\n      \
             ContainerName: live-{file}\n      Policy: !Sub |\n        {{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \
             \"Principal\": \"*\", \"Action\": \"mediastore:GetObject\",\n        \"Resource\": \
             \"arn:aws:mediastore:${{AWS::Region}}:${{AWS::AccountId}}:container/live-{file}/*\"}}]}}\n"
        );
        put(&folder.join(format!("live-{file}.yaml")), &text)?;
    }
    Ok(Tree { what: "CloudFormation templates", folder, files, peer: Some("cfn-lint") })
}

fn policies(folder: &Path, files: usize) -> Result<Tree, Failure> {
    let folder = folder.join("policies");
    for file in 0..files {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
"Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live{file}/*", "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}}}]}}"#
        );
        put(&folder.join(format!("{}/policy-{file}.json", file / 100)), &text)?;
    }
    Ok(Tree { what: "container policies", folder, files, peer: None })
}

/// Writes a file and the folders it is in.
fn put(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    shell::write(path, text)
}

/// The programs of an environment with this requirement, which stays for the next run.
fn installed(target: &Path, requirement: &str) -> Result<PathBuf, Failure> {
    let environment = target.join("bench-peers").join(requirement);
    let programs = environment.join("bin");
    let done = environment.join("installed");
    if !done.exists() {
        shell::run("python3 -m venv", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment), 0)?;
        let mut pip = Command::new(programs.join("python"));
        shell::run(
            &format!("pip install {requirement}"),
            pip.args(["-m", "pip", "install", "--quiet", requirement]),
            0,
        )?;
        put(&done, "")?;
    }
    Ok(programs)
}

/// The middle of some runs. What they found is no matter here.
fn median(mut run: impl FnMut() -> std::io::Result<std::process::Output>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run().map_err(Failure::file(Path::new("a linter")))?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[ROUNDS / 2])
}
