from_last_auto = <<-EOT
  c.auto.tfvars
EOT
