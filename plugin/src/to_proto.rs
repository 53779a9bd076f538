//! From plain values to messages.

use tf_proto::tfplugin5 as proto;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::function::{Function, FunctionError, Parameter};
use crate::identity::IdentityAttribute;
use crate::path::{Path, Step};
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use crate::types::Type;
use crate::value::{Value, msgpack};

/// A value for a message field; one that does not fit its type is the provider's mistake.
pub(crate) fn value(value: &Value, ty: &Type) -> Result<Option<proto::DynamicValue>, Diagnostics> {
    match msgpack::encode(ty, value) {
        Ok(msgpack) => Ok(Some(proto::DynamicValue { msgpack, json: Vec::new() })),
        Err(error) => Err(Diagnostic::bug(error.to_string()).into()),
    }
}

pub(crate) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.path.as_ref().map(path),
    }
}

pub(crate) fn path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::step::Selector;
    let step = |step: &Step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            // A list cannot hold more elements than memory does, far below i64::MAX.
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
        };
        proto::attribute_path::Step { selector: Some(selector) }
    };
    proto::AttributePath { steps: path.steps().iter().map(step).collect() }
}

pub(crate) fn schema(schema: &Schema) -> proto::Schema {
    proto::Schema { version: schema.version, block: Some(block(&schema.block)) }
}

fn block(block: &Block) -> proto::schema::Block {
    proto::schema::Block {
        version: 0,
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested).collect(),
        description: block.description.clone(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecated: !block.deprecation.is_empty(),
        deprecation_message: block.deprecation.clone(),
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    proto::schema::Attribute {
        name: attribute.name.clone(),
        r#type: attribute.ty.to_bytes(),
        description: attribute.description.clone(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        description_kind: proto::StringKind::Markdown.into(),
        deprecated: !attribute.deprecation.is_empty(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation.clone(),
    }
}

fn nested(nested: &NestedBlock) -> proto::schema::NestedBlock {
    use proto::schema::nested_block::NestingMode;
    let (nesting, min, max) = match nested.nesting {
        // The protocol wants equal bounds of a single block: both 1 where it is required, else both 0.
        Nesting::Single => (NestingMode::Single, nested.min, nested.min),
        Nesting::List => (NestingMode::List, nested.min, nested.max),
        Nesting::Set => (NestingMode::Set, nested.min, nested.max),
    };
    proto::schema::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: min.into(),
        max_items: max.into(),
    }
}

pub(crate) fn identity_schema(attributes: &[IdentityAttribute]) -> proto::ResourceIdentitySchema {
    let attribute = |attribute: &IdentityAttribute| proto::resource_identity_schema::IdentityAttribute {
        name: attribute.name.to_owned(),
        r#type: Type::String.to_bytes(),
        required_for_import: attribute.required,
        optional_for_import: !attribute.required,
        description: attribute.description.to_owned(),
    };
    proto::ResourceIdentitySchema { version: 0, identity_attributes: attributes.iter().map(attribute).collect() }
}

pub(crate) fn function(function: &Function) -> proto::Function {
    let parameter = |parameter: &Parameter| proto::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: parameter.ty.to_bytes(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: false,
        description: parameter.description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
    };
    proto::Function {
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return { r#type: function.returns.to_bytes() }),
        summary: function.summary.to_owned(),
        description: function.description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

pub(crate) fn function_error(error: FunctionError) -> proto::FunctionError {
    let argument = error.argument.and_then(|index| i64::try_from(index).ok());
    proto::FunctionError { text: error.text, function_argument: argument }
}
