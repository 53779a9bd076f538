//! `lsp`: the protocol with the real binary.

mod client;

use serde_json::{Value, json};

use self::client::Editor;
use super::{Runner, public};

/// An action that does not exist, in a policy that would let anybody read.
const MAIN: &str = r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Everybody"
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObjekt"
      Resource  = "arn:aws:mediastore:us-east-1:111122223333:container/live/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#;

/// Two faults that can be mended safely, and one that cannot.
const OLD: &str = r#"{
  "Version": "2008-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
      "Action": "mediastore:GetObject",
      "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/live/*"
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
      "Action": "mediastore:GetObject",
      "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/live/*"
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
      "Action": "mediastore:Nothing",
      "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/live/*"
    }
  ]
}
"#;

/// Only what the tests look at is reported.
const CONFIG: &str = "[rules]\naccess-logging-off = 'off'\nno-cors-for-players = 'off'\ndefault-policy-left = 'off'\n";

const EVERY_FIX: &str = "source.fixAll.mediastore-lint";

fn runner() -> Runner {
    Runner::new().file("mediastore-lint.toml", CONFIG)
}

fn any() -> Value {
    json!({"diagnostics": []})
}

/// The action whose title begins so.
#[track_caller]
fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("no action `{start}`: {actions:#?}"))
}

#[test]
fn findings_come_and_go_with_the_text() {
    let runner = runner().file("main.tf", MAIN);
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", MAIN);
    let told = editor.diagnostics("main.tf");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["code"], &told[0]["source"]), (&json!("unknown-action"), &json!("mediastore-lint")));
    assert_eq!(told[0]["severity"], 2);
    assert_eq!(told[0]["range"]["start"], editor.place("main.tf", "\"mediastore:GetObjekt\""));
    assert!(told[0]["message"].as_str().unwrap().ends_with("write `mediastore:GetObject`"), "{told:#?}");
    for (old, new, expected) in [
        ("GetObjekt", "GetObject", &["public-read"][..]),
        ("\"*\"", "{ AWS = \"arn:aws:iam::111122223333:root\" }", &[]),
        (
            "\"mediastore_container\" \"live\" {",
            "\"mediastore_container\" \"live\" {{",
            &["input-broken", "input-not-evaluated"],
        ),
        ("{{", "{", &[]),
    ] {
        editor.edit("main.tf", old, new);
        assert_eq!(editor.rules("main.tf"), expected, "{new}");
    }
    assert_eq!(editor.quit(), 0);
}

