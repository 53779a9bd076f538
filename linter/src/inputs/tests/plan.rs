//! Plans and state.

use std::path::Path;

use super::super::read_text;
use super::{gives, print};

#[test]
fn a_plan_gives_what_will_be_there() {
    let plan = r#"{"format_version":"1.2","terraform_version":"1.11.0","planned_values":{"root_module":{
"resources":[
{"address":"mediastore_container.live","mode":"managed","type":"mediastore_container","name":"live","values":{"name":"live","tags":{"team":"video"},"tags_all":{"env":"prod","team":"video"},"access_logging_enabled":true},"sensitive_values":{}},
{"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","values":{"bucket":"x"}},
{"address":"data.mediastore_container.d","mode":"data","type":"mediastore_container","values":{"name":"d"}}
],
"child_modules":[{"address":"module.m[\"a\"]","resources":[
{"address":"module.m[\"a\"].mediastore_container_policy.p","mode":"managed","type":"mediastore_container_policy","values":{"container_name":"live","policy":"{\"Statement\":[{\"Effect\":\"Deny\"}]}"}}
]}]}},"resource_changes":[]}"#;
    gives(
        "plan.json",
        plan,
        r#"
        3:110 container mediastore_container.live name="live"@3:118 logging=true@3:215 tags={env:"prod"@3:167,team:"video"@3:140}
        8:157 policy module.m["a"].mediastore_container_policy.p of mediastore_container.live, as it is: {Statement:[{Effect:"Deny"@8:186}]}
        "#,
    );
}

#[test]
fn what_only_apply_can_tell_is_a_hole() {
    let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{"resources":[
{"address":"aws_media_store_container.c[0]","type":"aws_media_store_container","values":{"tags":{"a":"b"}}},
{"address":"aws_media_store_container.c[1]","type":"aws_media_store_container","values":{}},
{"address":"aws_media_store_container_policy.p[1]","type":"aws_media_store_container_policy","values":{}}
]}},
"resource_changes":[
{"address":"aws_media_store_container.c[0]","type":"aws_media_store_container","change":{"actions":["create"],"after_unknown":{"name":true,"tags":{"c":true},"arn":true}}},
{"address":"aws_media_store_container.c[1]","type":"aws_media_store_container","change":{"actions":["create"],"after_unknown":{"name":true}}},
{"address":"aws_media_store_container_policy.p[1]","type":"aws_media_store_container_policy","change":{"actions":["create"],"after_unknown":{"container_name":true,"policy":true}}},
{"address":"aws_media_store_container.gone","type":"aws_media_store_container","change":{"actions":["delete"],"before":{"name":"x"},"after":null}}
],
"configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":{"constant_value":"eu-west-1"}}}},"root_module":{"resources":[
{"address":"aws_media_store_container.c","type":"aws_media_store_container","provider_config_key":"aws","expressions":{}},
{"address":"aws_media_store_container_policy.p","type":"aws_media_store_container_policy","provider_config_key":"aws","expressions":{"container_name":{"references":["aws_media_store_container.c","count.index"]}}}
]}}}"#;
    gives(
        "plan.json",
        plan,
        r#"
        2:89 container aws_media_store_container.c[0] name="${aws_media_store_container.c[0].name}"@2:89 region=eu-west-1 tags={a:"b"@2:102,c:${aws_media_store_container.c[0].tags.c}@2:97}
        3:89 container aws_media_store_container.c[1] name="${aws_media_store_container.c[1].name}"@3:89 region=eu-west-1 tags={}
        4:103 policy aws_media_store_container_policy.p[1] of aws_media_store_container.c[1], as it is: ${aws_media_store_container_policy.p[1].policy}@4:103
        4:103 NotEvaluated: the policy of `aws_media_store_container_policy.p[1]` is known only after apply
        "#,
    );
}

