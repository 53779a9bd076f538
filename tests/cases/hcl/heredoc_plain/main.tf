locals { who = "world" }
output "value" {
  value = <<EOF
Hello ${local.who},
  indented
	tab

$${escaped} %%{escaped} "quotes" back\slash\n
EOF
}