#[test]
fn what_is_found_is_what_check_finds() {
    let everything = include_str!("../../rules/everything.tf");
    let runner = Runner::new().file("main.tf", everything);
    let checked: Value = serde_json::from_str(&runner.run("check --format json .").out).unwrap();
    let expected: Vec<_> = checked["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["rule"].clone(), it["severity"].clone(), it["line"].as_u64().unwrap() - 1))
        .collect();
    assert!(expected.len() > 30, "{}", expected.len());
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", everything);
    let severity = |number: &Value| json!(["", "error", "warning", "info"][number.as_u64().unwrap() as usize]);
    let told: Vec<_> = editor
        .diagnostics("main.tf")
        .iter()
        .map(|it| (it["code"].clone(), severity(&it["severity"]), it["range"]["start"]["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(editor.quit(), 0);
}

#[test]
fn a_second_place_of_a_finding_is_told() {
    let runner = runner().file("policy.json", OLD);
    let mut editor = Editor::open_folder(&runner);
    editor.open("policy.json", OLD);
    let told = editor.diagnostics("policy.json");
    let redundant = told.iter().find(|it| it["code"] == "redundant-statement").unwrap();
    let second = &redundant["relatedInformation"][0];
    assert_eq!(second["location"]["uri"], editor.uri("policy.json"));
    assert_eq!(second["location"]["range"]["start"]["line"], 3, "{redundant:#}");
    assert_eq!(editor.quit(), 0);
}

#[test]
fn what_is_not_saved_counts_in_other_files_too() {
    let module = "variable \"who\" {\n  default = \"arn:aws:iam::111122223333:root\"\n}\n";
    let text = MAIN.replace("Objekt", "Object").replace("\"*\"", "{ AWS = var.who }").replace(
        "resource \"mediastore_container\"",
        "provider \"mediastore\" {\n  account_id = \"111122223333\"\n}\n\nresource \"mediastore_container\"",
    );
    let runner = runner().file("main.tf", &text).file("variables.tf", module);
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", &text);
    assert_eq!(editor.rules("main.tf"), Vec::<String>::new());
    editor.open("variables.tf", module);
    editor.edit("variables.tf", "\"arn:aws:iam::111122223333:root\"", "\"*\"");
    editor.settles("main.tf", &["public-read"]);
    // What is on disk is another, and counts again when the editor lets go of the text.
    editor.close("variables.tf");
    editor.settles("main.tf", &[]);
    editor.open("terraform.tfvars", "who = \"*\"\n");
    editor.settles("main.tf", &["public-read"]);
    assert_eq!(editor.quit(), 0);
}

#[test]
fn a_called_module_is_judged_with_what_calls_it() {
    let root = "module \"live\" {\n  source = \"./modules/live\"\n  who = \"*\"\n}\n";
    let text = format!("variable \"who\" {{}}\n{}", MAIN.replace("Objekt", "Object").replace("\"*\"", "var.who"));
    let runner = runner().file("main.tf", root).file("modules/live/live.tf", &text);
    let mut editor = Editor::open_folder(&runner);
    editor.open("modules/live/live.tf", &text);
    assert_eq!(editor.rules("live.tf"), ["public-read"]);
    editor.open("main.tf", root);
    editor.edit("main.tf", "\"*\"", "{ AWS = \"arn:aws:iam::111122223333:root\" }");
    editor.settles("live.tf", &[]);
    // Of what is not open any more nothing is said.
    editor.close("main.tf");
    editor.close("modules/live/live.tf");
    while editor.said_of("live.tf")["diagnostics"] != json!([]) {
        editor.listen();
    }
    assert_eq!(editor.quit(), 0);
}

#[test]
fn only_what_is_ours_is_judged() {
    let runner = runner()
        .file("package.json", "{\"name\": \"x\"}")
        .file(".gitignore", "ignored.json\n")
        .file("ignored.json", public())
        .file("found.json", public());
    let mut editor = Editor::open_folder(&runner);
    for (name, expected) in [("package.json", 0), ("ignored.json", 0), ("found.json", 2), ("never-saved.json", 2)] {
        editor.open(name, &if name == "package.json" { "{}".to_owned() } else { public().to_string() });
        assert_eq!(editor.rules(name).len(), expected, "{name}");
    }
    // It becomes ours while it is typed.
    editor.edit("package.json", "{}", &public().to_string());
    assert_eq!(editor.rules("package.json").len(), 2);
    assert_eq!(editor.quit(), 0);
}

#[test]
fn the_pointer_on_a_finding_shows_why_and_how_to_try_it() {
    let text = MAIN.replace("Objekt", "Object");
    let runner = runner().file("main.tf", &text);
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", &text);
    let said = editor.hover("main.tf", "\"*\"").unwrap();
    for part in [
        "**public-read** (info)",
        "anybody can read objects",
        "```sh\ncurl 'https://ENDPOINT/",
        "ordinary, documented case",
        "**Exposure of this policy: public**\n\n- `GetObject`: anybody\n- everything else: nobody",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    // A policy without findings says who gets in all the same; outside of it there is nothing to say.
    editor.edit("main.tf", "\"*\"", "{ AWS = \"444455556666\" }");
    assert!(editor.hover("main.tf", "Version").unwrap().contains("`GetObject`: "));
    assert_eq!(editor.hover("main.tf", "name = \"live\""), None);
    assert_eq!(editor.quit(), 0);
}

#[test]
fn a_fix_leaves_clean_text() {
    let runner = runner().file("main.tf", MAIN);
    for capabilities in [json!({}), json!({"workspace": {"workspaceEdit": {"documentChanges": true}}})] {
        let mut editor = Editor::open_folder_with(&runner, capabilities);
        // An editor on Windows, and characters of two units before the place on the same line.
        let text = MAIN.replace("Action    =", "/* 😀ä */ Action =").replace('\n', "\r\n");
        editor.open("main.tf", &text);
        assert_eq!(editor.rules("main.tf"), ["unknown-action"]);
        let actions = editor.actions("main.tf", "mediastore:GetObjekt", any());
        let fix = titled(&actions, "Write `mediastore:GetObject`");
        assert_eq!((&fix["kind"], &fix["diagnostics"][0]["code"]), (&json!("quickfix"), &json!("unknown-action")));
        editor.make(fix);
        assert_eq!(editor.text("main.tf"), text.replace("Objekt", "Object"));
        assert_eq!(editor.rules("main.tf"), ["public-read"]);
        assert_eq!(editor.actions("main.tf", "resource", any()), Vec::<Value>::new());
        assert_eq!(editor.quit(), 0);
    }
}

#[test]
fn silence_wants_a_reason() {
    let runner = runner().file("main.tf", MAIN);
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", MAIN);
    let actions = editor.actions("main.tf", "mediastore:GetObjekt", any());
    editor.make(titled(&actions, "Silence `unknown-action`"));
    assert!(editor.text("main.tf").contains("# nolint(unknown-action): \nresource \"mediastore_container_policy\""));
    assert_eq!(editor.rules("main.tf"), ["nolint-without-reason", "unknown-action"]);
    editor.edit("main.tf", "(unknown-action): ", "(unknown-action): a test of the alarm");
    assert_eq!(editor.rules("main.tf"), Vec::<String>::new());
    assert_eq!(editor.quit(), 0);
}

#[test]
fn everything_safe_is_mended_at_once_and_nothing_else() {
    let runner = runner().file("policy.json", OLD);
    let mut editor = Editor::open_folder(&runner);
    editor.open("policy.json", OLD);
    assert_eq!(editor.rules("policy.json"), ["old-policy-version", "redundant-statement", "unknown-action"]);
    let only = |kind: &str| json!({"diagnostics": [], "only": [kind]});
    let actions = editor.actions("policy.json", "{", only("source.fixAll"));
    assert_eq!(actions.len(), 1, "{actions:#?}");
    assert_eq!(actions[0]["kind"], EVERY_FIX);
    assert!(editor.actions("policy.json", "2008", only("quickfix")).iter().all(|it| it["kind"] == "quickfix"));
    editor.make(&actions[0]);
    assert_eq!(editor.rules("policy.json"), ["unknown-action"]);
    // The same as what `--fix` writes.
    assert_eq!(runner.run("check --fix policy.json").code, 0);
    assert_eq!(editor.text("policy.json"), runner.read("policy.json"));
    assert_eq!(editor.actions("policy.json", "{", only("source.fixAll")), Vec::<Value>::new());
    assert_eq!(editor.quit(), 0);
}

#[test]
fn columns_are_what_was_agreed_on() {
    let text = MAIN.replace("Action    =", "/* 😀ä */ Action =");
    let runner = runner().file("main.tf", &text);
    for (encodings, agreed, columns) in [
        (json!(null), "utf-16", [25, 47]),
        (json!(["utf-16"]), "utf-16", [25, 47]),
        (json!(["utf-32", "utf-8", "utf-16"]), "utf-8", [28, 50]),
    ] {
        let mut editor = Editor::start(&runner);
        let folder = editor.uri("");
        let general = json!({"general": {"positionEncodings": encodings}});
        let capabilities = if encodings.is_null() { json!({}) } else { general };
        let answer =
            editor.ask("initialize", json!({"processId": null, "rootUri": folder, "capabilities": capabilities}));
        assert_eq!(answer["capabilities"]["positionEncoding"], agreed);
        editor.open("main.tf", &text);
        let range = &editor.diagnostics("main.tf")[0]["range"];
        assert_eq!([&range["start"]["character"], &range["end"]["character"]], columns.map(Value::from).each_ref());
        assert_eq!(editor.quit(), 0);
    }
}

#[test]
fn the_configuration_is_read_again_when_it_changes() {
    let runner = runner().file("policy.json", OLD);
    let watching = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut editor = Editor::open_folder_with(&runner, watching);
    let asked = editor.hear("client/registerCapability");
    assert_eq!(asked["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    editor.open("policy.json", OLD);
    assert_eq!(editor.rules("policy.json").len(), 3);
    let write = |text: &str| std::fs::write(runner.path("mediastore-lint.toml"), text).unwrap();
    let changed = json!({"changes": [{"uri": editor.uri("mediastore-lint.toml"), "type": 2}]});
    write("[rules]\nold-policy-version = 'off'\nunknown-action = 'off'\n");
    editor.tell("workspace/didChangeWatchedFiles", changed.clone());
    editor.settles("policy.json", &["redundant-statement"]);
    // One that is wrong is told at its place, and nothing is found under it.
    write("[rules]\nold-policy-version = 'of'\n");
    editor.tell("workspace/didChangeWatchedFiles", changed.clone());
    assert!(editor.hear("window/showMessage")["message"].as_str().unwrap().contains("`of` is not allowed"));
    let told = editor.said_of("mediastore-lint.toml");
    assert_eq!(told["diagnostics"][0]["range"]["start"]["line"], 1, "{told}");
    write("");
    editor.tell("textDocument/didSave", json!({"textDocument": {"uri": editor.uri("mediastore-lint.toml")}}));
    editor.settles("policy.json", &["old-policy-version", "redundant-statement", "unknown-action"]);
    assert_eq!(editor.said_of("mediastore-lint.toml")["diagnostics"], json!([]));
    assert_eq!(editor.quit(), 0);
}

#[test]
fn a_baseline_hides_what_it_knows() {
    let runner = Runner::new().file("policy.json", OLD);
    assert_eq!(runner.run("check --write-baseline .").code, 0);
    let runner = runner.file("mediastore-lint.toml", "baseline = 'mediastore-lint-baseline.json'\n");
    let mut editor = Editor::open_folder(&runner);
    editor.open("policy.json", OLD);
    assert_eq!(editor.rules("policy.json"), Vec::<String>::new());
    editor.edit("policy.json", "mediastore:GetObject", "mediastore:GetIt");
    assert_eq!(editor.rules("policy.json"), ["unknown-action"]);
    assert_eq!(editor.quit(), 0);
}

/// Error codes of JSON-RPC and the protocol.
const NOT_INITIALIZED: i32 = -32002;
const INVALID_REQUEST: i32 = -32600;
const NO_SUCH_METHOD: i32 = -32601;
const INVALID_PARAMETERS: i32 = -32602;
const CANCELLED: i32 = -32800;

#[test]
fn what_is_out_of_order_is_refused_and_survived() {
    let runner = runner().file("policy.json", OLD);
    let mut editor = Editor::start(&runner);
    assert_eq!(editor.refused("textDocument/hover", json!({})), NOT_INITIALIZED);
    assert_eq!(editor.refused("initialize", json!([1])), INVALID_PARAMETERS);
    editor.open("policy.json", OLD); // not heard
    editor.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    assert_eq!(editor.refused("initialize", json!({"capabilities": {}})), INVALID_REQUEST);
    assert_eq!(editor.refused("workspace/symbol", json!({"query": ""})), NO_SUCH_METHOD);
    assert_eq!(editor.refused("textDocument/hover", json!({"textDocument": 1})), INVALID_PARAMETERS);
    let nowhere = json!({"textDocument": {"uri": "file:///no/such.tf"}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/hover", nowhere), Value::Null);
    for broken in [
        &b"Content-Length: 7\r\n\r\n{\"id\": "[..],
        b"Content-Length: 2\r\n\r\n\xff\xfe",
        b"Content-Length: 4\r\n\r\nnull",
    ] {
        editor.heard.clear();
        editor.send(broken);
        editor.hear("unreadable");
    }
    editor.heard.clear();
    editor.tell("textDocument/didChange", json!({"textDocument": {}}));
    assert!(
        editor.hear("window/logMessage")["message"]
            .as_str()
            .unwrap()
            .starts_with("`textDocument/didChange` makes no sense")
    );
    for method in ["$/setTrace", "textDocument/didChange", "no/such"] {
        let unknown =
            json!({"textDocument": {"uri": "untitled:1", "version": 1}, "contentChanges": [], "value": "off"});
        editor.tell(method, unknown);
    }
    // No folder is open, so the file stands alone.
    editor.open("policy.json", OLD);
    assert_eq!(editor.rules("policy.json").len(), 3);
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(editor.refused("textDocument/hover", json!({})), INVALID_REQUEST);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.code(), 0);
}

#[test]
fn who_leaves_without_a_word_gets_another_exit_code() {
    let runner = runner();
    let mut editor = Editor::open_folder(&runner);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.code(), 1);
    assert_eq!(Editor::open_folder(&runner).code(), 1, "the input ends");
    assert_eq!(Editor::start(&runner).code(), 1, "before anything was said");
    let mut editor = Editor::open_folder(&runner);
    editor.ask("shutdown", Value::Null);
    assert_eq!(editor.code(), 0, "the input ends after `shutdown`");
}

#[test]
fn a_huge_file_holds_up_nobody() {
    let resources: String = (0..400)
        .map(|index| {
            MAIN.replace("\"live\"", &format!("\"live{index}\"")).replace("live.name", &format!("live{index}.name"))
        })
        .collect();
    let runner = runner().file("huge/notes.txt", "");
    let mut editor = Editor::open_folder(&runner);
    editor.open("main.tf", &resources);
    let hover =
        json!({"textDocument": {"uri": editor.uri("main.tf")}, "position": editor.place("main.tf", "GetObjekt")});
    // While it is judged, what is asked waits, and what nobody wants any more is not answered.
    let (unwanted, wanted) = (editor.put("textDocument/hover", hover.clone()), editor.put("textDocument/hover", hover));
    editor.tell("$/cancelRequest", json!({"id": unwanted}));
    editor.tell("$/cancelRequest", json!({"id": "never asked"}));
    assert_eq!(editor.refused("workspace/symbol", json!({"query": ""})), NO_SUCH_METHOD, "heard at once");
    assert_eq!(editor.answer(unwanted), Err(CANCELLED));
    assert!(editor.answer(wanted).unwrap()["contents"]["value"].as_str().unwrap().contains("unknown-action"));
    let found = editor.rules("main.tf");
    assert_eq!(found.iter().filter(|rule| *rule == "unknown-action").count(), 400);
    // Beyond all measure, it is told so. Nobody waits for it to be judged.
    editor.open("huge/huge.tf", &format!("# mediastore\n{}", "#\n".repeat(5 << 20)));
    assert_eq!(editor.rules("huge.tf"), ["input-broken"]);
    assert_eq!(editor.quit(), 0);
}
