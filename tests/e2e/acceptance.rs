//! The same questions for every resource type: is it seen that others deleted or changed it, is a refresh alone no change, can it be
//! targeted, and do many of them go one by one and all at once.

use serde_json::json;

use crate::each_client;

/// One container with everything that can be attached to it.
pub(crate) const ALL: &str = r#"
variable "number" { default = 1 }

resource "mediastore_container" "c" {
  count         = var.number
  name          = "c-${count.index}"
  force_destroy = true
}

resource "mediastore_container_policy" "c" {
  count          = var.number
  container_name = mediastore_container.c[count.index].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.c[count.index].arn}/*"
    }]
  })
}

resource "mediastore_cors_policy" "c" {
  count          = var.number
  container_name = mediastore_container.c[count.index].name
  rule {
    allowed_origins = ["https://a.example.com"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
  }
}

resource "mediastore_lifecycle_policy" "c" {
  count          = var.number
  container_name = mediastore_container.c[count.index].name
  rule {
    prefixes          = ["old/"]
    days_since_create = 5
  }
}

resource "mediastore_metric_policy" "c" {
  count                   = var.number
  container_name          = mediastore_container.c[count.index].name
  container_level_metrics = "ENABLED"
}

resource "mediastore_object" "c" {
  count          = var.number
  container_name = mediastore_container.c[count.index].name
  path           = "a/${count.index}.txt"
  content        = "text"
}
"#;

/// Every resource type, and the operation by which somebody else removes the one of the first container.
const TYPES: [(&str, &str); 6] = [
    ("mediastore_container_policy", "DeleteContainerPolicy"),
    ("mediastore_cors_policy", "DeleteCorsPolicy"),
    ("mediastore_lifecycle_policy", "DeleteLifecyclePolicy"),
    ("mediastore_metric_policy", "DeleteMetricPolicy"),
    ("mediastore_object", ""),
    ("mediastore_container", "DeleteContainer"),
];

fn addresses(count: usize) -> Vec<String> {
    let each = |index: usize| TYPES.iter().map(move |(name, _)| format!("{name}.c[{index}]"));
    let mut all: Vec<String> = (0..count).flat_map(each).collect();
    all.sort();
    all
}

#[test]
fn what_others_removed_is_planned_again_and_a_refresh_alone_changes_nothing() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(ALL).converges().says("6 added");
        assert_eq!(workspace.addresses(), addresses(1));
        for (name, operation) in TYPES {
            let service = client.mediastored(&workspace.data_dir(), &[]);
            if name == "mediastore_object" || name == "mediastore_container" {
                // Objects are removed through another configuration on the same folder; a container must be empty.
                let other = client.workspace();
                other.main(&format!(
                    "provider \"mediastore\" {{\n  data_dir = {:?}\n}}\nresource \"mediastore_object\" \"it\" {{\n  container_name = \
                     \"c-0\"\n  path = \"a/0.txt\"\n  content = \"text\"\n}}\n",
                    workspace.data_dir().display().to_string()
                ));
                other.import("mediastore_object.it", "c-0/a/0.txt").succeeds();
                other.run(["destroy", "-no-color", "-auto-approve"]).succeeds();
            }
            if !operation.is_empty() {
                service.call(operation, &json!({ "ContainerName": "c-0" }));
            }
            drop(service);
            // The default policy takes the place of the one that was removed: the resource is there, and differs.
            let changed = if name == "mediastore_container_policy" { "1 to change" } else { "1 to add" };
            if name != "mediastore_container" {
                workspace.plan().succeeds().says(changed);
                let refreshed = workspace.run(["plan", "-no-color", "-refresh-only"]).succeeds();
                refreshed.is_silent_on("Plan:").says(&format!("{name}.c[0]"));
            } else {
                workspace.plan().succeeds().says("6 to add, 0 to change, 0 to destroy");
            }
            workspace.converges();
        }
        workspace.run(["apply", "-no-color", "-auto-approve", "-refresh-only"]).succeeds();
        workspace.plan_is_empty();
        workspace.destroy().says("6 destroyed");
    });
}

#[test]
fn each_type_can_be_targeted() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(ALL);
        for (name, _) in TYPES {
            let target = format!("-target={name}.c");
            workspace.run(["apply", "-no-color", "-auto-approve", &target]).succeeds();
            assert!(workspace.addresses().contains(&format!("{name}.c[0]")), "{name}");
        }
        workspace.converges();
        for (name, _) in TYPES {
            let target = format!("-target={name}.c");
            workspace.run(["destroy", "-no-color", "-auto-approve", &target]).succeeds();
            assert!(!workspace.addresses().contains(&format!("{name}.c[0]")), "{name}");
        }
        assert_eq!(workspace.addresses(), [""; 0]);
    });
}

#[test]
fn many_go_one_by_one_and_all_at_once() {
    each_client(|client| {
        for parallelism in ["-parallelism=1", "-parallelism=50"] {
            let workspace = client.workspace();
            workspace.main(ALL);
            let count = ["-no-color", "-var=number=12", parallelism];
            workspace.run([&["apply", "-auto-approve"][..], &count].concat()).succeeds().says("72 added");
            assert_eq!(workspace.addresses(), addresses(12));
            let plan = workspace.run([&["plan", "-detailed-exitcode"][..], &count].concat());
            assert_eq!(plan.code, 0, "{plan}");
            workspace.run([&["destroy", "-auto-approve"][..], &count].concat()).succeeds().says("72 destroyed");
        }
    });
}
