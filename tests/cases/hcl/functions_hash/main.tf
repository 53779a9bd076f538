output "value" {
  value = [md5("abc"), sha1("abc"), sha256("abc"), sha512("abc"), base64sha256("abc"), base64sha512("abc"), substr(sha256("x"), 0, 8)]
}
