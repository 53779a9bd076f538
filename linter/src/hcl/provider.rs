//! Provider blocks: which one a resource uses, and what it says of region, account and default tags.

use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole};

use super::blocks::Made;
use super::evaluate::{Run, Scope};
use super::module::{Mode, alias_of};
use super::syntax::{Block, BodyView, Expr, ExprKind, Key, Step};
use super::value::{Data, Handle, Value};

/// A provider configuration: its local name in the module that configures it, its alias, and that module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Provider {
    module: usize,
    name: String,
    alias: Option<String>,
}

impl<'a> Run<'a> {
    /// The provider configuration that a resource uses.
    pub(super) fn provider(&self, handle: &Handle) -> Provider {
        let resource = self.resource(handle);
        let type_name = resource.map(|resource| resource.type_name.text.as_str()).unwrap_or_default();
        let default = type_name.split('_').next().unwrap_or_default().to_owned();
        let named = resource.and_then(|resource| BodyView::Body(&resource.block.body).attribute("provider"));
        let (name, alias) = named.and_then(|(expr, _)| provider_name(expr)).unwrap_or((default, None));
        self.resolve(Provider { module: handle.module, name, alias })
    }

    /// Follows what modules are given to where it is configured.
    fn resolve(&self, mut provider: Provider) -> Provider {
        // Every turn goes to a caller, of which there are few.
        loop {
            let instance = self.instance(provider.module);
            let Some(caller) = &instance.call else { return provider };
            let given =
                BodyView::Body(&caller.call.block.body).attribute("providers").and_then(|(expr, _)| match &expr.kind {
                    ExprKind::Object(items) => items.iter().find_map(|item| {
                        let key = match &item.key {
                            Key::Name(name) => split(&name.text),
                            Key::Expr(expr) => provider_name(expr)?,
                        };
                        (key == (provider.name.clone(), provider.alias.clone())).then(|| provider_name(&item.value))?
                    }),
                    _ => None,
                });
            let next = match given {
                Some((name, alias)) => Provider { module: caller.module, name, alias },
                None if provider.alias.is_some() || self.provider_block(&provider).is_some() => return provider,
                None => Provider { module: caller.module, ..provider },
            };
            provider = next;
        }
    }

