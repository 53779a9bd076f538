//! Parameters of a template: what their values can be, and which of them decide the template's conditions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mediastore_policy::json::{Node, Value};
use mediastore_policy::text::{CharClass, Hole};

use super::super::document::{known, text, value};

/// A parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its default, if that is a value of its own and no secret.
    pub(super) default: Option<String>,
    /// Whether it is a list, written with commas.
    pub(super) is_list: bool,
    /// What it stands for where it has no default.
    pub(super) hole: Arc<Hole>,
    /// The values it is limited to.
    allowed: Vec<String>,
}

impl Parameter {
    pub(super) fn read(name: &str, declared: &Node) -> Self {
        let kind = text(declared, "Type").unwrap_or("String");
        let is_secret = value(declared, "NoEcho").is_some_and(|node| scalar(node).as_deref() == Some("true"));
        // The default of these is the name of the parameter that holds the value.
        let is_elsewhere = kind.starts_with("AWS::SSM::Parameter::Value");
        let allowed: Vec<String> = match value(declared, "AllowedValues").map(|node| &node.value) {
            Some(Value::Array(items)) if !is_elsewhere => items.iter().filter_map(scalar).collect(),
            _ => Vec::new(),
        };
        let class = if allowed.is_empty() {
            text(declared, "AllowedPattern").map_or((CharClass::Any, None), class_of_pattern)
        } else {
            (class_of(allowed.iter().map(String::as_str)), None)
        };
        Self {
            default: value(declared, "Default").filter(|_| !is_secret && !is_elsewhere).and_then(scalar),
            // Also where the list is kept elsewhere: `AWS::SSM::Parameter::Value<List<String>>`.
            is_list: kind.contains("CommaDelimitedList") || kind.contains("List<"),
            hole: Arc::new(Hole { name: name.to_owned(), class: class.0, length: class.1 }),
            allowed,
        }
    }
}

/// A string, number or boolean as CloudFormation passes it on.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Number(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => known(node).map(str::to_owned),
    }
}

/// The narrowest class that all of some texts fit.
pub(super) fn class_of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> CharClass {
    let classes = [
        CharClass::Digits,
        CharClass::Region,
        CharClass::Name,
        CharClass::Bucket,
        CharClass::Segment,
        CharClass::Plain,
    ];
    let fits = |class: &CharClass| texts.clone().all(|text| text.chars().all(|c| class.contains(c)));
    classes.into_iter().find(fits).unwrap_or(CharClass::Any)
}

/// What a pattern of the form `^[class]{count}$` admits. Nothing is concluded from others.
fn class_of_pattern(pattern: &str) -> (CharClass, Option<usize>) {
    let whole = pattern.trim_start_matches('^').trim_end_matches('$');
    let (set, rest) = match whole.strip_prefix("\\d") {
        Some(rest) => ("0-9", rest),
        None => match whole.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((set, rest)) => (set, rest),
            None => return (CharClass::Any, None),
        },
    };
    let length = match rest {
        "" => Some(1),
        "*" | "+" => None,
        _ => match rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(count) if count.bytes().all(|byte| byte.is_ascii_digit()) => count.parse().ok(),
            Some(range) if range.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') => None,
            _ => return (CharClass::Any, None),
        },
    };
    let class = members(set).map_or(CharClass::Any, |members| class_of(std::iter::once(members.as_str())));
    (class, length.filter(|_| class != CharClass::Any))
}

/// The characters of a set such as `a-z0-9_`; none if it is negated or has other escapes than of punctuation.
fn members(set: &str) -> Option<String> {
    let mut found = String::new();
    let mut chars = set.chars().peekable();
    if chars.peek() == Some(&'^') {
        return None;
    }
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next()? {
                'd' => {
                    found.extend('0'..='9');
                    continue;
                }
                'w' => {
                    found.extend(('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['_']));
                    continue;
                }
                c if c.is_ascii_punctuation() => c,
                _ => return None,
            },
            c => c,
        };
        let mut ahead = chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if c.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
                found.extend(c..=last);
                chars = ahead;
            }
            _ => found.push(c),
        }
    }
    Some(found)
}

/// Values of parameters for the sake of conditions; a value no condition names is [`other`].
pub(super) type World = BTreeMap<String, String>;

