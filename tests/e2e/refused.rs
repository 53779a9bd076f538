//! What the service would refuse is refused by `terraform validate`, in words, at the attribute that is wrong. One
//! configuration holds every mistake, each in an object named for it; one valid object of each type must pass.

use std::collections::BTreeMap;

use e2e::Client;
use serde_json::Value;

use crate::each_client;

/// A mistake: the object's name, its body, and for each expected error the attribute and words of the message.
type Case<'a> = (&'a str, String, &'a [(&'a str, &'a str)]);

/// Errors by the object they are in: the attribute that Terraform shows, and the message.
type Errors = BTreeMap<String, Vec<(String, String)>>;

fn errors(client: &Client, configuration: &str) -> Errors {
    let workspace = client.workspace();
    let validated = workspace.main(configuration).run(["validate", "-json"]);
    let answer: Value = serde_json::from_str(&validated.stdout).unwrap_or_else(|error| panic!("{error}: {validated}"));
    let mut found = Errors::new();
    for diagnostic in answer["diagnostics"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // Such as `resource "mediastore_container" "empty_name"`.
        let context = text(&diagnostic["snippet"]["context"]);
        let object = context.rsplit('"').nth(1).unwrap_or(&context).to_owned();
        let message = format!("{}: {}", text(&diagnostic["summary"]), text(&diagnostic["detail"]));
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        found.entry(object).or_default().push((text(&diagnostic["snippet"]["code"]).trim().to_owned(), message));
    }
    found
}

#[track_caller]
fn refuses(client: &Client, kind: &str, valid: &str, cases: &[Case<'_>]) {
    let object = |name: &str, body: &str| format!("resource \"{kind}\" \"{name}\" {{\n{body}\n}}\n");
    let mut configuration = object("valid", valid);
    configuration.extend(cases.iter().map(|(name, body, _)| object(name, body)));
    let mut found = errors(client, &configuration);
    for (name, body, expected) in cases {
        let mut left = found.remove(*name).unwrap_or_default();
        for (attribute, words) in *expected {
            let fits = |(code, message): &(String, String)| code.starts_with(attribute) && message.contains(words);
            let Some(at) = left.iter().position(fits) else {
                panic!("{name}: no error at `{attribute}` that says {words:?}, but {left:#?}\n{body}");
            };
            left.remove(at);
        }
        assert!(left.is_empty(), "{name}: unexpected {left:#?}");
    }
    assert!(found.is_empty(), "unexpected {found:#?}");
}

#[test]
fn containers() {
    let tags = |count: usize| (0..count).map(|i| format!("k{i} = \"v\"")).collect::<Vec<_>>().join("\n");
    let cases: Vec<Case<'_>> = vec![
        ("no_name", String::new(), &[("resource", "The argument \"name\" is required")]),
        ("empty_name", "name = \"\"".into(), &[("name", "Container name must not be empty")]),
        ("dotted_name", "name = \"a.b\"".into(), &[("name", "but character 2 is `.`")]),
        ("foreign_name", "name = \"é\"".into(), &[("name", "letters, digits, `_` and `-`")]),
        ("long_name", format!("name = \"{}\"", "a".repeat(256)), &[("name", "has 256 characters")]),
        ("list_for_name", "name = []".into(), &[("name", "string required")]),
        ("text_for_tags", "name = \"a\"\ntags = \"x\"".into(), &[("tags", "map of string required")]),
        ("reserved_tag", "name = \"a\"\ntags = { \"aws:x\" = \"v\" }".into(), &[("tags", "which is reserved")]),
        ("bad_tag_key", "name = \"a\"\ntags = { \"{\" = \"v\" }".into(), &[("tags", "but character 1 is `{`")]),
        (
            "long_tag_value",
            format!("name = \"a\"\ntags = {{ k = \"{}\" }}", "v".repeat(257)),
            &[("tags", "Tag value has 257 characters")],
        ),
        (
            "many_tags",
            format!("name = \"a\"\ntags = {{\n{}\n}}", tags(51)),
            &[("tags", "51 tags given, at most 50 allowed")],
        ),
        (
            "read_only",
            "name = \"a\"\narn = \"arn:aws:mediastore:::\"".into(),
            &[("arn", "leave it out of the configuration")],
        ),
        ("no_attribute", "name = \"a\"\nnmae = \"b\"".into(), &[("nmae", "Unsupported argument")]),
        ("no_duration", "name = \"a\"\ntimeouts {\n  create = \"soon\"\n}".into(), &[("create", "soon")]),
    ];
    each_client(|client| {
        let valid = format!("name = \"A-z_09\"\ntags = {{\n{}\n}}\ntimeouts {{\n  create = \"5m\"\n}}", tags(50));
        refuses(client, "mediastore_container", &valid, &cases);
    });
}

