//! From JSON to the model. Reading never gives up at the first fault: it returns what could be read and every problem.
//!
//! The grammar is that of resource policies (`docs/policy-semantics.md`, "The document"), strictly: element and operator names in their
//! printed case only. What a particular service refuses on top is [`crate::service`]'s.

use std::sync::Arc;

use compact_str::CompactString;

use crate::action::{ActionKind, ActionPattern};
use crate::arn::ArnPattern;
use crate::condition::operator::Operator;
use crate::condition::{Condition, ConditionKey, Operand, OperandError, OperandValue};
use crate::json::{self, Limits, Member, Node, Template, Value};
use crate::model::{Clause, Effect, Maybe, Policy, Spanned, Statement, Version};
use crate::pattern::{Part, Pattern, Syntax};
use crate::principal::{self, PrincipalArn, PrincipalEntry, PrincipalKind, PrincipalMember};
use crate::problem::{Code, Problem};
use crate::resource::{ResourceKind, ResourcePattern};
use crate::span::Span;
use crate::suggest;
use crate::text::{CharClass, Hole, Text, TextPart, TextRef};

/// What became of a document.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The policy, unless the text is no JSON object at all. With problems it is what could be understood, good for
    /// pointing at things, not for deciding requests.
    pub policy: Option<Policy>,
    /// Everything that is wrong, in the order of the document.
    pub problems: Vec<Problem>,
}

impl Parsed {
    /// The policy, if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// All problems, of which there is at least one.
    pub fn into_result(self) -> Result<Policy, Vec<Problem>> {
        match self.policy {
            Some(policy) if self.problems.is_empty() => Ok(policy),
            _ => Err(self.problems),
        }
    }
}

/// Reads a policy from its text.
#[must_use]
pub fn parse<'a>(source: impl Into<Template<'a>>) -> Parsed {
    parse_within(source, Limits::default())
}

/// Reads a policy from its text within other limits than the usual.
#[must_use]
pub fn parse_within<'a>(source: impl Into<Template<'a>>, limits: Limits) -> Parsed {
    let (node, problems) = json::parse(source, limits);
    match node {
        Some(node) => parse_node_after(node, problems),
        None => Parsed { policy: None, problems },
    }
}

/// Reads a policy from a tree, as found in source code that builds the document itself.
#[must_use]
pub fn parse_node(node: Node) -> Parsed {
    parse_node_after(node, Vec::new())
}

fn parse_node_after(node: Node, problems: Vec<Problem>) -> Parsed {
    let mut reader = Reader { problems, variables: Some(false) };
    let policy = reader.policy(node);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    Parsed { policy, problems }
}

struct Reader {
    problems: Vec<Problem>,
    /// Whether the version has policy variables; nothing, if the version is unknown.
    variables: Option<bool>,
}

