//! The linter beside checkov and cfn-lint on the same trees. The peers come from PyPI, and are compared by time only: they decide nothing about
//! a MediaStore policy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Row, Section, Target, median, spoken};
use crate::shell::{self, Failure, say};

/// The peers, as pip names them, with the program and what goes before the tree.
const PEERS: [(&str, &str, &[&str]); 2] =
    [("checkov==3.3.30", "checkov", &["--quiet", "--compact", "--skip-download", "--directory"]), ("cfn-lint==1.58.0", "cfn-lint", &[])];

/// Runs of which the median is taken.
const ROUNDS: usize = 5;

/// A tree of inputs.
struct Tree {
    what: &'static str,
    folder: PathBuf,
    files: usize,
    /// The peer that reads such files, if one is asked.
    peer: Option<&'static str>,
    wish: Wish,
}

/// What the design asks for.
#[derive(Clone, Copy)]
enum Wish {
    None,
    Milliseconds(f64),
    /// So many times as fast as the peer.
    Times(f64),
}

pub(super) fn run(repository: &Path) -> Result<Section, Failure> {
    let built = shell::build(repository, &["--release", "--package", "mediastore-lint"])?;
    let linter = shell::executable(&built, "mediastore-lint")?;
    let target = shell::target_directory(repository)?;
    let folder = target.join("bench-linter");
    shell::empty_folder(&folder)?;
    let trees = [
        terraform(&folder, "one Terraform file", [1, 1], None, Wish::Milliseconds(10.0))?,
        terraform(&folder, "a Terraform repository", [40, 5], Some("checkov"), Wish::Times(100.0))?,
        terraform(&folder, "a large Terraform repository", [1_000, 10], None, Wish::None)?,
        templates(&folder, 200)?,
        policies(&folder, 10_000)?,
    ];
    let rows = trees.iter().map(|tree| row(tree, linter, &target)).collect::<Result<_, _>>()?;
    let names: Vec<&str> = PEERS.iter().map(|(requirement, _, _)| *requirement).collect();
    let method = format!(
        "A release build on generated trees, each run as a whole process {ROUNDS} times, of which the median is shown; beside it {} of PyPI on \
         the same tree.\nThe peers are compared by time only: they look for other things, and decide nothing about a MediaStore policy.",
        names.join(" and ")
    );
    Ok(Section { title: "Linter", method, rows })
}

fn row(tree: &Tree, linter: &Path, target: &Path) -> Result<Row, Failure> {
    say(&format!("$ mediastore-lint check {}", tree.what));
    let ours =
        timed(|| Command::new(linter).args(["check", "--quiet", "--fail-on", "never"]).arg(&tree.folder).output())?;
    let theirs = match tree.peer.and_then(|name| PEERS.iter().find(|(_, program, _)| *program == name)) {
        None => None,
        Some((requirement, program, arguments)) => {
            let path = installed(target, requirement)?.join(program);
            let inputs = match *arguments {
                // cfn-lint takes patterns of files.
                [] => tree.folder.join("**/*.yaml"),
                _ => tree.folder.clone(),
            };
            say(&format!("$ {program} {}", tree.what));
            Some((*program, timed(|| Command::new(&path).args(*arguments).arg(&inputs).output())?))
        }
    };
    let times = theirs.map(|(_, theirs)| theirs.as_secs_f64() / ours.as_secs_f64());
    Ok(Row {
        what: format!("{}: {} {}", tree.what, tree.files, if tree.files == 1 { "file" } else { "files" }),
        measured: match times {
            Some(times) => format!("{}, {times:.0} times as fast", spoken(ours)),
            None => spoken(ours),
        },
        beside: theirs.map_or_else(|| "-".into(), |(program, theirs)| format!("{program}: {}", spoken(theirs))),
        target: match (tree.wish, times) {
            (Wish::Milliseconds(most), _) => Target::AtMost(ours.as_secs_f64() * 1e3, most, "ms"),
            (Wish::Times(least), Some(times)) => Target::AtLeast(times, least, "times as fast"),
            _ => Target::None,
        },
    })
}

fn terraform(
    folder: &Path,
    what: &'static str,
    [modules, files]: [usize; 2],
    peer: Option<&'static str>,
    wish: Wish,
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
    Ok(Tree { what, folder, files: modules * files, peer, wish })
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
    Ok(Tree { what: "CloudFormation templates", folder, files, peer: Some("cfn-lint"), wish: Wish::None })
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
    Ok(Tree { what: "container policies", folder, files, peer: None, wish: Wish::None })
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
fn timed(mut run: impl FnMut() -> std::io::Result<std::process::Output>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run().map_err(Failure::file(Path::new("a linter")))?;
        times.push(start.elapsed());
    }
    Ok(median(times))
}
