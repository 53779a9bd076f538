//! `report`: the page and the data, from outside.

use serde_json::{Value, json};

use super::{Runner, public};

const LIVE: &str = r#"resource "mediastore_container" "live" {
  name = "live"
  tags = { team = "video" }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/hls/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = ["https://player.example.com"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
  }
}
"#;

#[test]
fn a_container_is_shown_with_everything_attached_to_it() {
    let run = Runner::new().file("main.tf", LIVE).run("report");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let subject = &data["subjects"][0];
    assert_eq!(subject["name"], "live");
    assert_eq!(subject["line"], 1);
    assert_eq!(subject["tags"], json!({"team": "video"}));
    assert_eq!(subject["exposure"], "public");
    assert_eq!(subject["cors"], json!([{"origin": "https://player.example.com", "methods": ["GET"], "rules": [0]}]));
    let rows: Vec<_> =
        subject["access"]["rows"].as_array().unwrap().iter().map(|row| (&row["who"], &row["path"])).collect();
    assert_eq!(rows, [(&json!("everybody"), &json!("")), (&json!("everybody"), &json!("hls/*"))]);
    let cell = &subject["access"]["rows"][0]["cells"][0];
    assert_eq!((&cell["class"], &cell["witness"]["action"]), (&json!("public"), &json!("mediastore:GetObject")));
    let found: Vec<&Value> =
        data["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == "public-read").collect();
    assert_eq!(found[0]["excerpt"][0]["number"].as_u64(), found[0]["line"].as_u64());
}

#[test]
fn page_and_data_go_to_their_files() {
    let runner = Runner::new().file("policy.json", public());
    let run = runner.run("report --html page.html --json data.json policy.json");
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let data: Value = serde_json::from_str(&runner.read("data.json")).unwrap();
    assert_eq!(data["subjects"][0]["exposure"], "public");
    let page = runner.read("page.html");
    assert!(page.starts_with("<!doctype html>") && page.contains(r#""exposure":"public""#), "{page}");
    for from_elsewhere in ["src=", "<link", "url(", "@import", "fetch("] {
        assert!(!page.contains(from_elsewhere), "{from_elsewhere}");
    }
}

#[test]
fn what_could_not_be_read_is_told_by_the_exit_code_and_the_rest_is_shown() {
    let runner =
        Runner::new().file("policy.json", public()).file("broken.tf", "resource \"mediastore_container\" \"x\" {");
    let run = runner.run("report policy.json broken.tf");
    assert_eq!(run.code, 3);
    let data: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(data["unreadable"], 1);
    assert_eq!(data["subjects"][0]["exposure"], "public");
    assert_eq!(runner.run("report --html no/such/folder/page.html policy.json").code, 2);
}
