# Containers that are not in this configuration yet:
#
#     terraform query
#     terraform query -generate-config-out=containers.tf
#
# The second writes `resource` and `import` blocks for all that are found.

list "mediastore_container" "live" {
  provider = mediastore
  limit    = 50

  config {
    name_prefix = "acme-live-"
  }
}
