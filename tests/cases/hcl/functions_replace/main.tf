output "value" {
  value = [replace("a-b-c", "-", "_"), replace("a1b22", "/[0-9]+/", "#"), replace("hello", "/(h)(e)/", "$2$1"), replace("x", "y", "z"), regex("[a-z]+", "12abc34"), regex("(\\d+)-(\\d+)", "10-20"), regex("(?P<k>[a-z]+)=(?P<v>\\d+)", "a=1"), regexall("[a-z]", "1a2b"), length(regexall("x", "abc"))]
}
