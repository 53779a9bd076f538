//! The rules, one file each. The list is the registry: docs, help, schema, SARIF and the sweeping tests read it.

mod access_logging_off;
mod allow_not_action;
mod allow_not_principal;
mod bad_account_id;
mod bad_arn;
mod classification_exposure;
mod container;
mod cors_any_origin;
mod cors_any_origin_write;
mod cors_broad_wildcard;
pub(crate) mod cors_document;
mod cors_invalid_method;
mod cors_limits;
mod cors_missing_player_headers;
mod cors_null_origin;
mod cors_plaintext_origin;
mod cors_shadowed_rule;
mod cors_unmatchable_origin;
mod dead_statement;
mod default_policy_left;
mod duplicate_sid;
mod end_of_support;
mod exposure_depends;
mod exposure_undecided;
mod external_account;
mod force_destroy_in_production;
mod foreign_container_arn;
mod header_secret;
mod header_secret_plaintext;
mod input_broken;
mod input_not_evaluated;
mod lifecycle_invalid;
mod lifecycle_unbounded_transient;
mod malformed_policy;
mod metric_invalid;
mod name_environment_mismatch;
mod name_invalid;
mod name_not_portable;
mod name_pattern;
mod no_cors_for_players;
mod no_op_condition;
mod nolint_unused;
mod nolint_without_reason;
mod old_policy_version;
mod policy_too_large;
mod problems;
mod public_delete;
mod public_list;
mod public_read;
mod public_read_plaintext;
mod public_write;
mod put_without_tls;
mod redundant_statement;
mod resources;
mod tag_case_clash;
mod tag_invalid;
mod tag_missing;
mod tag_reserved;
mod tag_value;
mod unknown_action;
mod unknown_condition_key;
mod unknown_operator;
mod unknown_resource_type;
mod unresolved_document;
mod unscoped_resource;
mod unscoped_service_principal;
mod words;

use mediastore_policy::model::Statement;
use mediastore_policy::problem::Code;
use mediastore_policy::span::Span;

use crate::rule::{JudgedPolicy, Rule};

/// Every rule, in the order of the docs.
pub const ALL: &[&Rule] = &[
    // What could not be judged.
    &input_broken::RULE,
    &input_not_evaluated::RULE,
    &unresolved_document::RULE,
    // Who can do what.
    &public_write::RULE,
    &public_delete::RULE,
    &public_list::RULE,
    &public_read::RULE,
    &public_read_plaintext::RULE,
    &header_secret::RULE,
    &header_secret_plaintext::RULE,
    &external_account::RULE,
    &unscoped_service_principal::RULE,
    &allow_not_principal::RULE,
    &allow_not_action::RULE,
    &exposure_depends::RULE,
    &exposure_undecided::RULE,
    // What the service refuses, or what means nothing.
    &malformed_policy::RULE,
    &policy_too_large::RULE,
    &unscoped_resource::RULE,
    &foreign_container_arn::RULE,
    &put_without_tls::RULE,
    &unknown_action::RULE,
    &unknown_condition_key::RULE,
    &unknown_operator::RULE,
    &bad_arn::RULE,
    &bad_account_id::RULE,
    &duplicate_sid::RULE,
    &dead_statement::RULE,
    &no_op_condition::RULE,
    &redundant_statement::RULE,
    &old_policy_version::RULE,
    // Which scripts may read answers.
    &cors_any_origin::RULE,
    &cors_any_origin_write::RULE,
    &cors_plaintext_origin::RULE,
    &cors_null_origin::RULE,
    &cors_unmatchable_origin::RULE,
    &cors_broad_wildcard::RULE,
    &cors_shadowed_rule::RULE,
    &cors_invalid_method::RULE,
    &cors_missing_player_headers::RULE,
    &cors_limits::RULE,
    // When objects go, and what is measured.
    &lifecycle_invalid::RULE,
    &lifecycle_unbounded_transient::RULE,
    &metric_invalid::RULE,
    // Names.
    &name_invalid::RULE,
    &name_pattern::RULE,
    &name_environment_mismatch::RULE,
    &name_not_portable::RULE,
    // Tags.
    &tag_missing::RULE,
    &tag_value::RULE,
    &tag_invalid::RULE,
    &tag_reserved::RULE,
    &tag_case_clash::RULE,
    &classification_exposure::RULE,
    // Everything else worth saying.
    &unknown_resource_type::RULE,
    &end_of_support::RULE,
    &default_policy_left::RULE,
    &access_logging_off::RULE,
    &no_cors_for_players::RULE,
    &force_destroy_in_production::RULE,
    &nolint_without_reason::RULE,
    &nolint_unused::RULE,
];

/// The rule of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}

/// Whether another rule names the cause of a statement that does nothing: its actions or condition keys do not exist, or its resources
/// are not the container's.
fn explained(judged: &JudgedPolicy<'_>, statement: &Statement) -> bool {
    let entries = &statement.actions.entries;
    let inside = |span: Span| statement.span.start <= span.start && span.end <= statement.span.end;
    entries.iter().all(unknown_action::is_unknown)
        || statement.conditions.iter().any(unknown_condition_key::is_unknown)
        || judged.problems_of(&[Code::UnscopedResource]).any(|problem| inside(problem.span))
        || resources::faults(judged).iter().any(|fault| inside(fault.span))
}
