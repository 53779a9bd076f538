//! Makes the Rust code of `proto/` from its `.proto` files, without `protoc`.
//! It does not decide what the protocol says: that is written in the `.proto` files, and the tests below hold their
//! numbers to the published ones.

use std::path::Path;

use prost_types::FileDescriptorSet;

use crate::generated::Made;

/// Each protocol file, the package it declares, and the Rust file made from it.
const PROTOCOLS: [(&str, &str, &str); 3] = [
    ("tfplugin5.proto", "tfplugin5", "proto/src/tfplugin5.rs"),
    ("plugin.proto", "plugin", "proto/src/plugin.rs"),
    ("health.proto", "grpc.health.v1", "proto/src/health.rs"),
];

const SOURCES: &str = "proto/protos";

/// Why the code could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot compile the protocol files: {0}")]
    Compile(#[from] protox::Error),
    #[error("cannot read or write `{path}`: {source}")]
    File { path: String, source: std::io::Error },
}

/// The code.
pub(crate) fn code(repository: &Path) -> Result<Vec<Made>, Error> {
    let directory = tempfile::tempdir().map_err(|source| Error::File { path: "temporary directory".into(), source })?;
    tonic_prost_build::configure()
        .build_transport(false) // clients take any channel; `connect` would pull the transport into every provider
        .generate_default_stubs(true) // an RPC we do not serve answers UNIMPLEMENTED, as the protocol wants
        .out_dir(directory.path())
        .compile_fds(descriptors(repository)?)
        .map_err(|source| Error::File { path: directory.path().display().to_string(), source })?;
    PROTOCOLS
        .iter()
        .map(|&(_, package, target)| {
            let made = directory.path().join(format!("{package}.rs"));
            let code = std::fs::read_to_string(&made)
                .map_err(|source| Error::File { path: made.display().to_string(), source })?;
            Ok((target.to_owned(), code))
        })
        .collect()
}

fn descriptors(repository: &Path) -> Result<FileDescriptorSet, protox::Error> {
    protox::compile(PROTOCOLS.map(|(file, ..)| file), [repository.join(SOURCES)])
}

#[cfg(test)]
mod tests {
    use prost_types::field_descriptor_proto::Label;
    use prost_types::{DescriptorProto, FileDescriptorProto, ServiceDescriptorProto};

    use super::*;
    use crate::repository;

    #[test]
    fn the_service_has_every_procedure_and_the_streams_are_streams() {
        let file = file("tfplugin5");
        let provider = service(&file, "Provider");
        let names: Vec<&str> = provider.method.iter().map(|method| method.name()).collect();
        assert_eq!(
            names,
            [
                "GetMetadata",
                "GetSchema",
                "PrepareProviderConfig",
                "ValidateResourceTypeConfig",
                "ValidateDataSourceConfig",
                "UpgradeResourceState",
                "GetResourceIdentitySchemas",
                "UpgradeResourceIdentity",
                "Configure",
                "ReadResource",
                "PlanResourceChange",
                "ApplyResourceChange",
                "ImportResourceState",
                "MoveResourceState",
                "ReadDataSource",
                "GenerateResourceConfig",
                "ValidateEphemeralResourceConfig",
                "OpenEphemeralResource",
                "RenewEphemeralResource",
                "CloseEphemeralResource",
                "ListResource",
                "ValidateListResourceConfig",
                "GetFunctions",
                "CallFunction",
                "PlanAction",
                "InvokeAction",
                "ValidateActionConfig",
                "Stop",
            ]
        );
        for method in &provider.method {
            // The one procedure whose messages are not called after it.
            let wrapper = if method.name() == "GetSchema" { "GetProviderSchema" } else { method.name() };
            let streams = matches!(method.name(), "ListResource" | "InvokeAction");
            let answer = if streams { "Event" } else { "Response" };
            assert_eq!(method.input_type(), format!(".tfplugin5.{wrapper}.Request"));
            assert_eq!(method.output_type(), format!(".tfplugin5.{wrapper}.{answer}"));
            assert_eq!((method.client_streaming(), method.server_streaming()), (false, streams), "{}", method.name());
        }
        assert_eq!(service(&file, "Provisioner").method.len(), 4);
    }

