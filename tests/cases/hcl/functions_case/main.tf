output "value" {
  value = [lower("ABC É"), upper("abc é"), title("hello wORLD foo-bar"), strrev("abc"), trimspace("  a b \n"), chomp("a\n\n"), trim("??a?!", "?!"), trimprefix("hello", "he"), trimsuffix("hello", "lo"), indent(2, "a\nb\nc"), length("größe")]
}