impl Reader {
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.problems.push(Problem::new(code, span, message));
    }

    fn report_with_help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::new(code, span, message).help(help));
    }

    fn wrong_type(&mut self, what: &str, expected: &str, node: &Node) {
        self.report(Code::WrongType, node.span, format!("`{what}` must be {expected}, not {}", node.kind()));
    }

    fn policy(&mut self, node: Node) -> Option<Policy> {
        let span = node.span;
        let mut policy =
            Policy { span, version: None, id: None, statements: Vec::new(), unknown_statements: Vec::new() };
        let members = match node.value {
            Value::Object(members) => members,
            Value::Unknown(hole) => {
                policy.unknown_statements.push(Spanned { span, value: hole });
                return Some(policy);
            }
            _ => {
                self.wrong_type("the policy", "an object", &node);
                return None;
            }
        };
        // The version decides how everything else is read, wherever it stands.
        if let Some(member) = members.iter().find(|member| member.key.as_known() == Some("Version")) {
            policy.version = self.version(&member.node);
        }
        let mut has_statement = false;
        for Member { key_span, key, node } in members {
            match key.as_known() {
                Some("Version") => {}
                Some("Id") => policy.id = self.string("Id", node),
                Some("Statement") => {
                    has_statement = true;
                    self.statements(node, &mut policy);
                }
                _ => self.unknown_element(&key, key_span, &["Version", "Id", "Statement"]),
            }
        }
        if !has_statement {
            self.report(Code::MissingElement, span, "the policy has no `Statement`");
        }
        self.duplicate_sids(&policy.statements);
        Some(policy)
    }

    fn version(&mut self, node: &Node) -> Option<Spanned<Maybe<Version>>> {
        let value = match &node.value {
            Value::String(text) => match text.as_known() {
                Some("2012-10-17") => Maybe::Known(Version::V2012),
                Some("2008-10-17") => Maybe::Known(Version::V2008),
                Some(other) => {
                    let message = format!("the version `{other}` does not exist");
                    self.report_with_help(Code::BadVersion, node.span, message, "write `2012-10-17`");
                    return None;
                }
                None => Maybe::Unknown(text.clone()),
            },
            Value::Unknown(hole) => Maybe::Unknown(whole(hole)),
            _ => {
                self.wrong_type("Version", "a string", node);
                return None;
            }
        };
        self.variables = value.known().map(|version| version == Version::V2012);
        Some(Spanned { span: node.span, value })
    }

    fn string(&mut self, what: &str, node: Node) -> Option<Spanned<Text>> {
        let span = node.span;
        match node.value {
            Value::String(value) => Some(Spanned { span, value }),
            Value::Unknown(hole) => Some(Spanned { span, value: whole(&hole) }),
            _ => {
                self.wrong_type(what, "a string", &node);
                None
            }
        }
    }

    fn unknown_element(&mut self, key: &Text, span: Span, known: &[&str]) {
        let message = format!("the element `{key}` is unknown here");
        let written = key.to_string();
        match known.iter().find(|name| name.eq_ignore_ascii_case(&written)) {
            Some(name) => self.report_with_help(Code::UnknownElement, span, message, format!("write `{name}`")),
            None => self.report_with_help(Code::UnknownElement, span, message, format!("known are {}", quoted(known))),
        }
    }

    fn statements(&mut self, node: Node, policy: &mut Policy) {
        let span = node.span;
        match node.value {
            Value::Array(items) => {
                if items.is_empty() {
                    self.report(Code::EmptyList, span, "the policy has no statements");
                }
                for item in items {
                    self.statement_or_hole(item, policy);
                }
            }
            _ => self.statement_or_hole(node, policy),
        }
    }

    fn statement_or_hole(&mut self, node: Node, policy: &mut Policy) {
        let span = node.span;
        match node.value {
            Value::Object(members) => policy.statements.push(self.statement(span, members)),
            Value::Unknown(value) => policy.unknown_statements.push(Spanned { span, value }),
            _ => self.wrong_type("Statement", "an object or a list of objects", &node),
        }
    }

    fn statement(&mut self, span: Span, members: Vec<Member>) -> Statement {
        const ELEMENTS: [&str; 9] = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        let mut sid = None;
        let mut effect = None;
        let mut has_effect = false;
        let (mut principals, mut actions, mut resources) = (None, None, None);
        let mut conditions = Vec::new();
        let mut unknown_conditions = Vec::new();
        for Member { key_span, key, node } in members {
            let element = key_span.to(node.span);
            match key.as_known().unwrap_or_default() {
                "Sid" => sid = self.string("Sid", node),
                "Effect" => {
                    has_effect = true;
                    effect = self.effect(node);
                }
                name @ ("Principal" | "NotPrincipal") => {
                    let entries = self.principals(name, node);
                    self.set_clause(&mut principals, "Principal", name, element, entries);
                }
                name @ ("Action" | "NotAction") => {
                    let entries = self.entries(name, node, Self::action, |span, text| ActionPattern {
                        span,
                        text,
                        kind: ActionKind::UnknownEntries,
                    });
                    self.set_clause(&mut actions, "Action", name, element, entries);
                }
                name @ ("Resource" | "NotResource") => {
                    let entries = self.entries(name, node, Self::resource, |span, text| ResourcePattern {
                        span,
                        text,
                        kind: ResourceKind::UnknownEntries,
                    });
                    self.set_clause(&mut resources, "Resource", name, element, entries);
                }
                "Condition" => self.conditions(node, &mut conditions, &mut unknown_conditions),
                _ => self.unknown_element(&key, key_span, &ELEMENTS),
            }
        }
        if !has_effect {
            self.report(Code::MissingElement, span, "the statement has no `Effect`");
        }
        Statement {
            span,
            sid,
            // Without an effect there is a problem, and nobody decides by this statement.
            effect: effect.unwrap_or(Spanned { span, value: Maybe::Known(Effect::Deny) }),
            principals: self.required_clause(principals, "Principal", span),
            actions: self.required_clause(actions, "Action", span),
            resources: self.required_clause(resources, "Resource", span),
            conditions,
            unknown_conditions,
        }
    }

    fn set_clause<T>(&mut self, slot: &mut Option<Clause<T>>, pair: &str, name: &str, span: Span, entries: Vec<T>) {
        let negated = name != pair;
        match slot {
            Some(clause) if clause.negated != negated => {
                let message = format!("`{pair}` and `Not{pair}` stand in one statement");
                self.report_with_help(Code::ConflictingElements, span, message, "keep one of the two");
            }
            // The same name twice is a duplicate key, reported by the JSON reader.
            Some(_) => {}
            None => *slot = Some(Clause { span, negated, entries }),
        }
    }

    fn required_clause<T>(&mut self, clause: Option<Clause<T>>, what: &str, span: Span) -> Clause<T> {
        clause.unwrap_or_else(|| {
            self.report(Code::MissingElement, span, format!("the statement has no `{what}`"));
            Clause { span, negated: false, entries: Vec::new() }
        })
    }

    fn effect(&mut self, node: Node) -> Option<Spanned<Maybe<Effect>>> {
        let Spanned { span, value: text } = self.string("Effect", node)?;
        let value = match text.as_known() {
            Some("Allow") => Maybe::Known(Effect::Allow),
            Some("Deny") => Maybe::Known(Effect::Deny),
            Some(other) => {
                let message = format!("the `Effect` must be `Allow` or `Deny`, not `{other}`");
                self.report(Code::BadEffect, span, message);
                return None;
            }
            None => Maybe::Unknown(text),
        };
        Some(Spanned { span, value })
    }

    /// One or several strings.
    fn entries<T>(
        &mut self,
        what: &str,
        node: Node,
        read: impl Fn(&mut Self, Span, Text) -> T,
        unknown: impl Fn(Span, Text) -> T,
    ) -> Vec<T> {
        let span = node.span;
        let items = match node.value {
            Value::String(text) => return vec![read(self, span, text)],
            Value::Unknown(hole) => return vec![unknown(span, whole(&hole))],
            Value::Array(items) => items,
            _ => {
                self.wrong_type(what, "a string or a list of strings", &node);
                return Vec::new();
            }
        };
        if items.is_empty() {
            self.report(Code::EmptyList, span, format!("the list `{what}` is empty"));
        }
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            let span = item.span;
            match item.value {
                Value::String(text) => entries.push(read(self, span, text)),
                Value::Unknown(hole) => entries.push(read(self, span, whole(&hole))),
                _ => self.wrong_type(what, "a string or a list of strings", &item),
            }
        }
        entries
    }

    fn principals(&mut self, what: &str, node: Node) -> Vec<PrincipalEntry> {
        let span = node.span;
        let entry = |text, kind| PrincipalEntry { span, member: PrincipalMember::Whole, text, kind };
        let members = match node.value {
            Value::Object(members) => members,
            Value::Unknown(hole) => {
                let text = whole(&hole);
                return vec![entry(text, PrincipalKind::UnknownEntries(hole))];
            }
            Value::String(text) if text.as_known() == Some("*") => return vec![entry(text, PrincipalKind::Everyone)],
            Value::String(text) if text.as_known().is_none() => return vec![entry(text, PrincipalKind::Unknown)],
            Value::String(text) => {
                let message = format!("a principal outside an object can only be `*`, not `{text}`");
                let help = format!("write `{{\"AWS\": \"{text}\"}}` or another member of the object");
                self.report_with_help(Code::BadPrincipal, span, message, help);
                return vec![entry(text, PrincipalKind::Malformed)];
            }
            _ => {
                self.wrong_type(what, "`*` or an object", &node);
                return Vec::new();
            }
        };
        if members.is_empty() {
            self.report(Code::EmptyList, span, format!("the object `{what}` is empty"));
        }
        let mut entries = Vec::with_capacity(members.len());
        for Member { key_span, key, node } in members {
            let named = PrincipalMember::NAMED.into_iter().find(|member| key.as_known() == Some(member.as_str()));
            match named {
                Some(member) => {
                    let read = |reader: &mut Self, span, text: Text| {
                        let kind = reader.principal(member, span, &text);
                        PrincipalEntry { span, member, text, kind }
                    };
                    let unknown = |span, text: Text| {
                        let hole = text.as_hole().map(Arc::clone);
                        let kind = hole.map_or(PrincipalKind::Unknown, PrincipalKind::UnknownEntries);
                        PrincipalEntry { span, member, text, kind }
                    };
                    entries.extend(self.entries(member.as_str(), node, read, unknown));
                }
                None => self.unknown_element(&key, key_span, &PrincipalMember::NAMED.map(PrincipalMember::as_str)),
            }
        }
        entries
    }

    fn principal(&mut self, member: PrincipalMember, span: Span, text: &Text) -> PrincipalKind {
        if text.as_known().is_some_and(str::is_empty) {
            self.report(Code::BadPrincipal, span, "a principal is empty");
            return PrincipalKind::Malformed;
        }
        if member == PrincipalMember::Aws && text.as_known() == Some("*") {
            return PrincipalKind::Everyone;
        }
        let mut known = text.parts().filter_map(TextRef::known);
        if known.clone().any(|known| known.contains(['*', '?']) || known.contains("${")) {
            let message = format!("a principal has no wildcards and no variables: `{text}`");
            let help = "name the principals, or match them with a condition on `aws:PrincipalArn`";
            self.report_with_help(Code::BadPrincipal, span, message, help);
            return PrincipalKind::Malformed;
        }
        match member {
            PrincipalMember::Aws | PrincipalMember::Whole => self.aws_principal(span, text),
            PrincipalMember::Service => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_';
                if !known.all(|known| known.chars().all(is_name)) {
                    let message = format!("`{text}` is not the name of a service, such as `cloudfront.amazonaws.com`");
                    self.report(Code::BadPrincipal, span, message);
                    return PrincipalKind::Malformed;
                }
                PrincipalKind::Service(text.clone())
            }
            PrincipalMember::Federated => PrincipalKind::Federated(text.clone()),
            PrincipalMember::CanonicalUser => PrincipalKind::CanonicalUser(text.clone()),
        }
    }

    fn aws_principal(&mut self, span: Span, text: &Text) -> PrincipalKind {
        if let Some(hole) = text.as_hole() {
            let is_account = hole.length == Some(12) && hole.class == CharClass::Digits;
            return match is_account {
                true => PrincipalKind::Account { partition: None, account: text.clone() },
                false => PrincipalKind::Unknown,
            };
        }
        if let Some(known) = text.as_known() {
            if known.bytes().all(|byte| byte.is_ascii_digit()) {
                return match self.check_account(span, text) {
                    true => PrincipalKind::Account { partition: None, account: text.clone() },
                    false => PrincipalKind::Malformed,
                };
            }
            if is_unique_id(known) {
                return PrincipalKind::UniqueId(text.clone());
            }
        }
        match principal::parse_arn(text) {
            Some(PrincipalArn::Root { partition, account }) if self.check_account(span, &account) => {
                PrincipalKind::Account { partition: Some(partition), account }
            }
            Some(PrincipalArn::Identity(identity))
                if identity.account.as_known() == Some("cloudfront") || self.check_account(span, &identity.account) =>
            {
                PrincipalKind::Identity(identity)
            }
            Some(_) => PrincipalKind::Malformed,
            None if text.holes().any(|hole| !hole.class.is_literal()) => PrincipalKind::Unknown,
            None => {
                let message = format!("`{text}` is neither an account id nor the ARN of a root, user, role or session");
                self.report(Code::BadPrincipal, span, message);
                PrincipalKind::Malformed
            }
        }
    }

    fn check_account(&mut self, span: Span, account: &Text) -> bool {
        let fits = account.as_known().is_none_or(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()));
        if !fits {
            self.report(Code::BadAccountId, span, format!("the account id `{account}` does not have twelve digits"));
        }
        fits
    }

    fn action(&mut self, span: Span, text: Text) -> ActionPattern {
        let kind = self.action_kind(span, &text);
        ActionPattern { span, text, kind }
    }

    fn action_kind(&mut self, span: Span, text: &Text) -> ActionKind {
        if text.as_known() == Some("*") {
            return ActionKind::All;
        }
        if text.as_hole().is_some() {
            return ActionKind::Unknown;
        }
        if text.parts().filter_map(TextRef::known).any(|known| known.contains("${")) {
            self.report(Code::BadVariable, span, format!("an action has no policy variables: `{text}`"));
            return ActionKind::Malformed;
        }
        let (service, name) = match text.split_once(':') {
            Some(parts) => parts,
            // The colon may be in the hole.
            None if text.as_known().is_none() => return ActionKind::Unknown,
            None => {
                let message = format!("the action `{text}` is neither `*` nor `service:Name`");
                self.report(Code::BadAction, span, message);
                return ActionKind::Malformed;
            }
        };
        let read = |text: &Text| Pattern::parse(text, Syntax::WILDCARDS).unwrap_or_default();
        let (service, name) = (read(&service), read(&name));
        let service_fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name_fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '-' | '_');
        let literal = |pattern: &Pattern, fits: fn(char) -> bool| {
            pattern.parts().iter().all(|part| match part {
                Part::Literal(text) => text.chars().all(fits),
                _ => true,
            })
        };
        if service.parts().is_empty()
            || name.parts().is_empty()
            || !literal(&service, service_fits)
            || !literal(&name, name_fits)
        {
            let message = format!("the action `{text}` is neither `*` nor `service:Name`");
            self.report(Code::BadAction, span, message);
            return ActionKind::Malformed;
        }
        if service.has_wildcard() {
            let message = format!("the action `{text}` has a wildcard in the name of the service");
            self.report_with_help(Code::BadAction, span, message, "write one action for each service");
        }
        ActionKind::Named { service, name }
    }

    fn resource(&mut self, span: Span, text: Text) -> ResourcePattern {
        let kind = self.resource_kind(span, &text);
        ResourcePattern { span, text, kind }
    }

    fn resource_kind(&mut self, span: Span, text: &Text) -> ResourceKind {
        if text.as_known() == Some("*") {
            return ResourceKind::All;
        }
        let pattern = match Pattern::parse_unless_open(text, true, self.variables) {
            Ok(Some(pattern)) => pattern,
            Ok(None) => return ResourceKind::Unknown,
            Err(error) => {
                self.report(Code::BadVariable, span, format!("{error}: `{text}`"));
                return ResourceKind::Malformed;
            }
        };
        let fields = ArnPattern::split(&pattern);
        let is_arn = |arn: &ArnPattern| arn.fields[0].as_literal() == Some("arn") && !arn.resource().parts().is_empty();
        match fields {
            Some(arn) if is_arn(&arn) => ResourceKind::Arn(Box::new(arn)),
            None if pattern.holes().any(|hole| !hole.class.is_literal()) => ResourceKind::Unknown,
            None if pattern.variables().next().is_some() => {
                let message = format!("a policy variable stands before the fifth colon of `{text}`");
                self.report(Code::BadVariable, span, message);
                ResourceKind::Malformed
            }
            _ => {
                let message = format!("the resource `{text}` is neither `*` nor an ARN of six fields");
                let help = "an ARN reads `arn:partition:service:region:account:resource`";
                self.report_with_help(Code::BadArn, span, message, help);
                ResourceKind::Malformed
            }
        }
    }

    fn conditions(&mut self, node: Node, conditions: &mut Vec<Condition>, unknown: &mut Vec<Spanned<Arc<Hole>>>) {
        let span = node.span;
        let operators = match node.value {
            Value::Object(members) => members,
            Value::Unknown(value) => return unknown.push(Spanned { span, value }),
            _ => return self.wrong_type("Condition", "an object of operators", &node),
        };
        for Member { key_span: operator_span, key: name, node } in operators {
            let Some(known) = name.as_known() else {
                unknown
                    .extend(name.holes().take(1).map(|hole| Spanned { span: operator_span, value: Arc::clone(hole) }));
                continue;
            };
            let operator = Operator::parse(known);
            if operator.is_none() {
                self.unknown_operator(known, operator_span);
            }
            let span = node.span;
            let keys = match node.value {
                Value::Object(members) => members,
                Value::Unknown(value) => {
                    unknown.push(Spanned { span, value });
                    continue;
                }
                _ => {
                    self.wrong_type(known, "an object of condition keys", &node);
                    continue;
                }
            };
            let first = conditions.len();
            for Member { key_span, key, node } in keys {
                let key = ConditionKey::new(key);
                self.check_key(&key, key_span, &conditions[first..]);
                if let Some(operator) = operator {
                    let span = key_span.to(node.span);
                    let values = self.operands(operator, &key, node);
                    conditions.push(Condition { span, operator, operator_span, key, key_span, values });
                }
            }
        }
    }

    fn unknown_operator(&mut self, name: &str, span: Span) {
        let message = format!("the condition operator `{name}` does not exist");
        match suggest::operator(name) {
            Some(nearest) => {
                self.report_with_help(Code::UnknownOperator, span, message, format!("the nearest is `{nearest}`"));
            }
            None => self.report(Code::UnknownOperator, span, message),
        }
    }

    fn check_key(&mut self, key: &ConditionKey, span: Span, others: &[Condition]) {
        let Some(name) = key.name() else { return };
        if name.is_empty() {
            self.report(Code::BadConditionKey, span, "a condition key is empty");
            return;
        }
        if name.split_once(':').is_none_or(|(service, key)| service.is_empty() || key.is_empty()) {
            let message = format!("the condition key `{}` does not name its service", key.text);
            self.report_with_help(Code::BadConditionKey, span, message, "a key reads `aws:SourceIp` or `s3:prefix`");
        }
        let twin = others.iter().find(|other| other.key.name() == Some(name) && other.key.text != key.text);
        if let Some(twin) = twin {
            let message = format!("the condition keys `{}` and `{}` differ only in case", twin.key.text, key.text);
            self.report_with_help(Code::DuplicateKey, span, message, "merge the two members into one");
        }
    }

    fn operands(&mut self, operator: Operator, key: &ConditionKey, node: Node) -> Vec<Operand> {
        let span = node.span;
        let items = match node.value {
            Value::Array(items) => items,
            Value::Unknown(hole) => {
                return vec![Operand { span, text: whole(&hole), value: OperandValue::UnknownValues }];
            }
            _ => vec![node],
        };
        if items.is_empty() {
            self.report(Code::EmptyList, span, format!("the list of values of `{}` is empty", key.text));
        }
        let mut operands = Vec::with_capacity(items.len());
        for item in items {
            let span = item.span;
            let text = match item.value {
                Value::String(text) => text,
                Value::Number(text) => Text::known(text),
                Value::Bool(value) => Text::known(CompactString::const_new(if value { "true" } else { "false" })),
                Value::Unknown(hole) => whole(&hole),
                _ => {
                    let expected = "a string, a number, a boolean or a list of these";
                    self.wrong_type(&key.text.to_string(), expected, &item);
                    continue;
                }
            };
            let value = match OperandValue::read(operator.relation(), &text, self.variables) {
                Ok(value) => value,
                Err(OperandError::Variable(error)) => {
                    self.report(Code::BadVariable, span, format!("{error}: `{text}`"));
                    OperandValue::Malformed
                }
                Err(error) => {
                    self.report(Code::BadOperand, span, format!("`{text}` {error}, as `{operator}` needs"));
                    OperandValue::Malformed
                }
            };
            operands.push(Operand { span, text, value });
        }
        operands
    }

    fn duplicate_sids(&mut self, statements: &[Statement]) {
        let mut sids: Vec<(&str, Span)> = statements
            .iter()
            .filter_map(|statement| statement.sid.as_ref())
            .filter_map(|sid| sid.value.as_known().filter(|text| !text.is_empty()).map(|text| (text, sid.span)))
            .collect();
        sids.sort_unstable();
        let repeated: Vec<_> = sids.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1]).collect();
        for (sid, span) in repeated {
            self.report(Code::DuplicateSid, span, format!("two statements have the `Sid` `{sid}`"));
        }
    }
}

fn whole(hole: &Arc<Hole>) -> Text {
    Text::from_parts([TextPart::Hole(Arc::clone(hole))])
}

/// The unique ids of identities: capital letters and digits behind one of the prefixes that IAM gives out.
fn is_unique_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && ["AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ASCA"].iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
