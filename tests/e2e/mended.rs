//! Fixes in real configurations: comments and layout stay, the rule is content, and Terraform takes the result.

use std::fs;

use e2e::workspace::Workspace;
use serde_json::Value;

use crate::{BUILT, each_client};

/// Written as people write: comments in every place, tabs, odd alignment, a heredoc, a file.
const BEFORE: &str = r#"# The live origin. -- keep: header
resource "mediastore_container"   "live" { // keep: container
	name = "live"    # keep: name

    tags = { # keep: tags
        Team = "video",   /* keep: team */
        }
}

/* keep: block
   of two lines */
resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({ # keep: policy
    Version   = "2012-10-17"
    Statement = [
      { # keep: upload
        Sid       = "Upload"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::000000000000:role/encoder" } # keep: principal
        Action    = "mediastore:PutObject",
        Resource  = "${mediastore_container.live.arn}/*" // keep: resource
      }, # keep: comma

      {
        Sid = "Upload", Effect = "Allow", # keep: one line
        Principal = "*"
        Action   =   [ "mediastore:GetObject" ,
                       "mediastore:DescribeObject" ]  # keep: actions
        Resource  = "${mediastore_container.live.arn}/*"
      }
    ]
  })
}

resource "mediastore_container" "vod" {
  name = "vod"
  tags = { Team = "video", CostCenter = "CC-1" }
}

resource "mediastore_container_policy" "vod" {
  container_name = "vod"
  depends_on     = [mediastore_container.vod] # keep: depends
  policy         = <<-EOF
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"},
            "Action": "mediastore:*", "Resource": "*"}]
    }
  EOF
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = ["https://Player.Example.com/"] # keep: origins
    allowed_methods = ["GET",
      "HEAD"]
    allowed_headers = ["*"]
  }
}
"#;

/// The tag can be added since only one value is allowed.
const SETTINGS: &str = "[tags.required]\nCostCenter = { values = [\"CC-1\"] }\n";

fn workspace<'c>(client: &'c e2e::Client) -> Workspace<'c> {
    let mut workspace = client.workspace();
    workspace.main(BEFORE).write("mediastore-lint.toml", SETTINGS);
    workspace.put_on_path("mediastore-lint", BUILT.linter);
    workspace
}

fn text(workspace: &Workspace<'_>) -> String {
    fs::read_to_string(workspace.path().join("main.tf")).unwrap()
}

/// The rules whose findings are left, each with whether it could be mended.
fn left(workspace: &Workspace<'_>) -> Vec<(String, bool)> {
    let run = workspace.shell("mediastore-lint --format json --fail-on never .").succeeds();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|it| (it["rule"].as_str().unwrap().to_owned(), !it["fix"].is_null())).collect()
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.split_once("keep: ")).map(|(_, comment)| comment).collect()
}

/// Lines of the first text that are not in the second.
fn changed<'t>(before: &'t str, after: &str) -> Vec<&'t str> {
    before.lines().filter(|line| !after.lines().any(|other| other == *line)).collect()
}

#[test]
fn fixes_keep_comments_and_layout_and_what_they_leave_is_valid() {
    each_client(|client| {
        let workspace = workspace(client);
        workspace.validate().fails().says("without requiring HTTPS");
        let found = left(&workspace);
        let has = |found: &[(String, bool)], rule: &str| found.iter().any(|(name, _)| name == rule);
        let safe = ["put-without-tls", "duplicate-sid", "unscoped-resource", "tag-missing", "cors-unmatchable-origin"];
        safe.iter().for_each(|rule| assert!(has(&found, rule), "{rule} is not found: {found:?}"));

        // What `--diff` shows is all that `--fix` does.
        let patch = workspace.shell("mediastore-lint --diff .").fails();
        assert_eq!(text(&workspace), BEFORE, "a diff changes nothing");
        workspace.shell("mediastore-lint --fix --fail-on never .").succeeds().says("fixed");
        let fixed = text(&workspace);
        workspace.main(BEFORE).write("p.diff", &patch.stdout);
        workspace.shell("git apply -p1 p.diff").succeeds();
        assert_eq!(text(&workspace), fixed, "{patch}");
        workspace.remove("p.diff");

        let now = left(&workspace);
        safe.iter().for_each(|rule| assert!(!has(&now, rule), "{rule} is left: {now:?}\n{fixed}"));
        // What is refused exposes nothing; what was mended is judged.
        assert!(has(&now, "public-read-plaintext"), "an unsafe fix was made: {now:?}");
        assert_eq!(comments(&fixed), comments(BEFORE));
        // Where the condition, the name, the resource and the origin are; the tag has a line of its own.
        let lines = changed(BEFORE, &fixed);
        assert_eq!(lines.len(), 4, "{lines:#?}\n{fixed}");
        workspace.validate().succeeds().says("The configuration is valid");

        workspace.shell("mediastore-lint --fix-unsafe --fail-on never .").succeeds();
        let all_fixed = text(&workspace);
        assert_eq!(comments(&all_fixed), comments(BEFORE));
        let now = left(&workspace);
        assert!(!has(&now, "public-read-plaintext"), "{now:?}\n{all_fixed}");
        assert!(now.iter().all(|(_, can_be_mended)| !can_be_mended), "{now:?}\n{all_fixed}");
        workspace.validate().succeeds();
        // The service takes it, and a run more changes nothing.
        workspace.converges();
        workspace.shell("mediastore-lint --fix-unsafe --fail-on never .").succeeds();
        assert_eq!(text(&workspace), all_fixed);
        workspace.shell("mediastore-lint --fix-unsafe --diff .").succeeds();
        workspace.destroy();
    });
}
