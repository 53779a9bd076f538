//! How bad a rule is at a place: profile, configuration, overrides of paths and the command line, in this order; the last that speaks wins.

use std::path::Path;

use crate::config::{Config, Level, Profile, REGO_PREFIX, RuleName};
use crate::finding::Severity;
use crate::rule::Rule;
use crate::rules;

/// The severities of one configuration, with what the command line says.
#[derive(Debug, Clone, Copy)]
pub struct Levels<'a> {
    config: &'a Config,
    profile: Option<Profile>,
    given: &'a [(RuleName, Level)],
}

impl<'a> Levels<'a> {
    /// The severities of a configuration, with the profile and the severities of the command line.
    #[must_use]
    pub fn new(config: &'a Config, profile: Option<Profile>, given: &'a [(RuleName, Level)]) -> Self {
        Self { config, profile, given }
    }

    /// The severity of a rule where no path's settings apply.
    #[must_use]
    pub fn anywhere(&self, rule: &Rule) -> Option<Severity> {
        self.level(rule.name, Some(rule), None).0
    }

    /// The severity that a rule is to be run with: off only if it is off everywhere.
    #[must_use]
    pub fn to_run(&self, rule: &Rule) -> Option<Severity> {
        self.anywhere(rule).or_else(|| {
            let overrides = self.config.overrides.iter();
            let somewhere = overrides.filter_map(|it| {
                let profile = it.profile.and_then(|profile| of_profile(rule, profile));
                it.rules
                    .iter()
                    .find(|(name, _)| name.as_str() == rule.name)
                    .map_or(profile, |(_, level)| level.severity())
            });
            somewhere.max().filter(|_| !self.given.iter().any(|(name, _)| name.as_str() == rule.name))
        })
    }

    /// The severity of a finding at a path, which is relative to the configuration's folder; nothing if it is off there.
    ///
    /// A rule may report a finding as worse or less bad than its usual. That is kept unless somebody has set this rule's severity.
    #[must_use]
    pub fn at(&self, rule: &str, found: Severity, path: &Path) -> Option<Severity> {
        let known = rules::named(rule);
        let (here, explicit) = self.level(rule, known, Some(path));
        let here = if known.is_none() && !explicit { Some(found) } else { here };
        let usual = known.and_then(|rule| self.to_run(rule));
        here.map(|here| if explicit || usual == Some(found) { here } else { found })
    }

    /// The severity, and whether somebody has set it for this rule by name.
    fn level(&self, name: &str, rule: Option<&Rule>, path: Option<&Path>) -> (Option<Severity>, bool) {
        let here = || {
            self.config
                .overrides
                .iter()
                .filter(|it| path.is_some_and(|path| it.paths.iter().any(|glob| glob.matches(path))))
        };
        let set = |settings: &mut dyn Iterator<Item = (&RuleName, Level)>| {
            settings.filter(|(it, _)| it.as_str() == name).last().map(|(_, level)| level)
        };
        let explicit = set(&mut self.given.iter().map(|(name, level)| (name, *level)))
            .or_else(|| {
                here().filter_map(|it| set(&mut it.rules.iter().map(|(name, level)| (name, *level)))).next_back()
            })
            .or_else(|| set(&mut self.config.rules.iter().map(|(name, level)| (name, *level))));
        if let Some(level) = explicit {
            return (level.severity(), true);
        }
        let profile = here().filter_map(|it| it.profile).next_back().or(self.profile).unwrap_or(self.config.profile);
        (rule.and_then(|rule| of_profile(rule, profile)), false)
    }
}

/// The severity of a rule in a profile.
#[must_use]
pub fn of_profile(rule: &Rule, profile: Profile) -> Option<Severity> {
    match (profile, rule.severity) {
        (Profile::Default, severity) => Some(severity),
        (Profile::Strict, _) => Some(rule.strict),
        (Profile::Relaxed, Severity::Error) => Some(Severity::Error),
        (Profile::Relaxed, Severity::Warning) => Some(Severity::Info),
        (Profile::Relaxed, Severity::Info) => None,
    }
}

/// Whether a name is one of the organisation's own rules.
#[must_use]
pub fn is_of_the_organisation(name: &str) -> bool {
    name.starts_with(REGO_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
[rules]
public-write = "warning"

[[override]]
paths = ["examples/**"]
rules = { public-write = "off" }

[[override]]
paths = ["examples/prod/**"]
profile = "strict"
rules = { public-write = "info" }
"#;

    #[test]
    fn the_last_that_speaks_wins() {
        use Severity::{Error, Info, Warning};
        let given: Vec<(RuleName, Level)> = vec![("public-write".parse().expect("a rule"), Level::Error)];
        for (config, given, path, expected) in [
            ("", &[][..], "a.json", Some(Error)),
            (CONFIG, &[][..], "a.json", Some(Warning)),
            (CONFIG, &[][..], "examples/a.json", None),
            (CONFIG, &[][..], "examples/prod/a.json", Some(Info)),
            (CONFIG, &given[..], "examples/a.json", Some(Error)),
        ] {
            let config = Config::parse(config).expect("a configuration");
            let levels = Levels::new(&config, None, given);
            let run = levels.to_run(rules::named("public-write").expect("the rule")).expect("on somewhere");
            assert_eq!(levels.at("public-write", run, Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn what_is_off_but_on_somewhere_is_run() {
        let rule = rules::named("public-write").expect("the rule");
        let off = "rules.public-write = 'off'\n";
        let on_somewhere = "rules.public-write = 'off'\n[[override]]\npaths = ['a']\nrules.public-write = 'info'\n";
        for (config, expected) in [(off, None), (on_somewhere, Some(Severity::Info))] {
            let config = Config::parse(config).expect("a configuration");
            assert_eq!(Levels::new(&config, None, &[]).to_run(rule), expected);
        }
    }

    #[test]
    fn a_rule_of_the_organisation_says_its_own_severity() {
        let config = Config::parse("rules.'rego:b' = 'off'").expect("a configuration");
        let levels = Levels::new(&config, None, &[]);
        assert_eq!(levels.at("rego:a", Severity::Warning, Path::new("x")), Some(Severity::Warning));
        assert_eq!(levels.at("rego:b", Severity::Warning, Path::new("x")), None);
    }
}
