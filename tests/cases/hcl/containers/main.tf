terraform {
  required_providers { mediastore = { source = "mediastore/mediastore" } }
}

variable "names" { default = ["alpha", "beta"] }
resource "mediastore_container" "single" {
  name = "single_${lower("X")}"
  tags = { Project = "p", Count = 1 }
}
resource "mediastore_container" "counted" {
  count                  = 2
  name                   = "counted_${count.index}"
  access_logging_enabled = count.index == 0
}
resource "mediastore_container" "each" {
  for_each = toset(var.names)
  name     = each.value
  tags     = merge({ Name = each.key }, each.key == "beta" ? { Beta = "yes" } : {})
}
resource "mediastore_container" "none" {
  count = 0
  name  = "never"
}
