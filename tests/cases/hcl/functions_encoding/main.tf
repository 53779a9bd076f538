output "value" {
  value = [base64encode("hällo"), base64decode("aGVsbG8="), urlencode("a b/c?d=é&x+y"), jsonencode({ b = [1, "a", null, true], a = "<&>\"\\/\n\t\u2028é" }), jsondecode("{\"x\": [1, {\"y\": null}], \"a\": \"b\"}"), csvdecode("a,b\n1,2\n\"x,y\",\"q\"\"r\"\n"), jsonencode("text"), jsonencode(1.50), jsonencode(toset(["b", "a"])), jsonencode({})]
}
