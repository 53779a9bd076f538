locals { account = "111122223333" }
output "value" {
  value = jsondecode(<<-JSON
    {
      "Principal": {"AWS": "arn:aws:iam::${local.account}:root"},
      "Action": ${jsonencode(["a", "b"])},
      "Nested": [1, 2.50, -3e2, true, null]
    }
  JSON
  )
}
