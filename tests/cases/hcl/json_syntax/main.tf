locals { from_hcl = "hcl" }
output "hcl" { value = [local.from_json, var.json, terraform_data.j.input] }