#[test]
fn container_policies() {
    const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live/*";
    let put = |text: &str| format!("container_name = \"live\"\npolicy = {text}");
    let with = |statement: &str| put(&format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})"));
    let statement = |action: &str, resource: &str| {
        with(&format!("{{ Effect = \"Allow\", Principal = \"*\", Action = \"{action}\", Resource = \"{resource}\" }}"))
    };
    let sid = "x".repeat(9_000);
    let cases: Vec<Case<'_>> = vec![
        ("no_policy", "container_name = \"live\"".into(), &[("resource", "The argument \"policy\" is required")]),
        ("empty", put("\"\""), &[("policy", "policy")]),
        ("not_json", put("\"{\""), &[("policy", "The service would refuse this policy: Line 1, column 2")]),
        ("no_object", put("\"[]\""), &[("policy", "Line 1, column 1")]),
        ("no_statement", put("\"{}\""), &[("policy", "Statement")]),
        ("nine_kilobytes", put(&format!("jsonencode({{ Sid = \"{sid}\" }})")), &[("policy", "8192")]),
        (
            "non_ascii",
            with(&format!(
                "{{ Sid = \"é\", Effect = \"Allow\", Principal = \"*\", Action = \"mediastore:GetObject\", Resource = \"{ARN}\" }}"
            )),
            &[("policy", "ASCII")],
        ),
        (
            "another_container",
            statement("mediastore:GetObject", "arn:aws:mediastore:us-west-2:000000000000:container/vod/*"),
            &[("policy", "container/live/*")],
        ),
        ("every_resource", statement("mediastore:GetObject", "*"), &[("policy", "container/live/*")]),
        ("put_without_tls", statement("mediastore:PutObject", ARN), &[("policy", "aws:SecureTransport")]),
        ("everything_without_tls", statement("mediastore:*", ARN), &[("policy", "aws:SecureTransport")]),
        ("text_for_statement", put("jsonencode({ Statement = \"x\" })"), &[("policy", "tatement")]),
        ("list_for_policy", put("[]"), &[("policy", "string required")]),
        (
            "bad_container_name",
            "container_name = \"a b\"\npolicy = var.unknown".into(),
            &[("container_name", "but character 2 is ` `")],
        ),
    ];
    each_client(|client| {
        // A statement that writes is allowed over HTTPS; what is unknown is judged once it is known.
        let tls = "Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } }";
        let valid = with(&format!(
            "{{ Effect = \"Allow\", Principal = \"*\", Action = \"mediastore:*\", Resource = \"{ARN}\", {tls} }}"
        ));
        let valid = format!("{valid}\n}}\nvariable \"unknown\" {{\ntype = string");
        refuses(client, "mediastore_container_policy", &valid, &cases);
    });
}

#[test]
fn cors_policies() {
    let name = "container_name = \"live\"\n";
    let rule = |body: &str| format!("{name}rule {{\n{body}\n}}");
    let origins = |count: usize| (0..count).map(|i| format!("\"https://{i}\"")).collect::<Vec<_>>().join(", ");
    let get = "allowed_methods = [\"GET\"]";
    let any = "allowed_origins = [\"*\"]";
    let rules = |count: usize| format!("{name}{}", format!("rule {{\n{any}\n{get}\n}}\n").repeat(count));
    let cases: Vec<Case<'_>> = vec![
        ("no_rule", name.into(), &[("resource", "At least 1 \"rule\" blocks are required")]),
        ("hundred_and_one_rules", rules(101), &[("rule", "No more than 100 \"rule\" blocks are allowed")]),
        ("no_methods", rule(any), &[("rule", "The argument \"allowed_methods\" is required")]),
        ("empty_methods", rule(&format!("{any}\nallowed_methods = []")), &[("allowed_methods", "at least 1 needed")]),
        (
            "no_method",
            rule(&format!("{any}\nallowed_methods = [\"GET\", \"PATCH\"]")),
            &[("allowed_methods", "CORS method `PATCH` must be one of `PUT`, `GET`, `DELETE`, `HEAD`")],
        ),
        ("no_origins", rule(&format!("allowed_origins = []\n{get}")), &[("allowed_origins", "at least 1 needed")]),
        (
            "many_origins",
            rule(&format!("allowed_origins = [{}]\n{get}", origins(101))),
            &[("allowed_origins", "101 allowed origins given, at most 100 allowed")],
        ),
        (
            "two_stars",
            rule(&format!("allowed_origins = [\"https://*.*.example.com\"]\n{get}")),
            &[("allowed_origins", "may hold only one `*`")],
        ),
        (
            "empty_header",
            rule(&format!("{any}\n{get}\nallowed_headers = [\"\"]")),
            &[("allowed_headers", "must not be empty")],
        ),
        (
            "negative_age",
            rule(&format!("{any}\n{get}\nmax_age_seconds = -1")),
            &[("max_age_seconds", "is -1 and must be from 0 to 2147483647")],
        ),
        (
            "age_too_large",
            rule(&format!("{any}\n{get}\nmax_age_seconds = 2147483648")),
            &[("max_age_seconds", "must be from 0 to 2147483647")],
        ),
        ("half_an_age", rule(&format!("{any}\n{get}\nmax_age_seconds = 1.5")), &[("max_age_seconds", "whole number")]),
        ("text_for_age", rule(&format!("{any}\n{get}\nmax_age_seconds = \"x\"")), &[("max_age_seconds", "number")]),
        ("text_for_origins", rule(&format!("allowed_origins = \"*\"\n{get}")), &[("allowed_origins", "set of string")]),
    ];
    each_client(|client| refuses(client, "mediastore_cors_policy", &rules(100), &cases));
}

#[test]
fn provider_blocks() {
    let cases = [
        ("endpoint = \"localhost\"", "endpoint", "is not a URL"),
        ("endpoint = \"ftp://localhost\"", "endpoint", "such as `http://127.0.0.1:8474`"),
        ("access_key = \"a\"", "", "`access_key` and `secret_key` are set together"),
        ("endpoint = \"http://127.0.0.1:1\"\ndata_dir = \"x\"", "data_dir", "belongs to the embedded service"),
        ("max_retries = -1", "max_retries", "whole number from 0 to 1000"),
        ("max_retries = 1.5", "max_retries", "whole number from 0 to 1000"),
        ("default_tags {\n  tags = { \"aws:x\" = \"y\" }\n}", "tags", "which is reserved"),
        ("nothing = 1", "nothing", "Unsupported argument"),
    ];
    each_client(|client| {
        for (body, attribute, words) in cases {
            // Terraform checks a provider block only if something uses the provider.
            let user = "data \"mediastore_containers\" \"all\" {}";
            let found = errors(client, &format!("provider \"mediastore\" {{\n{body}\n}}\n{user}"));
            let all: Vec<_> = found.values().flatten().collect();
            let [(code, message)] = all.as_slice() else { panic!("{body}: {all:#?}") };
            assert!(code.starts_with(attribute) && message.contains(words), "{body}: {all:#?}");
        }
    });
}

#[test]
fn an_unusable_data_folder_and_an_unusable_region_are_named() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.write("file", "not a folder");
        let configured = |provider: &str| {
            let text = format!(
                "provider \"mediastore\" {{\n  {provider}\n}}\nresource \"mediastore_container\" \"a\" {{\n  name = \"a\"\n}}\n"
            );
            workspace.main(&text).plan().fails()
        };
        configured("data_dir = \"file\"").says("Unusable data folder").says("data_dir = \"file\"");
        configured("region = \"No Region\"").says("Invalid value for region").says("region = \"No Region\"");
    });
}
