terraform {
  required_providers { mediastore = { source = "mediastore/mediastore" } }
}

variable "origins" { default = { web = ["https://a.example"], any = ["*"] } }
resource "mediastore_container" "r" { name = "rules" }
resource "mediastore_cors_policy" "r" {
  container_name = mediastore_container.r.name
  rule {
    allowed_origins = ["https://first.example"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["*"]
    expose_headers  = ["Date"]
    max_age_seconds = 30 * 100
  }
  dynamic "rule" {
    for_each = var.origins
    content {
      allowed_origins = rule.value
      allowed_methods = rule.key == "any" ? ["GET"] : ["GET", "PUT"]
    }
  }
}
resource "mediastore_lifecycle_policy" "r" {
  container_name = mediastore_container.r.name
  rule {
    prefixes          = ["live/", "vod/"]
    days_since_create = 30
    action            = "ARCHIVE"
  }
  rule {
    wildcards            = ["live/*.ts"]
    seconds_since_create = 300
    operator             = ">"
  }
}
resource "mediastore_metric_policy" "r" {
  container_name          = mediastore_container.r.name
  container_level_metrics = "ENABLED"
  dynamic "rule" {
    for_each = ["live", "vod"]
    content {
      object_group      = "${rule.value}/*"
      object_group_name = "g${rule.key}"
    }
  }
}
