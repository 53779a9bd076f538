# Lifecycle policies that are not in this configuration yet:
#
#     terraform query -generate-config-out=lifecycle.tf

list "mediastore_lifecycle_policy" "expiry" {
  provider = mediastore

  config {
    name_prefix = "acme-"
  }
}
