terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# The ARN of a container in another account, for a policy there.

output "arn" {
  value = provider::mediastore::container_arn("us-west-2", "111122223333", "acme-live")
}
