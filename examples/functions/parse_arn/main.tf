terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Whether an ARN that is passed in names a container of our account.

variable "container_arn" {
  type    = string
  default = "arn:aws:mediastore:us-west-2:111122223333:container/acme-live"

  validation {
    condition     = provider::mediastore::parse_arn(var.container_arn).account == "111122223333"
    error_message = "The container belongs to another account."
  }
}

output "name" {
  value = provider::mediastore::parse_arn(var.container_arn).container
}
