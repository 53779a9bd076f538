terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# What the policy of somebody else's container lets in, watched from here. Without a policy of its own, a container has the
# default one, which only its account passes.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

data "mediastore_container_policy" "shared" {
  container_name = mediastore_container.elsewhere.name
}

check "nobody_outside_reads" {
  assert {
    condition     = provider::mediastore::exposure(data.mediastore_container_policy.shared.policy).class == "trusted"
    error_message = "Outsiders can use the shared container."
  }
}
