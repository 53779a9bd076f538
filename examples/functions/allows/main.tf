terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# One request, decided by one policy: a test of the policy beside the policy.

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

check "only_over_https" {
  assert {
    condition = !provider::mediastore::allows(mediastore_container_policy.live.policy, {
      principal = "*"
      action    = "mediastore:GetObject"
      resource  = "${mediastore_container.live.arn}/live/a.m3u8"
      context   = { "aws:SecureTransport" = ["false"] }
    })
    error_message = "The container can be read without TLS."
  }
}
