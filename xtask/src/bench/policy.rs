//! The policy engine: parsing beside `serde_json`, deciding, exposure of ordinary and of adversarial policies, and the same question
//! put to an SMT solver.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::divan::Medians;
use super::{Row, Section, Target, median, spoken};
use crate::shell::{self, Failure, say};
use crate::smt;

const PACKAGE: &str = "mediastore-policy";

/// Policies put to the solver.
const SOLVED: &str = "500";

pub(super) fn run(repository: &Path) -> Result<Section, Failure> {
    let parsing = Medians::of(repository, PACKAGE, "policy")?;
    let exposing = Medians::of(repository, PACKAGE, "exposure")?;
    let (ours, theirs) = solver(repository)?;

    let parse = parsing.named("parse_1000_policies")?;
    let json = parsing.named("serde_json_1000_policies")?;
    let times = parse.as_secs_f64() / json.as_secs_f64();
    let decide = parsing.under("decide_one");
    let ordinary = exposing.under("exposure_of");
    let hard = exposing.under("exposure_of_hard");
    let (_, slowest) = extremes(&decide)?;
    let middle = median(ordinary.clone());
    let (best, worst) = extremes(&ordinary)?;
    let (easiest, hardest) = extremes(&hard)?;
    let rows = vec![
        Row {
            what: "parse 1,000 policies of four kinds".into(),
            measured: format!("{}, {times:.1} x", spoken(parse)),
            beside: format!("`serde_json`: {}", spoken(json)),
            target: Target::AtMost(times, 5.0, "x `serde_json`"),
        },
        Row {
            what: "decide one request, the slowest of four kinds of policy".into(),
            measured: spoken(slowest),
            beside: "-".into(),
            target: Target::AtMost(slowest.as_secs_f64() * 1e6, 10.0, "µs"),
        },
        Row {
            what: "decide, a policy and a text made to be slow to match".into(),
            measured: spoken(parsing.named("decide_adversarial")?),
            beside: "-".into(),
            target: Target::None,
        },
        Row {
            what: format!("exposure of {} ordinary policies, median", ordinary.len()),
            measured: format!("{} ({} to {})", spoken(middle), spoken(best), spoken(worst)),
            beside: "-".into(),
            target: Target::AtMost(middle.as_secs_f64() * 1e6, 100.0, "µs"),
        },
        Row {
            what: format!("exposure of {} adversarial policies of about 8,192 bytes, the slowest", hard.len()),
            measured: format!("{} (the fastest {})", spoken(hardest), spoken(easiest)),
            beside: "-".into(),
            target: Target::AtMost(hardest.as_secs_f64() * 1e3, 50.0, "ms"),
        },
        Row {
            what: "compare two policies".into(),
            measured: spoken(exposing.named("compare_public_with_networks")?),
            beside: "-".into(),
            target: Target::None,
        },
        Row {
            what: format!("exposure of {SOLVED} generated policies, one process"),
            measured: format!("{ours} s"),
            beside: format!("{}: {theirs} s", smt::SOLVER),
            target: Target::None,
        },
    ];
    let method = "`cargo bench -p mediastore-policy`: medians of 100 samples each, of 10 for the adversarial ones. The last row is \
                  `policy/smt/cross_check.py`,\nwhich puts the same generated policies to `mediastore-lint exposure` (a release build, with its \
                  start and the reading of its input)\nand to the encoding for z3, and fails where they disagree."
        .to_owned();
    Ok(Section { method, rows })
}

/// Seconds of the linter and of the solver, as the script prints them.
fn solver(repository: &Path) -> Result<(String, String), Failure> {
    let built = shell::build(repository, &["--release", "--package", "mediastore-lint"])?;
    let linter = shell::executable(&built, "mediastore-lint")?;
    let arguments = ["--count", SOLVED, "--seed", "7"];
    let shown = format!("python policy/smt/cross_check.py {}", arguments.join(" "));
    say(&format!("$ {shown}"));
    let mut command = Command::new(smt::solver(&shell::target_directory(repository)?)?);
    command.current_dir(repository).arg("policy/smt/cross_check.py").arg("--bin").arg(linter).args(arguments);
    let output = command.output().map_err(Failure::file(linter))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let line = printed.lines().find(|line| line.starts_with("exposure of")).filter(|_| output.status.success());
    let seconds: Option<Vec<&str>> = line.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).filter(|pair| pair[1].trim_end_matches(',') == "s").map(|pair| pair[0]).collect()
    });
    match seconds.as_deref() {
        Some([ours, theirs]) => Ok(((*ours).to_owned(), (*theirs).to_owned())),
        _ => Err(Failure::Unexpected(format!("`{shown}` ended with {} and\n{printed}", output.status))),
    }
}

fn extremes(times: &[Duration]) -> Result<(Duration, Duration), Failure> {
    let ends = times.iter().min().copied().zip(times.iter().max().copied());
    ends.ok_or_else(|| Failure::Unexpected("a bench has no arguments".to_owned()))
}
