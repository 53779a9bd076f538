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

output "value" { value = data.mediastore_policy_document.base.json }