    #[test]
    fn fields_have_their_published_numbers() {
        let cases: &[(&str, &str, &str)] = &[
            ("tfplugin5", "DynamicValue", "1 msgpack, 2 json"),
            ("tfplugin5", "Diagnostic", "1 severity, 2 summary, 3 detail, 4 attribute"),
            ("tfplugin5", "AttributePath.Step", "1 attribute_name, 2 element_key_string, 3 element_key_int"),
            (
                "tfplugin5",
                "Schema.Attribute",
                "1 name, 2 type, 3 description, 4 required, 5 optional, 6 computed, 7 sensitive, 8 description_kind, \
                 9 deprecated, 10 write_only, 11 deprecation_message",
            ),
            ("tfplugin5", "Schema.NestedBlock", "1 type_name, 2 block, 3 nesting, 4 min_items, 5 max_items"),
            (
                "tfplugin5",
                "ServerCapabilities",
                "1 plan_destroy, 2 get_provider_schema_optional, 3 move_resource_state, 4 generate_resource_config",
            ),
            (
                "tfplugin5",
                "GetProviderSchema.Response",
                "1 provider, 2 resource_schemas, 3 data_source_schemas, 4 diagnostics, 5 provider_meta, \
                 6 server_capabilities, 7 functions, 8 ephemeral_resource_schemas, 9 list_resource_schemas, \
                 11 action_schemas",
            ),
            (
                "tfplugin5",
                "PlanResourceChange.Request",
                "1 type_name, 2 prior_state, 3 proposed_new_state, 4 config, 5 prior_private, 6 provider_meta, \
                 7 client_capabilities, 8 prior_identity",
            ),
            (
                "tfplugin5",
                "PlanResourceChange.Response",
                "1 planned_state, 2 requires_replace, 3 planned_private, 4 diagnostics, 5 legacy_type_system, \
                 6 deferred, 7 planned_identity",
            ),
            (
                "tfplugin5",
                "ApplyResourceChange.Response",
                "1 new_state, 2 private, 3 diagnostics, 4 legacy_type_system, 5 new_identity",
            ),
            (
                "tfplugin5",
                "OpenEphemeralResource.Response",
                "1 diagnostics, 2 renew_at?, 3 result, 4 private?, 5 deferred",
            ),
            ("tfplugin5", "ListResource.Event", "1 identity, 2 display_name, 3 resource_object?, 4 diagnostic"),
            ("tfplugin5", "Stop.Response", "1 Error"),
            ("plugin", "ConnInfo", "1 service_id, 2 network, 3 address, 4 knock"),
            ("plugin", "StdioData", "1 channel, 2 data"),
            ("grpc.health.v1", "HealthCheckResponse", "1 status"),
        ];
        for &(package, name, fields) in cases {
            assert_fields(package, name, fields);
        }
    }

    #[test]
    fn the_number_of_state_stores_stays_free() {
        let file = file("tfplugin5");
        let reserved = &message(&file, "GetProviderSchema.Response").reserved_range;
        let ranges: Vec<_> = reserved.iter().map(|range| (range.start(), range.end())).collect();
        assert_eq!(ranges, [(10, 11)]); // the end is exclusive
    }

    #[test]
    fn enums_have_their_published_values() {
        let file = file("tfplugin5");
        let severity = &message(&file, "Diagnostic").enum_type[0];
        assert_eq!(values(severity), [("INVALID", 0), ("ERROR", 1), ("WARNING", 2)]);
        let nesting = &message(&file, "Schema.NestedBlock").enum_type[0];
        assert_eq!(values(nesting), [("INVALID", 0), ("SINGLE", 1), ("LIST", 2), ("SET", 3), ("MAP", 4), ("GROUP", 5)]);
    }

    #[test]
    fn the_side_services_keep_their_names_on_the_wire() {
        let file = file("plugin");
        let names: Vec<&str> = file.service.iter().map(ServiceDescriptorProto::name).collect();
        assert_eq!(names, ["GRPCBroker", "GRPCController", "GRPCStdio"]);
    }

    /// `fields` is `number name`, in the order of the numbers, with `?` for a field of explicit presence.
    #[track_caller]
    fn assert_fields(package: &str, name: &str, fields: &str) {
        let file = file(package);
        let mut found: Vec<_> = message(&file, name).field.iter().collect();
        found.sort_by_key(|field| field.number());
        let found: Vec<String> = found
            .into_iter()
            .map(|field| {
                let mark = if field.proto3_optional() { "?" } else { "" };
                assert_ne!(field.label(), Label::Required);
                format!("{} {}{mark}", field.number(), field.name())
            })
            .collect();
        assert_eq!(found.join(", "), fields, "{package}.{name}");
    }

    fn file(package: &str) -> FileDescriptorProto {
        let set = descriptors(repository()).unwrap();
        set.file.into_iter().find(|file| file.package() == package).unwrap()
    }

    fn service<'a>(file: &'a FileDescriptorProto, name: &str) -> &'a ServiceDescriptorProto {
        file.service.iter().find(|service| service.name() == name).unwrap()
    }

    /// `name` is dotted within the package: `Schema.Block`.
    fn message<'a>(file: &'a FileDescriptorProto, name: &str) -> &'a DescriptorProto {
        let mut parts = name.split('.');
        let first = parts.next().unwrap();
        let outermost = file.message_type.iter().find(|message| message.name() == first).unwrap();
        parts.fold(outermost, |outer, part| outer.nested_type.iter().find(|inner| inner.name() == part).unwrap())
    }

    fn values(enumeration: &prost_types::EnumDescriptorProto) -> Vec<(&str, i32)> {
        enumeration.value.iter().map(|value| (value.name(), value.number())).collect()
    }
}
