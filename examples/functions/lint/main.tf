terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Errors of the linter stop the plan; everything else it finds is shown.

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

  validation {
    condition     = !contains(provider::mediastore::lint(var.policy)[*].severity, "error")
    error_message = "The linter finds errors in the policy."
  }
}

output "findings" {
  value = [for finding in provider::mediastore::lint(var.policy) : "${finding.rule}: ${finding.message}"]
}
