//! One configuration with nearly every fault, and the rules that it does not trigger: whoever adds a rule sees it here, and either adds
//! its fault to the file or says why not.

use std::collections::BTreeSet;

use mediastore_lint::config::Config;
use mediastore_lint::rules::ALL;

use super::{judge, read};

const CONFIG: &str = "
[naming]
pattern = '[a-z_]+'

[tags.required]
Owner = {}

[tags.optional]
CostCenter.pattern = 'CC-[0-9]{4}'
";

/// Rules that are silent, each with the reason.
const SILENT: &[(&str, &str)] =
    &[("input-broken", "nothing in a broken file is judged"), ("policy-too-large", "8192 characters are long to read")];

#[test]
fn nearly_every_rule_finds_its_fault() {
    let unit = read("main.tf", include_str!("everything.tf"));
    let config = Config::parse(CONFIG).unwrap();
    let said: BTreeSet<String> = judge(&unit, &config).into_iter().map(|finding| finding.rule).collect();
    let silent: Vec<&str> = ALL.iter().map(|rule| rule.name).filter(|name| !said.contains(*name)).collect();
    let expected: Vec<&str> = SILENT.iter().map(|(name, _)| *name).collect();
    assert_eq!(silent, expected);
}
