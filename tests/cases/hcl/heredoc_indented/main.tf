locals { who = "world" }
output "value" {
  value = {
    a = <<-EOF
      first
        second

      third ${local.who}
    EOF
    b = <<-EOT
        ${local.who} starts
          then
      least
      EOT
    c = <<-X
    flush
	  tab and space
    X
    d = <<-EMPTY
    EMPTY
    e = <<-EOF
      blank line of spaces follows
   
      end
    EOF
  }
}
