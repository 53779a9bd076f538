terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Which metrics are kept of somebody else's container.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

resource "mediastore_metric_policy" "elsewhere" {
  container_name          = mediastore_container.elsewhere.name
  container_level_metrics = "ENABLED"

  rule {
    object_group      = "live/*"
    object_group_name = "live"
  }
}

data "mediastore_metric_policy" "shared" {
  container_name = mediastore_metric_policy.elsewhere.container_name
}

output "groups" {
  value = data.mediastore_metric_policy.shared.rules[*].object_group_name
}
