//! The linter's reading of Terraform source against Terraform's own: one plan over all configurations of `cases/hcl`, each a module of one
//! root, and every output, container and document compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use e2e::Workspace;
use e2e::workspace::copy_tree;
use mediastore_lint::hcl::{self, Disk, Options};
use mediastore_lint::unit::{DocumentKind, Unit};
use mediastore_policy::json::Node;
use mediastore_policy::text::Hole;
use serde_json::{Value, json};

use crate::{BUILT, each_client};

/// The configurations that must be there, so that a lost folder is noticed.
const LEAST: usize = 69;

fn cases() -> PathBuf {
    Path::new(BUILT.tests).join("cases")
}

/// Lays out the configurations under a root that calls each and hands out what it hands out.
fn lay_out(workspace: &Workspace<'_>) -> Vec<String> {
    let mut root = String::new();
    let mut names: Vec<String> = Vec::new();
    for case in std::fs::read_dir(cases().join("hcl")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        copy_tree(&case, &workspace.path().join(&name));
        writeln!(root, "module \"{name}\" {{ source = \"./{name}\" }}").unwrap();
        writeln!(root, "output \"{name}\" {{ value = module.{name} }}").unwrap();
        names.push(name);
    }
    workspace.main(&root);
    copy_tree(&cases().join("hcl_root"), &workspace.path());
    names
}

#[test]
fn terraform_and_the_linter_read_the_same() {
    each_client(|client| {
        let workspace = client.workspace();
        let names = lay_out(&workspace);
        assert!(names.len() >= LEAST, "{} configurations", names.len());
        workspace.run(["get", "-no-color"]).succeeds();
        workspace.run(["plan", "-no-color", "-out=plan"]).succeeds();
        let plan = workspace.show_json(Some("plan"));

        let files = Disk::around(&workspace.path());
        let (outputs, unit) = hcl::read_outputs(&files, &workspace.path(), &Options::default());
        let mut differences = faults(&unit);
        for (name, output) in plan["planned_values"]["outputs"].as_object().unwrap() {
            compare(name, &value(&outputs[name]), &output["value"], &mut differences);
        }

        let read = hcl::read_module(&files, &workspace.path(), &Options::default());
        differences.extend(faults(&read.unit));
        let planned = resources(&plan["planned_values"]["root_module"]);
        assert!(planned.len() >= 15, "{planned:?}");
        let judged = judged(&read.unit);
        let addresses = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(addresses(&judged), addresses(&planned));
        for (address, resource) in &planned {
            compare(address, &judged[address], resource, &mut differences);
        }
        assert!(differences.is_empty(), "{}:\n{}", client.terraform.name, differences.join("\n"));
    });
}

fn faults(unit: &Unit) -> Vec<String> {
    let place = |fault: &mediastore_lint::unit::Fault| match unit.sources.locate(fault.span) {
        Some((source, local)) => format!("{}:{}", source.path.display(), source.position(local.start).line),
        None => "nowhere".to_owned(),
    };
    unit.faults.iter().map(|fault| format!("fault at {}: {}", place(fault), fault.message)).collect()
}

/// A value of the linter as JSON. What is unknown before apply, but fixed on the embedded service, is filled in.
fn value(node: &Node) -> Value {
    let known = |hole: &Hole| match hole.name.as_str() {
        "provider.mediastore.region" => Some("us-west-2".to_owned()),
        "provider.mediastore.account_id" => Some("000000000000".to_owned()),
        _ => None,
    };
    let text = node.fill(&known).to_string();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// MediaStore's resources of a plan by address, each as what a rule sees of it.
fn resources(module: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for resource in module["resources"].as_array().into_iter().flatten() {
        let values = &resource["values"];
        let seen = match resource["type"].as_str().unwrap() {
            "mediastore_container" => {
                json!({ "name": values["name"], "tags": values["tags_all"], "logging": values["access_logging_enabled"] })
            }
            "mediastore_container_policy" => json!({ "container": values["container_name"], "text": values["policy"] }),
            "mediastore_lifecycle_policy" => {
                let text = values["policy"].as_str().unwrap();
                json!({ "container": values["container_name"], "document": serde_json::from_str::<Value>(text).unwrap() })
            }
            "mediastore_cors_policy" => {
                let rules: Vec<Value> = values["rule"].as_array().unwrap().iter().map(cors_rule).collect();
                json!({ "container": values["container_name"], "document": rules })
            }
            "mediastore_metric_policy" => {
                let rule = |rule: &Value| json!({ "ObjectGroup": rule["object_group"], "ObjectGroupName": rule["object_group_name"] });
                let rules: Vec<Value> = values["rule"].as_array().unwrap().iter().map(rule).collect();
                let level = &values["container_level_metrics"];
                let document = json!({ "ContainerLevelMetrics": level, "MetricPolicyRules": rules });
                json!({ "container": values["container_name"], "document": document })
            }
            _ => continue,
        };
        found.insert(resource["address"].as_str().unwrap().to_owned(), seen);
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        found.extend(resources(child));
    }
    found
}

fn cors_rule(rule: &Value) -> Value {
    let names = [
        ("allowed_origins", "AllowedOrigins"),
        ("allowed_methods", "AllowedMethods"),
        ("allowed_headers", "AllowedHeaders"),
        ("expose_headers", "ExposeHeaders"),
        ("max_age_seconds", "MaxAgeSeconds"),
    ];
    let members = names.iter().filter(|(from, _)| !rule[from].is_null());
    let mut seen: serde_json::Map<_, _> = members.map(|(from, to)| ((*to).to_owned(), sorted(&rule[from]))).collect();
    // What the provider sends where none are set.
    seen.entry("AllowedHeaders").or_insert_with(|| json!([]));
    seen.into()
}

/// Lists of a rule are sets to the provider.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items = items.clone();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        other => other.clone(),
    }
}

/// The containers and documents of the linter in the same form.
fn judged(unit: &Unit) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for container in &unit.containers {
        let logging = container.access_logging.as_ref().map_or(json!(false), value);
        let seen = json!({ "name": value(&container.name), "tags": value(&container.tags), "logging": logging });
        found.insert(container.origin.address.clone(), seen);
    }
    for document in &unit.documents {
        let container = value(&unit.container_of(document).expect("a container of this unit").name);
        let body = value(document.body.as_ref().expect("a document"));
        let seen = match document.kind {
            DocumentKind::Policy => {
                // Where a part was unknown there is no text yet; the body is it then, on one line as `jsonencode` writes it.
                let text = document.text.clone().unwrap_or_else(|| body.to_string());
                json!({ "container": container, "text": text })
            }
            DocumentKind::Cors => {
                let rule = |rule: &Value| {
                    let members = rule.as_object().unwrap().iter();
                    Value::from(
                        members.map(|(key, value)| (key.clone(), sorted(value))).collect::<serde_json::Map<_, _>>(),
                    )
                };
                let rules: Vec<Value> = body.as_array().unwrap().iter().map(rule).collect();
                json!({ "container": container, "document": rules })
            }
            DocumentKind::Lifecycle | DocumentKind::Metric => json!({ "container": container, "document": body }),
        };
        found.insert(document.origin.address.clone(), seen);
    }
    found
}

/// Notes every place where two values differ.
fn compare(path: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => compare(&format!("{path}.{key}"), a, b, differences),
                    (a, b) => differences.push(format!("{path}.{key}: linter {a:?}, Terraform {b:?}")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{at}]"), a, b, differences);
            }
        }
        _ if ours == theirs => {}
        _ => differences.push(format!("{path}: linter {ours}, Terraform {theirs}")),
    }
}
