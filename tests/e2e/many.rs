//! Many objects at once, one after the other and all in parallel; and an apply that fails in the middle.

use serde_json::json;

use crate::each_client;

#[test]
fn fifty_by_count_and_fifty_by_name() {
    const CONFIGURATION: &str = r#"
variable "names" { default = 50 }

resource "mediastore_container" "counted" {
  count = var.names
  name  = "counted-${count.index}"
}

resource "mediastore_container" "named" {
  for_each = toset([for i in range(var.names) : "named-${i}"])
  name     = each.key
  tags     = { name = each.value }
}

resource "mediastore_cors_policy" "named" {
  for_each       = mediastore_container.named
  container_name = each.value.name
  rule {
    allowed_origins = ["https://${each.key}.example.com"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
  }
}
"#;
    each_client(|client| {
        for parallelism in ["-parallelism=1", "-parallelism=50"] {
            let workspace = client.workspace();
            workspace.main(CONFIGURATION);
            let apply = ["apply", "-no-color", "-auto-approve", parallelism];
            workspace.run(apply).succeeds().says("150 added, 0 changed, 0 destroyed");
            workspace.plan_is_empty();
            let service = client.mediastored(&workspace.data_dir(), &[]);
            assert_eq!(service.container_names().len(), 100);
            assert_eq!(service.tags("named-49"), json!({ "name": "named-49" }));

            let fewer = apply.into_iter().chain(["-var=names=49"]);
            workspace.run(fewer).succeeds().says("0 added, 0 changed, 3 destroyed");
            workspace.run(["destroy", "-no-color", "-auto-approve", parallelism]).succeeds().says("147 destroyed");
            assert_eq!(service.container_names(), [""; 0]);
        }
    });
}

#[test]
fn an_apply_that_fails_in_the_middle_keeps_what_was_made_and_converges_once_mended() {
    const CONFIGURATION: &str = r#"
resource "mediastore_container" "good" {
  count = 10
  name  = "good-${count.index}"
}

resource "mediastore_container" "taken" {
  name = "taken"
}

resource "mediastore_container_policy" "taken" {
  container_name = mediastore_container.taken.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.taken.arn}/*"
    }]
  })
}

# Only known at apply, and then refused by the service.
resource "terraform_data" "policy" {
  input = "{}"
}

resource "mediastore_container_policy" "refused" {
  container_name = mediastore_container.good[0].name
  policy         = terraform_data.policy.output
}
"#;
    each_client(|client| {
        let workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        service.call("CreateContainer", &json!({ "ContainerName": "taken" }));
        let failed = workspace.main(CONFIGURATION).apply().fails();
        assert!(failed.words().contains("A container of this name exists already"), "{failed}");
        assert!(failed.words().contains("The service would refuse this policy"), "{failed}");
        let good: Vec<String> = (0..10).map(|i| format!("mediastore_container.good[{i}]")).collect();
        let mut expected = good.clone();
        expected.push("terraform_data.policy".to_owned());
        assert_eq!(workspace.addresses(), expected);
        assert_eq!(service.container_names().len(), 11);

        service.call("DeleteContainer", &json!({ "ContainerName": "taken" }));
        let statement = r#"{ Effect = "Allow", Principal = "*", Action = "mediastore:GetObject", Resource = "${mediastore_container.good[0].arn}/*" }"#;
        let policy = format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})");
        let mended = CONFIGURATION.replace(r#"input = "{}""#, &format!("input = {policy}"));
        workspace.main(&mended).converges().says("3 added, 1 changed, 0 destroyed");
        workspace.destroy();
        assert_eq!(service.container_names(), [""; 0]);
    });
}
