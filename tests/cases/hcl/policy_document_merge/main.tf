terraform {
  required_providers { mediastore = { source = "mediastore/mediastore" } }
}

data "mediastore_policy_document" "base" {
  statement {
    sid       = "Read"
    actions   = ["mediastore:GetObject", "mediastore:DescribeObject", "mediastore:GetObject"]
    resources = ["arn:aws:mediastore:us-west-2:000000000000:container/x/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
  }
  statement {
    sid         = "Encoder"
    effect      = "Deny"
    not_actions = ["mediastore:PutObject"]
    resources   = ["arn:aws:mediastore:us-west-2:000000000000:container/x/live/*"]
    principals {
      type        = "AWS"
      identifiers = ["444455556666", "111122223333"]
    }
    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/a"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["b", "a"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["c"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:Referer"
      values   = ["https://*"]
    }
  }
}

locals { extra = ["one", "two"] }
data "mediastore_policy_document" "merged" {
  policy_id                 = "merged"
  version                   = "2012-10-17"
  source_policy_documents   = [data.mediastore_policy_document.base.json, jsonencode({ Statement = { Sid = "Single", Effect = "Allow", Principal = "*", Action = "mediastore:GetObject", Resource = "*" } })]
  override_policy_documents = [jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "one", Effect = "Deny", Principal = "*", Action = "*", Resource = "*" }] })]
  statement {
    sid       = "Read"
    actions   = ["mediastore:ListItems"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
  }
  dynamic "statement" {
    for_each = local.extra
    iterator = it
    content {
      sid       = it.value
      actions   = ["mediastore:GetObject"]
      resources = ["arn:aws:mediastore:us-west-2:000000000000:container/${it.value}/*", "arn:aws:mediastore:us-west-2:000000000000:container/n${it.key}/*"]
      dynamic "principals" {
        for_each = { AWS = ["111122223333"], Service = ["medialive.amazonaws.com"] }
        content {
          type        = principals.key
          identifiers = principals.value
        }
      }
    }
  }
}
output "value" { value = jsondecode(data.mediastore_policy_document.merged.json) }
