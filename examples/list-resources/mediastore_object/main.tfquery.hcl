# Objects of a container that are not in this configuration yet:
#
#     terraform query -generate-config-out=objects.tf

list "mediastore_object" "pages" {
  provider = mediastore

  config {
    container_name = "acme-live"
    path_prefix    = "pages/"
  }
}
