terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A policy that lets outsiders write stops the plan, and the message shows a request that would get through.

variable "policy" {
  type    = string
  default = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:us-west-2:000000000000:container/acme-live/*",
        "Condition": { "Bool": { "aws:SecureTransport": "true" } }
      }
    }
  EOT
}

locals {
  exposure = provider::mediastore::exposure(var.policy)
}

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy         = var.policy

  lifecycle {
    precondition {
      condition     = !contains(["public", "undecided"], local.exposure.actions["mediastore:PutObject"])
      error_message = "Outsiders can upload, for one: ${coalesce(local.exposure.witness, "not decided")}"
    }
  }
}

output "who_can_read" {
  value = local.exposure.actions["mediastore:GetObject"]
}
