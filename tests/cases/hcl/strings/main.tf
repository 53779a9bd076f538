output "value" {
  value = {
    plain     = "a"
    escapes   = "tab\there \"quoted\" back\\slash \u00e9 \U0001F600 line\nbreak"
    dollar    = "$5 and 10% and $$ and %%"
    escaped   = "$${not} %%{this}"
    empty     = ""
    brackets  = "{}[]()"
    unicode   = "größe 日本"
  }
}
