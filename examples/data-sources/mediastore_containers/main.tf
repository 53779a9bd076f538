terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Every container whose name begins with a prefix.

resource "mediastore_container" "live" {
  for_each = toset(["news", "sport"])

  name = "acme-live-${each.key}"
}

data "mediastore_containers" "live" {
  name_prefix = "acme-live-"
  depends_on  = [mediastore_container.live]
}

output "endpoints" {
  value = { for container in data.mediastore_containers.live.containers : container.name => container.endpoint }
}