    fn provider_block(&self, provider: &Provider) -> Option<&'a Block> {
        let directory = &self.tree.directories[self.instance(provider.module).directory];
        let same = |block: &&Block| block.labels[0].text == provider.name && alias_of(block) == provider.alias;
        directory.providers.iter().find(same)
    }

    /// A string of the provider block, if it is known.
    fn setting(&self, provider: &Provider, name: &str) -> Option<String> {
        let block = self.provider_block(provider)?;
        let value = self.argument(BodyView::Body(&block.body), name, Scope::new(provider.module, None)).ok()??;
        value.0.to_known_text()
    }

    /// The region of a resource of this provider, if it is known.
    pub(super) fn region(&self, provider: &Provider) -> Option<String> {
        self.setting(provider, "region")
    }

    /// The account of this provider, if it is known: the only one allowed, or that of the role it assumes.
    pub(super) fn account(&self, provider: &Provider) -> Option<String> {
        let block = self.provider_block(provider)?;
        let (body, scope) = (BodyView::Body(&block.body), Scope::new(provider.module, None));
        if let Ok(Some((value, _))) = self.argument(body, "allowed_account_ids", scope)
            && let Data::Sequence(sequence) = &value.data
            && let [only] = sequence.items.as_slice()
        {
            return only.to_known_text();
        }
        let mut account = None;
        let mut visit = |made: Made<'_, '_>| {
            if let Made::Block(body, _, scope) = made
                && let Some((value, _)) = self.argument(body, "role_arn", scope)?
            {
                let arn = value.to_known_text().unwrap_or_default();
                account = arn.split(':').nth(4).filter(|id| id.len() == 12).map(str::to_owned);
            }
            Ok(())
        };
        self.blocks(body, "assume_role", scope, &mut visit).ok()?;
        account
    }

    /// The tags that the provider gives to everything.
    pub(super) fn default_tags(&self, provider: &Provider) -> Option<Value> {
        let block = self.provider_block(provider)?;
        let mut tags = None;
        let mut visit = |made: Made<'_, '_>| {
            match made {
                Made::Block(body, _, scope) => tags = self.argument(body, "tags", scope)?.map(|(value, _)| value),
                Made::Unknown(hole, span) => tags = Some(Value::new(Data::Unknown(hole), span)),
            }
            Ok(())
        };
        let visited =
            self.blocks(BodyView::Body(&block.body), "default_tags", Scope::new(provider.module, None), &mut visit);
        match visited {
            Ok(()) => tags,
            Err(failure) => {
                self.fault(&failure, None);
                Some(Value::unknown(Hole::any("default_tags"), failure.span))
            }
        }
    }

    /// The region as a value: known, or the one hole that everything of this provider shares.
    pub(super) fn region_value(&self, provider: &Provider, span: Span) -> Value {
        match self.region(provider) {
            Some(region) => Value::text(region, span),
            None => Value::unknown(Hole::region(self.shared_name(provider, "aws_region", "name", "region")), span),
        }
    }

    /// The account as a value, likewise.
    pub(super) fn account_value(&self, provider: &Provider, span: Span) -> Value {
        match self.account(provider) {
            Some(account) => Value::text(account, span),
            None => {
                let name = self.shared_name(provider, "aws_caller_identity", "account_id", "account_id");
                Value::unknown(Hole::account(name), span)
            }
        }
    }

    /// The name of the region or account of a provider: that of the data source that asks for it, if there is one, since this is how the
    /// configuration calls it.
    fn shared_name(&self, provider: &Provider, type_name: &str, attribute: &str, setting: &str) -> String {
        let directory = &self.tree.directories[0];
        let asks = directory.resources.iter().enumerate().find(|(index, resource)| {
            let body = BodyView::Body(&resource.block.body);
            resource.mode == Mode::Data
                && resource.type_name.text == type_name
                && ["region", "name", "count", "for_each"].iter().all(|name| body.attribute(name).is_none())
                && self.provider(&Handle {
                    module: 0,
                    declared: super::value::Declared::Resource(*index),
                    key: super::value::InstanceKey::None,
                }) == *provider
        });
        if let Some((_, resource)) = asks {
            return format!("data.{type_name}.{}.{attribute}", resource.name.text);
        }
        let prefix = &self.instance(provider.module).prefix;
        let alias = provider.alias.as_deref().map(|alias| format!(".{alias}")).unwrap_or_default();
        format!("{prefix}provider.{}{alias}.{setting}", provider.name)
    }
}

/// `aws.west`, `aws`, or either in quotes.
fn provider_name(expr: &Expr) -> Option<(String, Option<String>)> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name.to_string(), None)),
        ExprKind::Traversal(root, steps) => match (&root.kind, steps.as_slice()) {
            (ExprKind::Variable(name), [Step::Attribute(alias)]) => {
                Some((name.to_string(), Some(alias.text.to_string())))
            }
            _ => None,
        },
        _ => expr.literal().map(|text| split(&text)),
    }
}

fn split(text: &str) -> (String, Option<String>) {
    match text.split_once('.') {
        Some((name, alias)) => (name.to_owned(), Some(alias.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// The characters of an account id, a region or a partition by the name of an attribute that holds one.
pub(super) fn hole_by_name(address: &str, name: &str) -> Hole {
    let full = format!("{address}.{name}");
    match name {
        "account_id" | "owner_id" | "aws_account_id" | "master_account_id" => Hole::account(full),
        "region" | "partition" => Hole::of(full, CharClass::Region),
        "dns_suffix" | "reverse_dns_prefix" => Hole::of(full, CharClass::Bucket),
        _ => Hole::any(full),
    }
}