/// A value that equals nothing a template compares it with.
fn other(name: &str) -> String {
    format!("\0{name}")
}

/// The most combinations of parameter values that are looked at.
const MOST_WORLDS: usize = 64;

/// Which way the conditions under a value can go: one world for each combination of the parameters that decide them, that of the defaults
/// first. The flag says that there are more.
pub(super) fn worlds(
    root: &Node,
    conditions: Option<&Node>,
    parameters: &BTreeMap<String, Parameter>,
) -> (Vec<World>, bool) {
    let mut deciding = Deciding { conditions, parameters, names: BTreeSet::new(), compared: BTreeMap::new() };
    deciding.value(root);
    let mut worlds = vec![World::new()];
    for (name, constants) in deciding.compared {
        let Some(parameter) = parameters.get(&name) else { continue };
        let mut candidates: Vec<String> = parameter.default.iter().cloned().collect();
        if parameter.allowed.is_empty() {
            candidates.extend(constants);
            candidates.push(other(&name));
        } else {
            candidates.extend(parameter.allowed.iter().cloned());
        }
        let mut seen = BTreeSet::new();
        candidates.retain(|candidate| seen.insert(candidate.clone()));
        if worlds.len() * candidates.len() > MOST_WORLDS {
            return (worlds, true);
        }
        // The first value of each stays with the first world.
        worlds = candidates
            .iter()
            .flat_map(|candidate| {
                worlds.iter().map(|world| {
                    let mut world = world.clone();
                    world.insert(name.clone(), candidate.clone());
                    world
                })
            })
            .collect();
    }
    (worlds, false)
}

/// Finds the parameters that decide conditions, and what they are compared with.
struct Deciding<'a> {
    conditions: Option<&'a Node>,
    parameters: &'a BTreeMap<String, Parameter>,
    /// Conditions already looked at.
    names: BTreeSet<String>,
    compared: BTreeMap<String, BTreeSet<String>>,
}

impl Deciding<'_> {
    /// Every `Fn::If` in a value of a resource.
    fn value(&mut self, node: &Node) {
        match &node.value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(members) => {
                for member in members {
                    if member.key.as_known() == Some("Fn::If")
                        && let Value::Array(items) = &member.node.value
                        && let Some(name) = items.first().and_then(known)
                    {
                        self.condition(name);
                    }
                    self.value(&member.node);
                }
            }
            _ => {}
        }
    }

    fn condition(&mut self, name: &str) {
        if !self.names.insert(name.to_owned()) {
            return;
        }
        if let Some(expression) = self.conditions.and_then(|conditions| value(conditions, name)) {
            self.expression(expression);
        }
    }

    fn expression(&mut self, node: &Node) {
        match &node.value {
            Value::Array(items) => items.iter().for_each(|item| self.expression(item)),
            Value::Object(members) => {
                for member in members {
                    match (member.key.as_known(), &member.node.value) {
                        (Some("Condition"), _) => {
                            if let Some(name) = known(&member.node) {
                                self.condition(name);
                            }
                        }
                        (Some("Fn::Equals"), Value::Array(operands)) => self.equals(operands),
                        _ => {}
                    }
                    self.expression(&member.node);
                }
            }
            _ => {}
        }
    }

    fn equals(&mut self, operands: &[Node]) {
        let constants: Vec<String> = operands.iter().filter_map(scalar).collect();
        for name in operands.iter().filter_map(|operand| text(operand, "Ref")) {
            if self.parameters.contains_key(name) {
                self.compared.entry(name.to_owned()).or_default().extend(constants.iter().cloned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_one_set_say_what_a_parameter_can_be() {
        for (pattern, expected) in [
            (r"^\d{12}$", (CharClass::Digits, Some(12))),
            ("[0-9]{12}", (CharClass::Digits, Some(12))),
            ("^[a-z0-9-]*$", (CharClass::Region, None)),
            (r"[\w-]{1,255}", (CharClass::Name, None)),
            ("[a-zA-Z][a-z]*", (CharClass::Any, None)),
            ("[^:]+", (CharClass::Any, None)),
            (".*", (CharClass::Any, None)),
            (r"[a-z\.]+", (CharClass::Bucket, None)),
        ] {
            assert_eq!(class_of_pattern(pattern), expected, "{pattern}");
        }
    }
}
