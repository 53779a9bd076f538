//! A `mediastored` of its own process behind the provider: its objects, its signed URLs, and what the environment says about how
//! it is reached.

use std::net::SocketAddr;

use e2e::process::eventually;
use e2e::wire::{Answer, Wire};
use e2e::{Client, Mediastored, Workspace};
use http::{Method, Request};
use serde_json::json;
use xtask::terraform::Feature;

use crate::each_client;

const OBJECTS: &str = r#"
resource "mediastore_container" "live" {
  name          = "live"
  force_destroy = true
}

resource "mediastore_object" "page" {
  count          = 3
  container_name = mediastore_container.live.name
  path           = "pages/${count.index}/index.html"
  content        = "<p>${count.index}"
}

data "mediastore_objects" "all" {
  container_name = mediastore_container.live.name
  depends_on     = [mediastore_object.page]
}

data "mediastore_object" "one" {
  container_name = mediastore_container.live.name
  path           = mediastore_object.page[1].path
  with_content   = true
}

output "paths" { value = data.mediastore_objects.all.paths }
output "one" { value = data.mediastore_object.one.content }
"#;

#[test]
fn objects_are_managed_through_a_path_of_the_server() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let (url, block) = (service.url(), service.provider_block());
        let port = url.rsplit_once(':').unwrap().1;
        // A name below `localhost` may be unknown to the system; the provider knows it all the same.
        for url in [url.clone(), format!("http://origin.localhost:{port}/")] {
            let block = block.replace(&service.url(), &url);
            workspace.main(&format!("{block}{OBJECTS}")).converges().says("4 added");
            assert_eq!(workspace.output("paths"), json!([0, 1, 2].map(|n| format!("pages/{n}/index.html"))));
            assert_eq!(workspace.output("one"), json!("<p>1"));
            assert_eq!(service.get("live", "pages/2/index.html").body, b"<p>2");

            let arn = format!("{}/pages/0/index.html", service.arn("live"));
            assert_eq!(workspace.state("mediastore_object.page[0]")["arn"], json!(arn));

            workspace.run(["state", "rm", "mediastore_object.page[0]"]).succeeds();
            workspace.import("mediastore_object.page[0]", "live/pages/0/index.html").succeeds();
            workspace.converges();
            purge(client, &workspace, &service, &block);
            workspace.destroy();
            assert_eq!(service.container_names(), [""; 0]);
        }
    });
}

/// Purges with the action, which takes away what Terraform does not know too.
fn purge(client: &Client, workspace: &Workspace<'_>, service: &Mediastored, block: &str) {
    if !client.terraform.supports(Feature::Actions) {
        return;
    }
    workspace.main(&format!(
        "{block}{OBJECTS}action \"mediastore_purge\" \"all\" {{\n  config {{\n    container_name = \"live\"\n    path_prefix = \
         \"pages/\"\n  }}\n}}\n"
    ));
    let purged = workspace.run(["apply", "-no-color", "-auto-approve", "-invoke=action.mediastore_purge.all"]);
    purged.succeeds().says("3 objects of `live` deleted");
    assert_eq!(service.get("live", "pages/2/index.html").status, 404);
    workspace.plan().succeeds().says("3 to add");
}

/// Sends a request to a URL and nothing else: no header but the host, no signature but the one in it.
fn fetch(method: &Method, url: &str, body: &[u8]) -> Answer {
    let request = Request::builder().method(method).uri(url).body(()).unwrap();
    let authority = request.uri().authority().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], authority.port_u16().unwrap()));
    Wire::to(address).send(&request, body)
}

#[test]
fn a_signed_url_does_what_it_was_signed_for_until_it_expires() {
    each_client(|client| {
        if !client.terraform.supports(Feature::WriteOnly) {
            return;
        }
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        // A URL is in no state and no output. As the content of an object that is not stored either, a test can get at it.
        let signed = |name: &str, method: &str, valid_for: &str| {
            format!(
                "ephemeral \"mediastore_signed_request\" \"{name}\" {{\n  container_name = mediastore_container.live.name\n  endpoint \
                 = mediastore_container.live.endpoint\n  path = \"pages/1/index.html\"\n  method = \"{method}\"\n  valid_for = \
                 \"{valid_for}\"\n}}\nresource \"mediastore_object\" \"{name}\" {{\n  container_name = \
                 mediastore_container.live.name\n  path = \"urls/{name}\"\n  content_wo = \
                 ephemeral.mediastore_signed_request.{name}.url\n  content_wo_version = 1\n}}\n"
            )
        };
        let urls = [signed("get", "GET", "1h"), signed("put", "PUT", "1h"), signed("brief", "GET", "1s")].concat();
        workspace.main(&format!("{}{OBJECTS}{urls}", service.provider_block()));
        workspace.converges().says("7 added");
        assert!(!workspace.state_file().contains("X-Amz-Signature"));
        let url = |name: &str| String::from_utf8(service.get("live", &format!("urls/{name}")).body).unwrap();
        let (get, put, brief) = (url("get"), url("put"), url("brief"));

        let got = fetch(&Method::GET, &get, b"");
        assert_eq!((got.status, &*got.body), (200, &b"<p>1"[..]), "{get}");
        assert_eq!(got.header("content-type"), Some("text/html"));
        // Without the signature nobody may read here, so it is the signature that lets in.
        assert_eq!(fetch(&Method::GET, get.split_once('?').unwrap().0, b"").status, 403);
        for (case, method, url) in [
            ("another path", Method::GET, get.replace("pages/1", "pages/2")),
            ("another method", Method::DELETE, get.clone()),
            ("a longer life", Method::GET, get.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000")),
            ("one for PUT", Method::GET, put.clone()),
        ] {
            assert_ne!((&method, &url), (&Method::GET, &get), "{case} changes nothing");
            assert_eq!(fetch(&method, &url, b"").status, 403, "{case}: {url}");
        }
        assert_eq!(fetch(&Method::PUT, &put, b"by hand").status, 200);
        assert_eq!(fetch(&Method::GET, &get, b"").body, b"by hand");

        let refused = eventually("a URL for a second is no longer good", || {
            Some(fetch(&Method::GET, &brief, b"")).filter(|answer| answer.status != 200)
        });
        assert_eq!(refused.status, 403, "{brief}");
        assert!(String::from_utf8_lossy(&refused.body).contains("expired"), "{refused:?}");
    });
}
