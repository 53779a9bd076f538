
terraform {
  required_providers { mediastore = { source = "mediastore/mediastore" } }
}

variable "name" {}
variable "public" { type = bool }
resource "mediastore_container" "this" { name = var.name }
resource "mediastore_container_policy" "this" {
  count          = var.public ? 1 : 0
  container_name = mediastore_container.this.name
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "mediastore:GetObject", Resource = "arn:aws:mediastore:us-west-2:000000000000:container/${var.name}/*", Condition = { Bool = { "aws:SecureTransport" = true } } }] })
}
