//! The checks that attributes carry, run over a whole configuration. Unknown parts are passed over.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::schema::{Block, Mode, Nesting};
use crate::value::Value;

/// Runs every attribute's checks. `write_only_allowed` is false for clients that would store write-only values.
pub(crate) fn check_config(block: &Block, config: &Value, write_only_allowed: bool) -> Diagnostics {
    let mut diagnostics = Diagnostics::none();
    check_block(block, config, &Path::root(), write_only_allowed, &mut diagnostics);
    diagnostics
}

fn check_block(block: &Block, config: &Value, path: &Path, write_only_allowed: bool, diagnostics: &mut Diagnostics) {
    for attribute in &block.attributes {
        let path = path.name(&attribute.name);
        let value = config.attribute(&attribute.name);
        if attribute.write_only && !write_only_allowed && !value.is_null() {
            diagnostics.push(Diagnostic::at(
                path.clone(),
                "Write-only arguments are not supported by this client",
                format!("`{path}` is never stored, which needs Terraform 1.11 or OpenTofu 1.11 or later."),
            ));
        }
        // Core takes a value for a computed attribute as it takes any other; the plan could not honour it.
        if attribute.mode == Mode::Computed && !value.is_null() {
            let detail = format!("The provider decides what `{path}` is; leave it out of the configuration.");
            diagnostics.push(Diagnostic::at(path.clone(), format!("{path} cannot be set"), detail));
        }
        attribute.run_checks(&path, value, diagnostics);
    }
    for nested in &block.blocks {
        let path = path.name(&nested.name);
        let inner = |value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
            check_block(&nested.block, value, path, write_only_allowed, diagnostics);
        };
        match (nested.nesting, config.attribute(&nested.name)) {
            (Nesting::Single, value @ Value::Object(_)) => inner(value, &path, diagnostics),
            (Nesting::List, Value::List(elements)) => {
                for (i, value) in elements.iter().enumerate() {
                    inner(value, &path.index(i), diagnostics);
                }
            }
            (Nesting::Set, Value::Set(elements)) => elements.iter().for_each(|value| inner(value, &path, diagnostics)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, NestedBlock, Schema};

    #[test]
    fn checks_run_in_nested_blocks_and_skip_unknowns_but_where_nothing_may_be_set() {
        let short = |name: &str| {
            let check = |text: &str| if text.len() > 3 { Err(format!("`{text}` is too long")) } else { Ok(()) };
            Attribute::string(name).check_text(check)
        };
        let schema = Schema::new("")
            .attribute(short("name"))
            .attribute(Attribute::string("secret").write_only())
            .attribute(Attribute::string("arn").computed())
            .attribute(Attribute::string("endpoint").computed())
            .block(NestedBlock::list("rule", Block::new("").attribute(short("id"))));
        let rule = |id: Value| Value::object([("id", id)]);
        let config = Value::object([
            ("name", Value::Unknown),
            ("secret", "s".into()),
            ("arn", Value::Unknown),
            ("rule", Value::List(vec![rule("ok".into()), Value::Unknown, rule("long".into())])),
        ]);
        let places = |write_only_allowed| -> Vec<String> {
            check_config(&schema.block, &config, write_only_allowed)
                .into_iter()
                .map(|d| d.path.unwrap().to_string())
                .collect()
        };
        assert_eq!(places(true), ["arn", "rule[2].id"]);
        assert_eq!(places(false), ["secret", "arn", "rule[2].id"]);
    }
}
