//! `endpoint`: a server that is not there, a server that is something else, and one that has bad moments.

use e2e::service::OWNER;
use e2e::{Workspace, raw_server};
use serde_json::json;

use crate::each_client;

/// A provider block for any address. The fewer retries, the sooner a hopeless call is reported.
fn provider(url: &str, max_retries: u32) -> String {
    format!(
        "provider \"mediastore\" {{\n  endpoint    = \"{url}\"\n  region      = \"us-west-2\"\n  access_key  = \"{}\"\n  \
         secret_key  = \"{}\"\n  max_retries = {max_retries}\n}}\n",
        OWNER[0], OWNER[1]
    )
}

const CONTAINER: &str = "resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n  tags = { a = \"b\" }\n}\n";

#[test]
fn a_server_that_is_not_there_or_something_else_is_said_to_be_so() {
    let html = "<!doctype html><title>Welcome</title>";
    // What it is, the bytes it answers with if anything listens, and what the user must read.
    type Case = (&'static str, Option<Vec<u8>>, &'static [&'static str]);
    let cases: [Case; 7] = [
        ("nothing listens", None, &["does not answer", "(after 3 tries)", "leave `endpoint` out to use the embedded"]),
        ("it hangs up", Some(vec![]), &["does not answer", "(after 3 tries)"]),
        ("it speaks another protocol", Some(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), &["Could not create the container"]),
        (
            "a web page",
            Some(raw_server::http("200 OK", "text/html", html)),
            &["is not a MediaStore answer (HTTP status 200)"],
        ),
        (
            "JSON of another kind",
            Some(raw_server::http("200 OK", "application/json", "[1]")),
            &["is not a MediaStore answer (HTTP status 200)"],
        ),
        (
            "a web server that fails",
            Some(raw_server::http("500 Internal Server Error", "text/html", html)),
            &["is not a MediaStore answer (HTTP status 500) (after 3 tries)", "The service failed"],
        ),
        (
            "a web server that knows nothing of it",
            Some(raw_server::http("404 Not Found", "text/html", html)),
            &["is not a MediaStore answer (HTTP status 404)"],
        ),
    ];
    each_client(|client| {
        for (case, bytes, words) in &cases {
            let address = bytes.clone().map_or_else(raw_server::nobody, raw_server::answering);
            let workspace = client.workspace();
            workspace.main(&format!("{}{CONTAINER}", provider(&format!("http://{address}"), 2)));
            workspace.validate().succeeds();
            let failed = workspace.apply().fails();
            for word in *words {
                assert!(failed.words().contains(word), "{case}: does not say {word:?}: {failed}");
            }
            assert!(!failed.words().to_lowercase().contains("panic"), "{case}: {failed}");
            assert_eq!(workspace.addresses(), [""; 0], "{case}");
        }
    });
}

#[test]
fn a_server_out_of_reach_takes_nothing_out_of_state() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        workspace.main(&format!("{}{CONTAINER}", service.provider_block())).converges();
        for bytes in [None, Some(vec![]), Some(raw_server::http("404 Not Found", "text/html", "nothing here"))] {
            let address = bytes.map_or_else(raw_server::nobody, raw_server::answering);
            workspace.main(&format!("{}{CONTAINER}", provider(&format!("http://{address}"), 1)));
            workspace.plan().fails().says("Could not read the container `live`");
            workspace.run(["destroy", "-no-color", "-auto-approve"]).fails();
            assert_eq!(workspace.addresses(), ["mediastore_container.live"]);
        }
        workspace.main(&format!("{}{CONTAINER}", service.provider_block())).plan_is_empty();
    });
}

/// A workspace on a service with a script of faults.
#[track_caller]
fn stormy(workspace: &Workspace<'_>, service: &e2e::Mediastored, body: &str) {
    workspace.main(&format!("{}{body}", provider(&service.url(), 25)));
}

