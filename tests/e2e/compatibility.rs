//! What works with which Terraform: everything is run with every release there is, and `docs/compatibility.md` holds what came of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use e2e::Client;
use xtask::terraform::Feature;

use crate::{BUILT, acceptance, each_release, guardrails, moved, objects, query};

/// A column of the table: its title, what a client must be able to do, and the proof.
type Column = (&'static str, Option<Feature>, fn(&Client));

const COLUMNS: [Column; 9] = [
    ("resources, data sources, import", None, life),
    ("guardrails", None, guardrails::guardrails),
    ("functions", Some(Feature::Functions), functions),
    ("`moved`", Some(Feature::Moves), moved::moves),
    ("ephemeral, write-only", Some(Feature::WriteOnly), write_only),
    ("identity", Some(Feature::Identity), query::import_by_identity),
    ("`query`", Some(Feature::Query), query::query),
    ("actions", Some(Feature::Actions), objects::actions),
    ("refuses to store a secret", None, objects::write_only),
];

#[test]
fn the_page_says_what_runs_with_which_release() {
    let rows: Mutex<BTreeMap<String, String>> = Mutex::default();
    each_release(|client| {
        let cells = COLUMNS.map(|(_, needs, proof)| {
            if needs.is_some_and(|feature| !client.terraform.supports(feature)) {
                return "–";
            }
            proof(client);
            "yes"
        });
        let version = client.terraform.version.clone();
        rows.lock().unwrap().insert(version.clone(), format!("| {version} | {} |", cells.join(" | ")));
    });
    let rows = rows.into_inner().unwrap();
    let page = std::path::Path::new(BUILT.tests).parent().unwrap().join("docs/compatibility.md");
    let page = std::fs::read_to_string(page).unwrap();
    let titles = COLUMNS.map(|(title, ..)| title).join(" | ");
    assert!(page.contains(&format!("| client | {titles} |")), "the page has other columns than: {titles}");
    for (version, row) in &rows {
        // Whoever runs the tests may have another Terraform on PATH than the page speaks of.
        let said = page.lines().find(|line| line.starts_with(&format!("| {version} |")));
        assert!(said.is_none_or(|said| said == row), "the page says {said:?}, and it is {row:?}");
    }
    let known = rows.keys().filter(|version| page.contains(&format!("| {version} |"))).count();
    assert!(known >= 3, "the page must have a row for each of these but perhaps one: {rows:#?}");
}

/// One of each resource: made, read, changed, imported, destroyed.
fn life(client: &Client) {
    let workspace = client.workspace();
    let data = "data \"mediastore_objects\" \"all\" {\n  container_name = mediastore_container.c[0].name\n  depends_on = \
                [mediastore_object.c]\n}\noutput \"paths\" {\n  value = data.mediastore_objects.all.paths\n}\n";
    workspace.main(&format!("{}{data}", acceptance::ALL)).converges().says("6 added");
    assert_eq!(workspace.output("paths"), serde_json::json!(["a/0.txt"]));
    workspace.main(&format!("{}{data}", acceptance::ALL.replace("\"text\"", "\"other text\"")));
    workspace.converges().says("1 changed");
    for (address, id) in [("mediastore_container.c[0]", "c-0"), ("mediastore_object.c[0]", "c-0/a/0.txt")] {
        workspace.run(["state", "rm", address]).succeeds();
        workspace.import(address, id).succeeds();
    }
    workspace.converges();
    workspace.destroy();
}

fn functions(client: &Client) {
    let workspace = client.workspace();
    workspace.main(
        "locals {\n  arn = provider::mediastore::container_arn(\"us-west-2\", \"111122223333\", \"live\")\n}\n\
         output \"name\" {\n  value = provider::mediastore::parse_arn(local.arn).container\n}\n",
    );
    workspace.apply().succeeds();
    assert_eq!(workspace.output("name"), serde_json::json!("live"));
}

fn write_only(client: &Client) {
    let workspace = client.workspace();
    workspace.main(
        "resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n}\n\
         ephemeral \"mediastore_signed_request\" \"it\" {\n  container_name = mediastore_container.live.name\n  endpoint = \
         mediastore_container.live.endpoint\n  path = \"a.ts\"\n}\n\
         resource \"mediastore_object\" \"it\" {\n  container_name = mediastore_container.live.name\n  path = \"url.txt\"\n  \
         content_wo = ephemeral.mediastore_signed_request.it.url\n  content_wo_version = 1\n}\n",
    );
    workspace.converges().says("2 added");
    assert!(!workspace.state_file().contains("X-Amz-Signature"), "a signed request must not be stored");
}
