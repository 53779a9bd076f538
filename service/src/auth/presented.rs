//! What a request says about its own signature, in the Authorization header or in the query of a presigned URL: read
//! strictly, believed in nothing. The grammar is that of AWS Signature Version 4.

use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use super::canonical;
use super::credentials::is_access_key;
use super::refusal::{Kind, Refusal};
use crate::config::Region;
use crate::hex::hex32;

/// The only algorithm.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a credential scope ends with.
const SCOPE_END: &str = "aws4_request";

/// The signing name of both planes.
const SERVICE: &str = "mediastore";

/// Longest life of a presigned URL, in seconds: seven days.
const LONGEST_EXPIRY: u32 = 604_800;

const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// A signature as a request presents it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Presented {
    pub(super) access_key: String,
    pub(super) region: Region,
    /// Names of signed headers, in small letters, sorted, each once.
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: [u8; 32],
    /// When it was signed, as the string to sign has it.
    pub(super) amz_date: String,
    /// The same, in milliseconds since 1970.
    pub(super) signed_at: i64,
    /// Seconds that a presigned URL holds; none for a signed header.
    pub(super) expires: Option<u32>,
    pub(super) session_token: Option<String>,
}

impl Presented {
    /// Date, region, service and end mark.
    pub(super) fn scope(&self) -> String {
        format!("{}/{}/{SERVICE}/{SCOPE_END}", self.day(), self.region)
    }

    /// The day of the credential scope, which is that of the time.
    pub(super) fn day(&self) -> &str {
        self.amz_date.split('T').next().unwrap_or_default()
    }
}

/// The signature of a request, or `None` if it has none.
pub(super) fn presented(head: &Parts) -> Result<Option<Presented>, Refusal> {
    let query = canonical::query_pairs(head.uri.query().unwrap_or_default());
    let in_query = query.iter().any(|(name, _)| name == "X-Amz-Signature" || name == "X-Amz-Algorithm");
    let mut headers = head.headers.get_all(AUTHORIZATION).iter();
    match (headers.next(), headers.next(), in_query) {
        (None, _, false) => Ok(None),
        (None, _, true) => in_the_query(&query).map(Some),
        (Some(value), None, false) => {
            let value = value.to_str().map_err(|_| Refusal::incomplete("the Authorization header is not text"))?;
            in_the_header(value, &head.headers).map(Some)
        }
        (Some(_), Some(_), _) => Err(Refusal::incomplete("there is more than one Authorization header")),
        (Some(_), None, true) => {
            Err(Refusal::incomplete("a request is signed in its Authorization header or in its query, not in both"))
        }
    }
}

fn in_the_header(value: &str, headers: &HeaderMap) -> Result<Presented, Refusal> {
    let wrong = |what: &str| Refusal::incomplete(format!("the Authorization header {what}"));
    let fields = match value.trim().split_once([' ', '\t']) {
        Some((ALGORITHM, fields)) => fields,
        _ => return Err(wrong(&format!("is not of {ALGORITHM}"))),
    };
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for field in fields.split(',') {
        let (name, value) = field.trim().split_once('=').ok_or_else(|| wrong("has a part that is no `name=value`"))?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(wrong("has a part that is none of Credential, SignedHeaders and Signature")),
        };
        if place.replace(value).is_some() {
            return Err(wrong(&format!("has `{name}` twice")));
        }
    }
    let (amz_date, signed_at) = time_in_headers(headers)?;
    let session_token = single(headers, &SECURITY_TOKEN)?.map(str::to_owned);
    read(Raw {
        credential: credential.ok_or_else(|| wrong("has no `Credential`"))?,
        signed_headers: signed_headers.ok_or_else(|| wrong("has no `SignedHeaders`"))?,
        signature: signature.ok_or_else(|| wrong("has no `Signature`"))?,
        amz_date,
        signed_at,
        expires: None,
        session_token,
    })
}

