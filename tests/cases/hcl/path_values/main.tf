output "value" { value = [path.root, basename(path.module), "${path.module}/x"] }
