output "value" {
  value = [file("${path.module}/note.txt"), fileexists("${path.module}/note.txt"), fileexists("${path.module}/none.txt"), filemd5("${path.module}/note.txt"), filesha256("${path.module}/note.txt"), filebase64("${path.module}/note.txt"), basename("a/b/c.txt"), dirname("a/b/c.txt"), basename("x"), dirname("x"), basename(path.module), path.root]
}