#[test]
fn secrets_are_neither_read_nor_shown() {
    let plan = r#"{"format_version":"1.2","variables":{"v":{"value":"hush"}},"planned_values":{"root_module":{"resources":[
{"address":"random_password.r","type":"random_password","values":{"result":"hush"},"sensitive_values":{"result":true}},
{"address":"mediastore_container.c","type":"mediastore_container","values":{"name":"c","tags":{"t":"hush"}},"sensitive_values":{"tags":{"t":true}}},
{"address":"mediastore_container_policy.p","type":"mediastore_container_policy","values":{"container_name":"c","policy":"{\"hush\":1}"},"sensitive_values":{"policy":true}}
]}}}"#;
    let unit = read_text(Path::new("plan.json"), plan);
    let shown = unit.sources.iter().next().expect("a text");
    assert_eq!(shown.text.len(), plan.len());
    assert!(!shown.text.contains("hush"), "{}", shown.text);
    assert!(shown.text.contains(r#""tags":{"t":******}"#), "{}", shown.text);
    assert!(!format!("{unit:?}").contains("hush"));
    let printed = print(&unit);
    assert!(printed.contains("tags={t:${a sensitive value.tags.t}@3:100}"), "{printed}");

    let state = r#"{"version":4,"terraform_version":"1.11.0","lineage":"l","resources":[
{"module":"module.m","mode":"managed","type":"mediastore_container","name":"c","instances":[
{"index_key":"k","attributes":{"name":"c","tags":{"t":"hush"}},"sensitive_attributes":[[{"type":"get_attr","value":"tags"},{"type":"index","value":{"value":"t","type":"string"}}]]}]}]}"#;
    let unit = read_text(Path::new("terraform.tfstate"), state);
    assert!(!format!("{unit:?}").contains("hush"));
    assert_eq!(
        print(&unit),
        "3:31 container module.m.mediastore_container.c[\"k\"] name=\"c\"@3:39 tags={t:${a sensitive value}@3:55}\n"
    );
}

#[test]
fn state_gives_what_is_there() {
    let shown = r#"{"format_version":"1.0","terraform_version":"1.11.0","values":{"root_module":{"resources":[
{"address":"mediastore_cors_policy.p","type":"mediastore_cors_policy","values":{"container_name":"c","rule":[{"allowed_origins":["*"],"allowed_methods":["GET"],"max_age_seconds":null}]}},
{"address":"aws_media_store_container.c","type":"aws_media_store_container","values":{"name":"c","arn":"arn:aws:mediastore:eu-west-1:111122223333:container/c","tags":null}}
]}}}"#;
    gives(
        "state.json",
        shown,
        r#"
        3:86 container aws_media_store_container.c name="c"@3:94 region=eu-west-1 account=111122223333 tags={}
        2:109 cors mediastore_cors_policy.p of aws_media_store_container.c, as it is: [{AllowedOrigins:["*"@2:130],AllowedMethods:["GET"@2:154],AllowedHeaders:[]}]
        "#,
    );
    gives("state.json", r#"{"format_version":"1.0","terraform_version":"1.11.0"}"#, "");
    gives(
        "old.tfstate",
        r#"{"version":3,"terraform_version":"0.11.0","lineage":"l","resources":[]}"#,
        "Broken: `old.tfstate`: the state has version 3, and only version 4 is read",
    );
}

#[test]
fn a_damaged_plan_is_a_fault_at_its_place() {
    gives("plan.json", "{\"format_version\":\"1.2\",\n\"planned_values\": {]}", "2:20 Broken: key must be a string");
    gives(
        "plan.json",
        "{\"format_version\":\"1.2\",\n\"planned_values\": 7}",
        "2:19 Broken: invalid type: integer `7`, expected struct Values",
    );
    let deep = format!(
        "{{\"format_version\":\"1.2\",\"planned_values\":{{\"root_module\":{}",
        "{\"child_modules\":[".repeat(10_000)
    );
    let unit = read_text(Path::new("plan.json"), &deep);
    assert_eq!(unit.faults.len(), 1, "{:?}", unit.faults);
    let nested = format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{{"address":"mediastore_container.c","type":"mediastore_container","values":{}{}}}]}}}}}}"#,
        "[".repeat(1000),
        "]".repeat(1000)
    );
    gives("plan.json", &nested, "1:146 Broken: `mediastore_container.c` is too large or too deeply nested");
}
