//! What others change behind Terraform's back is seen, and set right.

use serde_json::json;

use crate::each_client;

const CONFIGURATION: &str = r#"
resource "mediastore_container" "live" {
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
      Resource  = "${mediastore_container.live.arn}/*"
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
fn a_container_removed_by_others_is_made_again() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        service.call("DeleteContainer", &json!({ "ContainerName": "live" }));
        workspace.plan().succeeds().says("Plan: 3 to add, 0 to change, 0 to destroy");
        workspace.converges();
        assert_eq!(service.container_names(), ["live"]);

        // Destroying what is gone succeeds, also if it went after the refresh.
        service.call("DeleteContainer", &json!({ "ContainerName": "live" }));
        workspace.run(["destroy", "-no-color", "-auto-approve", "-refresh=false"]).succeeds();
        assert_eq!(workspace.addresses(), [""; 0]);
    });
}

#[test]
fn a_changed_policy_is_shown_and_put_back() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let ours = service.policy("live");
        let theirs = ours.to_string().replace("mediastore:GetObject", "mediastore:DescribeObject");
        service.call("PutContainerPolicy", &json!({ "ContainerName": "live", "Policy": theirs }));
        workspace
            .plan()
            .succeeds()
            .says("Plan: 0 to add, 1 to change, 0 to destroy")
            .says(r#""mediastore:DescribeObject" -> "mediastore:GetObject""#);
        workspace.converges();
        assert_eq!(service.policy("live"), ours);

        // Deleting it brings the service's default back, which is not ours either.
        service.call("DeleteContainerPolicy", &json!({ "ContainerName": "live" }));
        workspace.converges().says("0 added, 1 changed, 0 destroyed");
        assert_eq!(service.policy("live"), ours);
    });
}

#[test]
fn changed_and_removed_cors_is_put_back() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let name = json!({ "ContainerName": "live" });
        let ours = service.call("GetCorsPolicy", &name);
        let theirs = json!([{ "AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"] }]);
        service.call("PutCorsPolicy", &json!({ "ContainerName": "live", "CorsPolicy": theirs }));
        workspace.converges().says("0 added, 1 changed, 0 destroyed");
        assert_eq!(service.call("GetCorsPolicy", &name), ours);

        service.call("DeleteCorsPolicy", &name);
        workspace.converges().says("1 added, 0 changed, 0 destroyed");
        assert_eq!(service.call("GetCorsPolicy", &name), ours);
    });
}

#[test]
fn changed_added_and_removed_tags_are_put_back() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let arn = service.arn("live");
        let tag = |key: &str, value: &str| {
            service.call("TagResource", &json!({ "Resource": arn, "Tags": [{ "Key": key, "Value": value }] }));
        };
        tag("team", "audio");
        tag("owner", "somebody");
        workspace.plan().succeeds().says("Plan: 0 to add, 1 to change, 0 to destroy").says(r#""audio" -> "video""#);
        workspace.converges();
        assert_eq!(service.tags("live"), json!({ "team": "video" }));

        service.call("UntagResource", &json!({ "Resource": arn, "TagKeys": ["team"] }));
        workspace.converges().says("0 added, 1 changed, 0 destroyed");
        assert_eq!(service.tags("live"), json!({ "team": "video" }));
    });
}

#[test]
fn a_container_made_anew_by_others_is_taken_for_what_it_is() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let before = workspace.state("mediastore_container.live");
        service.call("DeleteContainer", &json!({ "ContainerName": "live" }));
        service.call("CreateContainer", &json!({ "ContainerName": "live" }));
        // Same name, same ARN; the tags and the CORS policy are gone and the policy is the default.
        workspace.converges().says("1 added, 2 changed, 0 destroyed");
        let after = workspace.state("mediastore_container.live");
        assert_eq!(after["arn"], before["arn"]);
        assert_ne!(after["endpoint"], before["endpoint"]);
    });
}
