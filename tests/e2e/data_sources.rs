//! The data sources.

use serde_json::json;

use crate::each_client;

#[test]
fn containers_are_read_and_listed() {
    const CONFIGURATION: &str = r#"
provider "mediastore" {
  default_tags {
    tags = { team = "video" }
  }
}

resource "mediastore_container" "made" {
  for_each = toset(["live-b", "live-a", "vod"])
  name     = each.key
  tags     = { name = each.key }
}

data "mediastore_container" "one" {
  name = mediastore_container.made["live-a"].name
}

data "mediastore_containers" "live" {
  name_prefix = "live-"
  depends_on  = [mediastore_container.made]
}

data "mediastore_containers" "all" {
  depends_on = [mediastore_container.made]
}

output "one" { value = data.mediastore_container.one }
output "resource" { value = mediastore_container.made["live-a"] }
output "live" { value = data.mediastore_containers.live.names }
output "all" { value = data.mediastore_containers.all.containers[*].name }
"#;
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).converges();
        let (one, resource) = (workspace.output("one"), workspace.output("resource"));
        for same in ["name", "arn", "endpoint", "creation_time"] {
            assert_eq!(one[same], resource[same], "{same}");
        }
        assert_eq!(one["status"], "ACTIVE");
        assert_eq!(one["access_logging_enabled"], false);
        assert_eq!(one["tags"], json!({ "name": "live-a", "team": "video" }));
        assert_eq!(workspace.output("live"), json!(["live-a", "live-b"]));
        assert_eq!(workspace.output("all"), json!(["live-a", "live-b", "vod"]));
        workspace.destroy();
    });
}

#[test]
fn more_containers_than_a_page_are_all_listed() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        for index in 0..205 {
            service.call("CreateContainer", &json!({ "ContainerName": format!("c{index:03}") }));
        }
        let list = "data \"mediastore_containers\" \"all\" {}\noutput \"names\" {\n  value = data.mediastore_containers.all.names\n}\n";
        workspace.main(list).apply().succeeds();
        let expected: Vec<String> = (0..205).map(|index| format!("c{index:03}")).collect();
        assert_eq!(workspace.output("names"), json!(expected));
    });
}

#[test]
fn a_container_that_is_not_there_is_an_error_that_names_it() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main("data \"mediastore_container\" \"no\" {\n  name = \"no-such\"\n}\n");
        workspace.plan().fails().says("`no-such`").says("The container does not exist");
    });
}
