//! Attributes of resources and data sources before they exist: what the configuration sets, what follows from it, and what is known of
//! the characters of the rest.

use std::rc::Rc;

use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole};

use super::evaluate::{Eval, Failure, Run, Scope};
use super::module::{Mode, Resource};
use super::provider::hole_by_name;
use super::syntax::BodyView;
use super::value::{Data, Handle, Value, hole_of};
use super::{parse, policy_document};
use crate::words::{Piece, Words};

/// The value of an attribute.
pub(super) fn attribute(run: &Run<'_>, handle: &Rc<Handle>, name: &str, span: Span) -> Eval {
    let Some(resource) = run.resource(handle) else {
        return Err(Failure::new("this is no resource", span));
    };
    let it = Attribute { run, handle, resource, name, span };
    if let Some(value) = it.derived()? {
        return Ok(value);
    }
    if let Some(value) = run.configured(handle, name)? {
        return Ok(value);
    }
    let address = run.address(handle);
    if !BodyView::Body(&resource.block.body).blocks(name).is_empty() {
        return Ok(Value::unknown(Hole::any(format!("{address}.{name}")), span));
    }
    Ok(Value::unknown(hole_by_name(&address, name), span))
}

struct Attribute<'r, 'a> {
    run: &'r Run<'a>,
    handle: &'r Rc<Handle>,
    resource: &'a Resource,
    name: &'r str,
    span: Span,
}

impl Attribute<'_, '_> {
    /// An attribute that follows from the type of the resource.
    fn derived(&self) -> Result<Option<Value>, Failure> {
        let mode = self.resource.mode;
        Ok(match (mode, self.resource.type_name.text.as_str(), self.name) {
            (_, "mediastore_container" | "aws_media_store_container", "name" | "id") => Some(self.container_name()?),
            (_, "mediastore_container" | "aws_media_store_container", "arn") => Some(self.container_arn()?),
            (Mode::Resource, "mediastore_container" | "aws_media_store_container", "tags_all") => {
                Some(self.unknown(CharClass::Any))
            }
            (Mode::Data, "aws_iam_policy_document" | "mediastore_policy_document", "json" | "minified_json") => {
                Some(policy_document::json(self.run, self.handle, self.resource, self.name == "minified_json")?)
            }
            (Mode::Data, "aws_region", "name" | "region" | "id") => Some(self.region()?),
            (Mode::Data, "aws_caller_identity", "account_id" | "id") => {
                Some(self.run.account_value(&self.run.provider(self.handle), self.span))
            }
            (Mode::Data, "template_file", "rendered") => Some(self.rendered()?),
            (Mode::Data, "local_file", "content") => self.file_content()?,
            (Mode::Resource, "terraform_data", "output") => self.run.configured(self.handle, "input")?,
            (_, "aws_iam_role", "arn") => Some(self.identity_arn("role")?),
            (_, "aws_iam_user", "arn") => Some(self.identity_arn("user")?),
            (_, "aws_iam_role" | "aws_iam_user", "id") => self.run.configured(self.handle, "name")?,
            (_, "aws_cloudfront_distribution", "arn") => {
                let account = self.run.account_value(&self.run.provider(self.handle), self.span);
                let id = self.unknown_attribute("id", CharClass::Name);
                Some(self.joined([self.text("arn:aws:cloudfront::"), account, self.text(":distribution/"), id]))
            }
            (_, "aws_cloudfront_distribution" | "aws_cloudfront_origin_access_identity", "id") => {
                Some(self.unknown(CharClass::Name))
            }
            (_, "aws_cloudfront_origin_access_identity", "iam_arn") => {
                let user = self.text("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ");
                Some(self.joined([user, self.unknown_attribute("id", CharClass::Name)]))
            }
            (_, "aws_organizations_organization", "id") => Some(self.unknown(CharClass::Region)),
            (_, "aws_organizations_account", "id") => {
                Some(Value::unknown(Hole::account(format!("{}.id", self.address())), self.span))
            }
            (Mode::Resource, type_name, name) if type_name.starts_with("random_") => self.random(type_name, name)?,
            _ => None,
        })
    }

    fn address(&self) -> String {
        self.run.address(self.handle)
    }

    fn unknown(&self, class: CharClass) -> Value {
        self.unknown_attribute(self.name, class)
    }

    fn unknown_attribute(&self, name: &str, class: CharClass) -> Value {
        Value::unknown(Hole::of(format!("{}.{name}", self.address()), class), self.span)
    }

    fn text(&self, text: &str) -> Value {
        Value::text(text, self.span)
    }

    fn joined<const N: usize>(&self, parts: [Value; N]) -> Value {
        let mut words = Words::default();
        for part in &parts {
            words.append(&part.to_words().unwrap_or_default());
        }
        Value::words(words, self.span)
    }

    /// The name, which remembers whose it is.
    fn container_name(&self) -> Eval {
        let name = match self.run.configured(self.handle, "name")? {
            Some(name) => name,
            None => self.unknown_attribute("name", CharClass::Name),
        };
        let is_resource = self.resource.mode == Mode::Resource;
        Ok(Value { names: is_resource.then(|| Rc::clone(self.handle)), ..name })
    }

