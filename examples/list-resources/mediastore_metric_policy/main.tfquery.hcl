# Metric policies that are not in this configuration yet:
#
#     terraform query -generate-config-out=metrics.tf

list "mediastore_metric_policy" "metrics" {
  provider = mediastore

  config {
    name_prefix = "acme-"
  }
}
