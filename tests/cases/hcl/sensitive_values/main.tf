variable "secret" {
  default   = "s3cr3t"
  sensitive = true
}
output "value" { value = [nonsensitive(length("plain")), "known"] }
