# CORS policies that are not in this configuration yet:
#
#     terraform query -generate-config-out=cors.tf

list "mediastore_cors_policy" "pages" {
  provider = mediastore

  config {
    name_prefix = "acme-"
  }
}