    fn container_arn(&self) -> Eval {
        let provider = self.run.provider(self.handle);
        let region = match self.run.configured(self.handle, "region")? {
            Some(region) => region,
            None => self.run.region_value(&provider, self.span),
        };
        let partition = match region.to_known_text().as_deref() {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let service = self.text(&format!("arn:{partition}:mediastore:"));
        let account = self.run.account_value(&provider, self.span);
        let name = self.container_name()?;
        Ok(self.joined([service, region, self.text(":"), account, self.text(":container/"), name]))
    }

    /// The region asked for, or that of the provider.
    fn region(&self) -> Eval {
        for name in ["region", "name"] {
            if let Some(region) = self.run.configured(self.handle, name)? {
                return Ok(region);
            }
        }
        Ok(self.run.region_value(&self.run.provider(self.handle), self.span))
    }

    /// The ARN of a role or user, which have no region.
    fn identity_arn(&self, kind: &str) -> Eval {
        let account = self.run.account_value(&self.run.provider(self.handle), self.span);
        let path = self.run.configured(self.handle, "path")?.unwrap_or_else(|| self.text("/"));
        let name = match self.run.configured(self.handle, "name")? {
            Some(name) => name,
            None => self.unknown_attribute("name", CharClass::Plain),
        };
        Ok(self.joined([self.text("arn:aws:iam::"), account, self.text(&format!(":{kind}")), path, name]))
    }

    /// `template_file`, which people kept from before `templatefile`.
    fn rendered(&self) -> Eval {
        let Some(template) = self.run.configured(self.handle, "template")? else {
            return Ok(self.unknown(CharClass::Any));
        };
        let vars = self.run.configured(self.handle, "vars")?;
        let names: Vec<(&str, Value)> = match vars.as_ref().map(|vars| &vars.data) {
            Some(Data::Mapping(mapping)) if mapping.open.is_empty() => {
                mapping.entries.iter().map(|entry| (entry.key.as_str(), entry.value.clone())).collect()
            }
            None => Vec::new(),
            Some(_) => return Ok(self.unknown(CharClass::Any)),
        };
        render(self.run, &template, &names, self.span)
    }

    fn file_content(&self) -> Result<Option<Value>, Failure> {
        let Some(path) = self.run.configured(self.handle, "filename")?.and_then(|path| path.to_known_text()) else {
            return Ok(None);
        };
        Ok(self.run.read_file(&path).ok())
    }

    /// What the random provider will make: its characters, and how many.
    fn random(&self, type_name: &str, name: &str) -> Result<Option<Value>, Failure> {
        let length = |argument: &str| -> Result<Option<usize>, Failure> {
            let value = self.run.configured(self.handle, argument)?;
            Ok(value.and_then(|value| match value.data {
                Data::Number(number) => number.to_index(),
                _ => None,
            }))
        };
        let on = |argument: &str| -> Result<bool, Failure> {
            let value = self.run.configured(self.handle, argument)?;
            Ok(!matches!(value.map(|value| value.data), Some(Data::Bool(false))))
        };
        let (class, length) = match (type_name, name) {
            ("random_id", "hex") => (CharClass::Region, length("byte_length")?.map(|bytes| bytes * 2)),
            ("random_id", "dec") => (CharClass::Digits, None),
            ("random_id", "id" | "b64_url") => (CharClass::Name, None),
            ("random_string" | "random_password", "result" | "id") => match (on("special")?, on("upper")?) {
                (true, _) => (CharClass::Any, length("length")?),
                (false, true) => (CharClass::Name, length("length")?),
                (false, false) => (CharClass::Region, length("length")?),
            },
            ("random_uuid", "result" | "id") => (CharClass::Region, Some(36)),
            ("random_integer", "result" | "id") => (CharClass::Region, None),
            ("random_pet", "id") => {
                let given = |argument: &str| Ok(self.run.configured(self.handle, argument)?.is_some());
                let plain = !given("prefix")? && !given("separator")?;
                (if plain { CharClass::Region } else { CharClass::Any }, None)
            }
            _ => return Ok(None),
        };
        // A prefix stands before what is random.
        let prefix = match type_name {
            "random_id" => self.run.configured(self.handle, "prefix")?,
            _ => None,
        };
        let hole = Hole { name: format!("{}.{name}", self.address()), class, length };
        let value = Value::unknown(hole, self.span);
        Ok(Some(match prefix {
            Some(prefix) => self.joined([prefix, value]),
            None => value,
        }))
    }
}

/// Evaluates text as a template with only these names in scope.
pub(super) fn render(run: &Run<'_>, text: &Value, names: &[(&str, Value)], span: Span) -> Eval {
    let words = text.to_words().unwrap_or_default();
    let unknown = || {
        let names: Vec<String> = names.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        Ok(Value::unknown(hole_of(format_args!("template({text}, {})", names.join(", ")), CharClass::Any), span))
    };
    // Only text that stands in one piece in the sources keeps the places of its parts.
    let (source, base) = match words.pieces() {
        [piece @ Piece { verbatim: true, .. }] => {
            (piece.known().unwrap_or_default().to_owned(), Some(piece.span.start))
        }
        _ => match words.known() {
            Some(text) => (text, None),
            None => return unknown(),
        },
    };
    let template = parse::template(&source, base.unwrap_or(0)).map_err(|error| {
        let place = if base.is_some() { error.span } else { text.span };
        Failure::new(format!("the template cannot be read: {}", error.message), place)
    })?;
    let value = run.template_with(&template, names, text.span);
    match base {
        Some(_) => value,
        None => {
            let placed = |value: Value| match value.to_words() {
                Some(words) => {
                    let piece = |piece: &Piece| Piece { span, verbatim: false, part: piece.part.clone() };
                    Value::words(words.pieces().iter().map(piece).collect(), span)
                }
                None => value,
            };
            value.map(placed).map_err(|failure| Failure { span, ..failure })
        }
    }
}

/// What names mean in the body of a resource.
pub(super) fn with_scope<T>(run: &Run<'_>, handle: &Handle, body: impl FnOnce(Scope<'_>) -> T) -> T {
    let instance = run.instantiation(handle);
    body(Scope::new(handle.module, Some(&instance)))
}
