locals {
  at = "2018-11-02T03:02:01+05:30"
}
output "value" {
  value = [
    formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z"),
    formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z"),
    formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00"),
    formatdate("h:H:D:M:MMMM:s:m:AA:Z:ZZZZ:ZZZZZ:YYYY'quo''ted'", local.at),
    formatdate("ZZZZ ZZZZZ Z ZZZ", "2018-11-02T03:02:01Z"),
    formatdate("HH:mmaa", "2018-01-02T00:12:01Z"),
    formatdate("H:mmaa (é)", "2018-01-02T12:12:01.25Z"),
    timeadd("2017-11-22T00:00:00Z", "10m"),
    timeadd("2017-11-22T00:00:00Z", "-1.5h10m3s5ms"),
    timeadd("2017-11-22T00:00:00+02:00", "100h"),
    timeadd("2017-11-22T00:00:00.5Z", "1ms"),
    timeadd("2017-11-22T00:00:00Z", "0"),
    timeadd("2017-02-28T23:59:59Z", "+1s"),
    timeadd("2017-11-22T00:00:00Z", "1500us2ns"),
    timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00"),
    timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z"),
    timecmp(local.at, "2017-11-22T01:00:00Z"),
    can(timeadd("2017-11-22", "1h")),
    can(timeadd("2017-11-22T00:00:00Z", "1d")),
    can(formatdate("X", local.at)),
    can(formatdate("YYY", local.at)),
    can(formatdate("'open", local.at)),
  ]
}
