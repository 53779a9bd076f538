output "value" {
  value = [substr("hello world", 1, 4), substr("hello", -3, -1), substr("hello", 2, -1), substr("hi", 0, 10), startswith("abc", "ab"), endswith("abc", "bc"), strcontains("abc", "d"), strcontains("abc", "b")]
}