fn in_the_query(query: &[(String, String)]) -> Result<Presented, Refusal> {
    let find = |name: &str| -> Result<Option<&str>, Refusal> {
        let mut found = query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (found.next(), found.next()) {
            (value, None) => Ok(value),
            _ => Err(Refusal::incomplete(format!("the query has `{name}` twice"))),
        }
    };
    let required = |name: &str| {
        find(name)?.ok_or_else(|| Refusal::incomplete(format!("a presigned URL needs `{name}` in its query")))
    };
    if required("X-Amz-Algorithm")? != ALGORITHM {
        return Err(Refusal::incomplete(format!("`X-Amz-Algorithm` is not {ALGORITHM}")));
    }
    let amz_date = required("X-Amz-Date")?;
    let signed_at = basic_time(amz_date).ok_or_else(|| bad_time("X-Amz-Date"))?;
    let expires = required("X-Amz-Expires")?;
    let digits = !expires.is_empty() && expires.bytes().all(|byte| byte.is_ascii_digit());
    let expires = expires.parse().ok().filter(|seconds| digits && (1..=LONGEST_EXPIRY).contains(seconds));
    let expires = expires
        .ok_or_else(|| Refusal::incomplete(format!("`X-Amz-Expires` is no number from 1 to {LONGEST_EXPIRY}")))?;
    read(Raw {
        credential: required("X-Amz-Credential")?,
        signed_headers: required("X-Amz-SignedHeaders")?,
        signature: required("X-Amz-Signature")?,
        amz_date: amz_date.to_owned(),
        signed_at,
        expires: Some(expires),
        session_token: find("X-Amz-Security-Token")?.map(str::to_owned),
    })
}

/// The parts of a signature before they are looked into.
struct Raw<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    amz_date: String,
    signed_at: i64,
    expires: Option<u32>,
    session_token: Option<String>,
}

fn read(raw: Raw<'_>) -> Result<Presented, Refusal> {
    let form = || {
        Refusal::incomplete(format!(
            "the credential is not of the form `<access key>/<date>/<region>/{SERVICE}/{SCOPE_END}`"
        ))
    };
    let parts: Vec<&str> = raw.credential.split('/').collect();
    let [access_key, day, region, service, SCOPE_END] = parts[..] else {
        return Err(form());
    };
    if !is_access_key(access_key) {
        return Err(form());
    }
    let region = region.parse().map_err(|_| form())?;
    if service != SERVICE {
        return Err(Refusal::invalid(format!("Credential should be scoped to correct service: '{SERVICE}'")));
    }
    let signed_headers: Vec<String> = raw.signed_headers.split(';').map(str::to_owned).collect();
    let known = |name: &String| HeaderName::from_lowercase(name.as_bytes()).is_ok();
    if !signed_headers.iter().all(known) || !signed_headers.is_sorted_by(|one, next| one < next) {
        return Err(Refusal::incomplete(
            "the signed headers are not names in small letters, sorted, each once, with `;` between them",
        ));
    }
    if !signed_headers.iter().any(|name| name == "host") {
        return Err(Refusal::invalid("'Host' must be a 'SignedHeader' in the AWS Authorization"));
    }
    let signature = hex32(raw.signature)
        .ok_or_else(|| Refusal::incomplete("the signature is not 64 hexadecimal digits in small letters"))?;
    let presented = Presented {
        access_key: access_key.to_owned(),
        region,
        signed_headers,
        signature,
        amz_date: raw.amz_date,
        signed_at: raw.signed_at,
        expires: raw.expires,
        session_token: raw.session_token,
    };
    if presented.day() != day {
        return Err(Refusal::invalid("the date of the credential scope is not the day of the request's time"));
    }
    Ok(presented)
}

