module "live" {
  source   = "./live"
  for_each = { eu = true, us = false }
  name     = "live_${each.key}"
  public   = each.value
}
