output "value" { value = "{\n  \"a\": ${indent(2, jsonencode({ x = [1, 2] }))}\n}" }