/// The time of a request that is signed in its header: `X-Amz-Date`, or else `Date`.
fn time_in_headers(headers: &HeaderMap) -> Result<(String, i64), Refusal> {
    if let Some(text) = single(headers, &AMZ_DATE)? {
        let signed_at = basic_time(text).ok_or_else(|| bad_time("X-Amz-Date"))?;
        return Ok((text.to_owned(), signed_at));
    }
    let Some(text) = single(headers, &DATE)? else {
        return Err(Refusal::incomplete("a signed request needs the header X-Amz-Date, or Date"));
    };
    let time = rfc2822::parse(text).map_err(|_| Refusal::incomplete("the header Date is no date"))?.timestamp();
    Ok((basic(time.as_millisecond()), time.as_millisecond()))
}

fn bad_time(name: &str) -> Refusal {
    Refusal::incomplete(format!("`{name}` is not of the form `20060102T150405Z`"))
}

fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text.trim())),
            Err(_) => Err(Refusal::incomplete(format!("the header {name} is not text"))),
        },
        (Some(_), Some(_)) => Err(Refusal::new(Kind::Incomplete, format!("there is more than one header {name}"))),
    }
}

/// Milliseconds since 1970 of `20060102T150405Z`.
fn basic_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| -> Option<i16> {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let two = |at: usize| digits(at..at + 2).and_then(|number| i8::try_from(number).ok());
    let civil = DateTime::new(digits(0..4)?, two(4)?, two(6)?, two(9)?, two(11)?, two(13)?, 0).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// `20060102T150405Z` of milliseconds since 1970.
pub(super) fn basic(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::hex::hex;

    const SIGNATURE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_well_formed_header_is_read() {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20261125/eu-west-1/mediastore/aws4_request, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"
        );
        for value in [value.clone(), value.replace(", ", ","), value.replace(", ", " ,\t"), format!(" {value} ")] {
            let head = head("/", &[("authorization", &value), ("x-amz-date", "20261125T174501Z")]);
            let found = presented(&head).unwrap().unwrap();
            assert_eq!((found.access_key.as_str(), found.day(), found.expires), ("AKID", "20261125", None));
            assert_eq!(found.scope(), "20261125/eu-west-1/mediastore/aws4_request");
            assert_eq!(found.signed_at, 1_795_628_701_000);
            assert_eq!(found.signed_headers, ["host", "x-amz-date"]);
            assert_eq!(hex(&found.signature), SIGNATURE);
        }
        let old = [("authorization", value.as_str()), ("date", "Wed, 25 Nov 2026 17:45:01 GMT")];
        assert_eq!(presented(&head("/", &old)).unwrap().unwrap().amz_date, "20261125T174501Z");
        assert_eq!(presented(&head("/?a=b", &[])), Ok(None));
    }

    /// Every way in which a header can be wrong, and the code it gets.
    #[test]
    fn malformed_headers_are_refused() {
        let scope = "AKID/20261125/eu-west-1/mediastore/aws4_request";
        let good = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={SIGNATURE}");
        let long = "A".repeat(129);
        let swap = |from: &str, to: &str| good.replace(from, to);
        let incomplete = [
            String::new(),
            "AWS4-HMAC-SHA256".to_owned(),
            "AWS4-HMAC-SHA256 ".to_owned(),
            "Basic YTpi".to_owned(),
            "Bearer AWS4-HMAC-SHA256".to_owned(),
            swap("AWS4-HMAC-SHA256", "aws4-hmac-sha256"),
            swap("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            swap("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256"),
            swap("Credential=", "credential="),
            swap("Credential=", "Credential:"),
            swap(&format!("Credential={scope}, "), ""),
            swap("SignedHeaders=host, ", ""),
            swap(&format!(", Signature={SIGNATURE}"), ""),
            format!("{good}, Signature={SIGNATURE}"),
            format!("{good}, Extra=1"),
            format!("{good},"),
            swap(", SignedHeaders", "; SignedHeaders"),
            swap("AKID/", ""),
            swap("AKID/", "/"),
            swap("AKID/", "A/KID/"),
            swap("AKID", "AK ID"),
            swap("AKID", "AK%2FID"),
            swap("AKID", &long),
            swap("eu-west-1", ""),
            swap("eu-west-1", "EU"),
            swap("eu-west-1", "../.."),
            swap("aws4_request", "aws4"),
            swap("aws4_request", "aws4_request/"),
            swap("SignedHeaders=host", "SignedHeaders="),
            swap("SignedHeaders=host", "SignedHeaders=Host"),
            swap("SignedHeaders=host", "SignedHeaders=host;"),
            swap("SignedHeaders=host", "SignedHeaders=host;host"),
            swap("SignedHeaders=host", "SignedHeaders=x-a;host"),
            swap("SignedHeaders=host", "SignedHeaders=host x-a"),
            swap(SIGNATURE, ""),
            swap(SIGNATURE, &SIGNATURE[1..]),
            swap(SIGNATURE, &format!("{SIGNATURE}0")),
            swap(SIGNATURE, &SIGNATURE.to_uppercase()),
            swap(SIGNATURE, &format!("g{}", &SIGNATURE[1..])),
        ];
        let invalid = [
            swap("mediastore", "s3"),
            swap("mediastore", "MediaStore"),
            swap("20261125", "20261124"),
            swap("20261125", "2026112"),
            swap("20261125", ""),
            swap("SignedHeaders=host", "SignedHeaders=x-a"),
        ];
        let cases = incomplete.iter().map(|value| (value, Kind::Incomplete));
        for (value, kind) in cases.chain(invalid.iter().map(|value| (value, Kind::Invalid))) {
            let refused = presented(&head("/", &[("authorization", value), ("x-amz-date", "20261125T174501Z")]));
            let refused = refused.expect_err(value);
            assert_eq!(refused.kind, kind, "{value}");
            assert!(!refused.message.contains(&SIGNATURE[1..9]), "a message repeats the signature: {refused}");
        }
        for date in [
            "",
            "20261125",
            "20261125T174501",
            "20261125T174501z",
            "2026-11-25T17:45:01Z",
            "20261325T174501Z",
            "20261131T174501Z",
            "20261125T244501Z",
            "+0261125T174501Z",
            "20261125T174560Z",
            "2026112\u{660}T17450Z",
        ] {
            let refused = presented(&head("/", &[("authorization", &good), ("x-amz-date", date)]));
            assert_eq!(refused.expect_err(date).kind, Kind::Incomplete, "{date}");
        }
        let twice =
            [("authorization", good.as_str()), ("authorization", good.as_str()), ("x-amz-date", "20261125T174501Z")];
        assert!(presented(&head("/", &twice)).is_err());
        assert!(presented(&head("/?X-Amz-Signature=1", &twice[1..])).is_err());
        let two_dates = [twice[1], twice[2], twice[2]];
        assert!(presented(&head("/", &two_dates)).is_err());
        assert!(presented(&head("/", &[twice[0], ("date", "yesterday")])).is_err());
        assert!(presented(&head("/", &twice[..1])).is_err());
    }

    #[test]
    fn presigned_queries_are_read_as_strictly() {
        let good = format!(
            "/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261125%2Feu-west-1%2Fmediastore%2Faws4_request&X-Amz-Date=20261125T174501Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature={SIGNATURE}"
        );
        let found = presented(&head(&good, &[])).unwrap().unwrap();
        assert_eq!((found.access_key.as_str(), found.expires, found.session_token), ("AKID", Some(300), None));
        for (from, to) in [
            ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""),
            ("X-Amz-Expires=300&", ""),
            ("X-Amz-Date=20261125T174501Z&", ""),
            ("=300", "=0"),
            ("=300", "="),
            ("=300", "=%2B300"),
            ("=300", "=604801"),
            ("=300", "=99999999999"),
            ("=300", "=300&X-Amz-Expires=300"),
            ("SignedHeaders=host", "SignedHeaders=host%20"),
            ("%2Fmediastore%2F", "%2Fs3%2F"),
            ("X-Amz-Signature=0", "X-Amz-Signature="),
        ] {
            assert!(presented(&head(&good.replacen(from, to, 1), &[])).is_err(), "{from} to {to}");
        }
    }
}
