locals { x = "X" }
output "value" {
  value = [
    <<EOT
one   ${~ local.x ~}   two
   ${local.x ~}

   three
EOT
    ,
    "one   ${~ local.x ~}   two\n   ${local.x ~}\n\n   three",
    <<-EOT
      a
      ${~ local.x ~}
      b
    EOT
  ]
}
