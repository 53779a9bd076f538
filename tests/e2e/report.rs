//! The linter's report as somebody sees it: in Chromium, for a handful of containers and for hundreds.
//!
//! A script at the end of the page does what a reader does, and writes down what is there to be seen. How the page looks is for eyes
//! to say.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use e2e::tools;
use serde_json::{Value, json};

use crate::BUILT;

/// Containers of four kinds, in turn: read by anybody, read by a partner, of the own account alone, and without a policy.
fn configuration(containers: usize) -> String {
    let mut text = "provider \"mediastore\" {\n  account_id = \"111122223333\"\n}\n".to_owned();
    for index in 0..containers {
        let name = format!("origin{index:03}");
        let _ = write!(
            text,
            "resource \"mediastore_container\" \"{name}\" {{\n  name = \"{name}\"\n  tags = {{ team = \"team{}\" }}\n}}\n",
            index % 7
        );
        let principal = match index % 4 {
            0 => r#""*""#,
            1 => r#"{ AWS = "arn:aws:iam::444455556666:root" }"#,
            2 => r#"{ AWS = "arn:aws:iam::111122223333:role/reader" }"#,
            _ => continue,
        };
        let _ = write!(
            text,
            r#"resource "mediastore_container_policy" "{name}" {{
  container_name = mediastore_container.{name}.name
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {principal}
      Action    = "mediastore:GetObject"
      Resource  = "arn:aws:mediastore:us-east-1:111122223333:container/{name}/hls/*"
      Condition = {{ Bool = {{ "aws:SecureTransport" = "true" }} }}
    }}]
  }})
}}
resource "mediastore_cors_policy" "{name}" {{
  container_name = mediastore_container.{name}.name
  rule {{
    allowed_origins = ["https://player.example.com"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
  }}
}}
"#
        );
    }
    text
}

/// Before anything of the page: what goes wrong in it.
const WATCH: &str = r#"<script>
  const wrong = [];
  addEventListener("error", (event) => wrong.push(String(event.message)));
  addEventListener("securitypolicyviolation", (event) => wrong.push(event.violatedDirective));
  console.error = console.warn = (...what) => wrong.push(what.join(" "));
</script>"#;

/// After it: a reader. Only words without `<` and `&` are written down.
const READ: &str = r##"<script>
  const all = (selector) => [...document.querySelectorAll(selector)];
  const see = () => ({
    shown: byId("shown").textContent,
    groups: Object.fromEntries(all("#matrix tr.group").map((row) => [row.querySelector("b").textContent, Number(row.querySelector(".count").textContent)])),
    containers: all("#matrix tbody.subject").length,
    first: document.querySelector("#matrix td.name")?.firstChild.textContent,
    lines: all("#matrix tr.more").length,
    origins: all("#grants td.name").map((cell) => cell.textContent),
    findings: all("#list details.rule").reduce((sum, rule) => sum + Number(rule.querySelector(".count").textContent), 0),
    articles: all("#list article").length,
  });
  const said = { at_first: see() };
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  (async () => {
    const type = async (id, value) => { byId(id).value = value; byId(id).dispatchEvent(new Event("input", { bubbles: true })); await wait(300); };
    await type("text", "TEAM3");
    said.searched = see();
    await type("text", "");
    await type("exposure", "public");
    said.filtered = see();
    await type("order", "name");
    said.ordered = see().first;
    await type("exposure", "");
    const button = document.querySelector("#matrix button.cell.public");
    button.click();
    said.proof = { open: byId("proof").open, title: byId("proof-title").textContent, try: document.querySelector("#proof-body pre").textContent };
    byId("proof").close();
    byId("all").click();
    said.opened = see().lines;
    all("#list details.rule").forEach((rule) => { rule.open = true; });
    await wait(300);
    said.read = { articles: see().articles, excerpts: all("#list pre").length, marked: document.querySelector("#list mark").textContent };
    said.requests = performance.getEntriesByType("resource").length;
    said.wrong = wrong;
    const told = document.createElement("pre");
    told.id = "told";
    told.textContent = JSON.stringify(said);
    document.body.append(told);
  })();
</script>"##;

/// What the reader saw in a report on so many containers.
fn read(containers: usize) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("main.tf"), configuration(containers)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_e2e-lint"));
    let report =
        command.current_dir(folder.path()).args(["report", "--html", "page.html", "main.tf"]).output().unwrap();
    assert!(report.status.success(), "{report:?}");
    let page = std::fs::read_to_string(path("page.html")).unwrap();
    let page =
        page.replacen("<title>", &format!("{WATCH}<title>"), 1).replacen("</body>", &format!("{READ}</body>"), 1);
    std::fs::write(path("read.html"), page).unwrap();
    let chromium = tools::debian(Path::new(BUILT.scratch), "chromium", "chromium");
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--virtual-time-budget=60000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", path("profile").display()))
        .arg(format!("file://{}", path("read.html").display()))
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let told = dom.split("<pre id=\"told\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    serde_json::from_str(told.unwrap_or_else(|| panic!("the reader came to no end: {dom}"))).unwrap()
}

#[test]
fn a_report_is_read_at_five_and_at_five_hundred_containers() {
    // Everything is open where there is little, and rows wait to be opened where there is much.
    for (containers, lines_at_first, team3) in [(5, 6, 1), (500, 0, 71)] {
        let said = read(containers);
        let first = &said["at_first"];
        let of = |kind: usize| (containers - kind).div_ceil(4);
        assert_eq!(first["shown"], format!("{containers} of {containers}"));
        assert_eq!(
            first["groups"],
            json!({"public": of(0), "external": of(1), "trusted": of(2), "unattached": of(3)}),
            "{containers}"
        );
        assert_eq!(first["containers"], containers);
        assert_eq!(first["first"], "origin000", "the worst first");
        assert_eq!(first["lines"], lines_at_first, "{containers}");
        assert_eq!(first["origins"], json!(["https://player.example.com"]));
        assert_eq!(said["searched"]["containers"], team3);
        assert!(said["searched"]["findings"].as_u64() < first["findings"].as_u64(), "{said:#}");
        assert_eq!(said["filtered"]["groups"], json!({"public": of(0)}));
        assert_eq!(said["ordered"], "origin000");
        assert_eq!(
            (&said["proof"]["open"], &said["proof"]["title"]),
            (&json!(true), &json!("origin000: mediastore:GetObject"))
        );
        assert!(said["proof"]["try"].as_str().unwrap().starts_with("curl 'https://ENDPOINT/hls/"), "{said:#}");
        // A row for the path of each policy, and one for each principal named.
        assert_eq!(said["opened"], of(0) + 2 * of(1) + 2 * of(2));
        let read = &said["read"];
        assert!(read["articles"].as_u64() > Some(0) && read["articles"] == read["excerpts"], "{said:#}");
        assert!(!read["marked"].as_str().unwrap().is_empty());
        assert_eq!(said["requests"], 0, "no network");
        assert_eq!(said["wrong"], json!([]));
    }
}
