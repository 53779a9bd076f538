terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

resource "mediastore_container" "vod" {
  name = "acme-vod"
}

# What every container of the organisation starts from; a statement below with the same Sid would replace its own.
data "mediastore_policy_document" "baseline" {
  statement {
    sid       = "OwnerWritesOverHttps"
    actions   = ["mediastore:*"]
    resources = ["${mediastore_container.vod.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["000000000000"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
  }
}

data "mediastore_policy_document" "vod" {
  source_policy_documents = [data.mediastore_policy_document.baseline.json]

  statement {
    sid       = "CloudFrontReads"
    actions   = ["mediastore:GetObject"]
    resources = ["${mediastore_container.vod.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudfront::000000000000:distribution/E2EXAMPLE"]
    }
  }
}

resource "mediastore_container_policy" "vod" {
  container_name = mediastore_container.vod.name
  policy         = data.mediastore_policy_document.vod.json
}

check "only_we_and_our_distribution" {
  assert {
    condition     = contains(["trusted", "none"], provider::mediastore::exposure(mediastore_container_policy.vod.policy).class)
    error_message = "The policy lets somebody else in."
  }
}
