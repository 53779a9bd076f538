//! The linter beside checkov and cfn-lint on the same trees, with the memory it needs, and beside `serde_json` on the same bytes. The peers come
//! from PyPI, and are compared by time only: they decide nothing about a MediaStore policy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use xtask::pypi;

use super::divan::Medians;
use super::{Row, Section, Target, median, spoken};
use crate::shell::{self, Failure, say};

/// The peers, as pip names them, with the program and what goes before the tree.
const PEERS: [(&str, &str, &[&str]); 2] = [
    ("checkov==3.3.30", "checkov", &["--quiet", "--compact", "--skip-download", "--directory"]),
    ("cfn-lint==1.58.0", "cfn-lint", &[]),
];

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
        policies(&folder, 1_000)?,
        policies(&folder, 10_000)?,
    ];
    let mut rows = trees.iter().map(|tree| row(tree, linter, &target)).collect::<Result<Vec<_>, _>>()?;
    rows.push(in_memory(repository)?);
    let names: Vec<&str> = PEERS.iter().map(|(requirement, _, _)| *requirement).collect();
    let method = format!(
        "A release build on generated trees, each run as a whole process {ROUNDS} times, of which the median is shown, and the highest memory of \
         all; beside it {} of PyPI on the same tree.\nThe peers are compared by time only: they look for other things, and decide nothing about a MediaStore policy.",
        names.join(" and ")
    );
    Ok(Section { method, rows })
}

fn row(tree: &Tree, linter: &Path, target: &Path) -> Result<Row, Failure> {
    say(&format!("$ mediastore-lint check {}", tree.what));
    let arguments = ["check", "--quiet", "--fail-on", "never"];
    let mut peak = 0;
    let ours = timed(|| {
        let mut child = Command::new(linter).args(arguments).arg(&tree.folder).stdout(Stdio::null()).spawn()?;
        while child.try_wait()?.is_none() {
            peak = highest_memory(child.id()).unwrap_or_default().max(peak);
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    })?;
    let theirs = match tree.peer.and_then(|name| PEERS.iter().find(|(_, program, _)| *program == name)) {
        None => None,
        Some((requirement, program, arguments)) => {
            say(&format!("$ pip install {requirement}"));
            let path = pypi::installed(&target.join("bench-peers"), requirement)?.join(program);
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
            Some(times) => format!("{}, {times:.0} times as fast; {:.1} MiB", spoken(ours), mebibytes(peak)),
            None => format!("{}; {:.1} MiB", spoken(ours), mebibytes(peak)),
        },
        beside: theirs.map_or_else(|| "-".into(), |(program, theirs)| format!("{program}: {}", spoken(theirs))),
        target: match (tree.wish, times) {
            (Wish::Milliseconds(most), _) => Target::AtMost(ours.as_secs_f64() * 1e3, most, "ms"),
            (Wish::Times(least), Some(times)) => Target::AtLeast(times, least, "times as fast"),
            _ => Target::None,
        },
    })
}

/// A thousand policies without a process or files around them.
fn in_memory(repository: &Path) -> Result<Row, Failure> {
    let medians = Medians::of(repository, "mediastore-lint", "policies")?;
    let ours = medians.named("lint_a_thousand_policies")?;
    let json = medians.named("parse_a_thousand_policies_with_serde_json")?;
    let times = ours.as_secs_f64() / json.as_secs_f64();
    Ok(Row {
        what: "1,000 policies of three statements, read and judged by every rule, in memory on one thread".into(),
        measured: format!("{}, {times:.0} x", spoken(ours)),
        beside: format!("`serde_json`, parsing only: {}", spoken(json)),
        target: Target::AtMost(ours.as_secs_f64() * 1e3, 500.0, "ms"),
    })
}

/// The most memory that a running process had until now, in KiB. Where the system does not say, nothing.
fn highest_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[allow(clippy::cast_precision_loss)] // of a figure with one decimal
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
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
    let folder = folder.join(format!("policies-{files}"));
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

/// The middle of some runs. What they found is no matter here.
fn timed<T>(mut run: impl FnMut() -> std::io::Result<T>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run().map_err(Failure::file(Path::new("a linter")))?;
        times.push(start.elapsed());
    }
    Ok(median(times))
}
