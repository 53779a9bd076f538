# Container policies that are not in this configuration yet:
#
#     terraform query -generate-config-out=policies.tf

list "mediastore_container_policy" "readers" {
  provider = mediastore

  config {
    name_prefix = "acme-"
  }
}