const ALL: &str = r#"
resource "mediastore_container" "live" {
  count = 4
  name  = "live-${count.index}"
  tags  = { a = "b" }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live[0].arn}/*"
    }]
  })
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live[1].name
  rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}
"#;

#[test]
fn storms_of_server_errors_throttling_and_lost_answers_pass() {
    let answer = |code: &str, status: u16| json!({ "code": code, "status": status });
    // Every operation an apply and a destroy use meets each kind of trouble. With four calls in parallel, several troubles
    // may meet one call; the pauses between tries stay short because there are few of them.
    let script: Vec<_> = [
        "CreateContainer",
        "DescribeContainer",
        "PutContainerPolicy",
        "PutCorsPolicy",
        "ListTagsForResource",
        "GetContainerPolicy",
        "GetCorsPolicy",
        "DeleteContainerPolicy",
        "DeleteCorsPolicy",
        "DeleteContainer",
    ]
    .into_iter()
    .flat_map(|operation| {
        [
            json!({ "operation": operation, "answer": answer("InternalServerError", 500) }),
            json!({ "operation": operation, "answer": answer("ThrottlingException", 400) }),
            json!({ "operation": operation, "answer": answer("ServiceUnavailable", 503) }),
            json!({ "operation": operation, "drop": "before" }),
            json!({ "operation": operation, "drop": "after" }),
        ]
    })
    .collect();
    each_client(|client| {
        let workspace = client.workspace();
        workspace.write("faults.json", &json!(script).to_string());
        let faults = workspace.path().join("faults.json");
        let service = client.mediastored(&workspace.data_dir(), &["--faults", faults.to_str().unwrap()]);
        stormy(&workspace, &service, ALL);
        workspace.converges().says("6 added, 0 changed, 0 destroyed");
        workspace.destroy();
        assert_eq!(service.container_names(), [""; 0]);
    });
}

#[test]
fn a_storm_that_does_not_pass_is_reported_and_the_next_apply_converges() {
    each_client(|client| {
        let workspace = client.workspace();
        let faults = json!([
            { "operation": "DescribeContainer", "times": 3, "answer": { "code": "InternalServerError", "status": 500 } },
            { "operation": "PutCorsPolicy", "times": 3, "answer": { "code": "ThrottlingException", "status": 400 } },
        ]);
        workspace.write("faults.json", &faults.to_string());
        let faults = workspace.path().join("faults.json");
        let service = client.mediastored(&workspace.data_dir(), &["--faults", faults.to_str().unwrap()]);
        let cors = "resource \"mediastore_cors_policy\" \"live\" {\n  container_name = mediastore_container.live.name\n  rule {\n    \
                    allowed_origins = [\"*\"]\n    allowed_methods = [\"GET\"]\n  }\n}\n";
        workspace.main(&format!("{}{CONTAINER}{cors}", provider(&service.url(), 2)));
        // The container exists by then; it is kept, as tainted, and not orphaned.
        workspace.apply().fails().says("The service failed; run Terraform again once it is well");
        assert_eq!(workspace.addresses(), ["mediastore_container.live"]);
        workspace.apply().fails().says("ThrottlingException").says("lower -parallelism");
        assert_eq!(workspace.addresses(), ["mediastore_container.live"]);
        workspace.converges().says("1 added, 0 changed, 0 destroyed");
        assert_eq!(service.container_names(), ["live"]);
        workspace.destroy();
    });
}

#[test]
fn containers_that_take_their_time_are_waited_for() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &["--state-delay", "300ms"]);
        stormy(&workspace, &service, ALL);
        workspace.converges();
        assert!(workspace.state("mediastore_container.live[0]")["endpoint"].is_string());
        workspace.destroy();
        assert_eq!(service.container_names(), [""; 0]);

        // One that takes longer than `timeouts` allow is kept as tainted, and replaced by the next apply.
        drop(service);
        let service = client.mediastored(&workspace.data_dir(), &["--state-delay", "3s"]);
        let body = "resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n  timeouts {\n    create = \"1s\"\n  }\n}\n";
        stormy(&workspace, &service, body);
        workspace.apply().fails().says("The time that `timeouts` grants was up").says("kept in state as tainted");
        assert_eq!(workspace.addresses(), ["mediastore_container.live"]);
        stormy(&workspace, &service, &body.replace("1s", "1m"));
        workspace.converges().says("1 added, 0 changed, 1 destroyed");
        assert_eq!(service.container_names(), ["live"]);
    });
}

#[test]
fn an_endpoint_known_only_at_apply_plans_and_applies() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let url = service.url();
        let configuration = format!(
            "resource \"terraform_data\" \"server\" {{\n  input = \"{url}\"\n}}\n{}{CONTAINER}",
            service.provider_block().replace(&format!("\"{url}\""), "terraform_data.server.output")
        );
        workspace.main(&configuration).converges().says("2 added");
        assert_eq!(service.container_names(), ["live"]);
        workspace.destroy();
    });
}
