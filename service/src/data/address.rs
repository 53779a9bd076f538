//! The address of a request: which container's endpoint it is for, and the path on it.
//!
//! An endpoint is a host of its own, `<label>.data.localhost` or what the configuration makes of it. Clients that cannot have one host per
//! container put `/data/<label>` before the path instead, on any other host; there a container's name does as well.

use http::Uri;
use http::header::HOST;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::config::DataEndpoint;
use crate::error::ApiError;

/// What precedes the container in a path that names one.
const PREFIX: &str = "/data/";

/// A container and a path on its endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The label of the container, or where `named` says so, perhaps its name.
    pub(super) container: String,
    pub(super) named: bool,
    /// Decoded, without leading slashes: the SDKs put one more in front of a path that begins with one.
    pub(super) path: String,
}

impl Address {
    /// The address of a request, or `None` where it is for no container's endpoint.
    ///
    /// # Errors
    /// When the path cannot be decoded.
    pub(crate) fn of(head: &Parts, endpoint: &DataEndpoint) -> Result<Option<Self>, ApiError> {
        // A request in absolute form says where it goes; its Host header then counts for nothing.
        let host = match head.uri.host() {
            Some(host) => host,
            None => head.headers.get(HOST).and_then(|host| host.to_str().ok()).map_or("", without_port),
        };
        if let Some(label) = endpoint.label(host) {
            return Ok(Some(Self { container: label, named: false, path: decoded(head.uri.path())? }));
        }
        let Some((container, path)) = below_prefix(&head.uri) else {
            return Ok(None);
        };
        Ok(Some(Self { container: decoded(container)?, named: true, path: decoded(path)? }))
    }
}

/// The endpoint that a server announced for a container, in the form in which its client can reach it. Names below `localhost` are
/// not known to every resolver, and are the wrong machine or port where the server is behind something; what announces them answers
/// below a path of its own address too.
#[must_use]
pub fn reachable_endpoint(server: &str, announced: &str) -> String {
    let host = announced.split_once("://").map_or("", |(_, host)| host);
    match without_port(host.trim_end_matches('/')).split_once('.') {
        Some((label, domain)) if domain == "localhost" || domain.ends_with(".localhost") => {
            format!("{}{PREFIX}{label}", server.trim_end_matches('/'))
        }
        _ => announced.to_owned(),
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Splits `/data/<container>/<path>`.
fn below_prefix(uri: &Uri) -> Option<(&str, &str)> {
    let rest = uri.path().strip_prefix(PREFIX)?;
    let (container, path) = rest.split_once('/').unwrap_or((rest, ""));
    (!container.is_empty()).then_some((container, path))
}

fn decoded(path: &str) -> Result<String, ApiError> {
    let path = path.trim_start_matches('/');
    match percent_decode_str(path).decode_utf8() {
        // Decoded slashes lead no less than others.
        Ok(decoded) => Ok(decoded.trim_start_matches('/').to_owned()),
        Err(_) => Err(ApiError::validation(&[format!("Path: `{path}` is not UTF-8")])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str, uri: &str) -> Option<(String, bool, String)> {
        let request = http::Request::get(uri).header(HOST, host).body(()).unwrap();
        let endpoint = "https://{id}.media.example.com".parse().unwrap();
        let address = Address::of(&request.into_parts().0, &endpoint).unwrap()?;
        Some((address.container, address.named, address.path))
    }

    #[test]
    fn hosts_and_prefixes_name_containers() {
        let at = |container: &str, named: bool, path: &str| Some((container.to_owned(), named, path.to_owned()));
        let cases = [
            ("abc.data.localhost:8474", "/a/b.ts", at("abc", false, "a/b.ts")),
            ("ABC.Data.LocalHost", "//a/b.ts", at("abc", false, "a/b.ts")),
            ("abc.media.example.com", "/a%3Db%3Ac", at("abc", false, "a=b:c")),
            ("abc.media.example.com:443", "/?Path=x", at("abc", false, "")),
            ("abc.data.localhost", "/data/x/y", at("abc", false, "data/x/y")),
            ("127.0.0.1:8474", "/data/abc/a/b.ts", at("abc", true, "a/b.ts")),
            ("127.0.0.1:8474", "/data/Live-1//a", at("Live-1", true, "a")),
            ("127.0.0.1:8474", "/data/abc", at("abc", true, "")),
            ("127.0.0.1:8474", "/data/abc/?Path=x", at("abc", true, "")),
            ("other.example.com", "http://abc.data.localhost:8474/a", at("abc", false, "a")),
            ("abc.data.localhost", "http://127.0.0.1:8474/a", None),
            ("127.0.0.1:8474", "/", None),
            ("127.0.0.1:8474", "/data/", None),
            ("127.0.0.1:8474", "/data", None),
            ("a.b.data.localhost", "/a", None),
            (".data.localhost", "/a", None),
            ("data.localhost", "/a", None),
            ("[::1]:8474", "/data/abc/a", at("abc", true, "a")),
            ("", "/a", None),
        ];
        for (host, uri, expected) in cases {
            assert_eq!(address(host, uri), expected, "{host} {uri}");
        }
    }

    #[test]
    fn an_endpoint_below_localhost_is_reached_by_a_path_of_the_server() {
        for (server, announced, expected) in [
            ("http://127.0.0.1:9000", "http://abc.data.localhost:8474", "http://127.0.0.1:9000/data/abc"),
            ("https://media.example.com/", "https://abc.data.localhost", "https://media.example.com/data/abc"),
            ("http://127.0.0.1:9000", "http://abc.localhost:8474/", "http://127.0.0.1:9000/data/abc"),
            ("http://127.0.0.1:9000", "https://abc.media.example.com", "https://abc.media.example.com"),
            ("http://127.0.0.1:9000", "http://localhost:8474", "http://localhost:8474"),
            ("http://127.0.0.1:9000", "http://localhost.example.com", "http://localhost.example.com"),
            ("http://127.0.0.1:9000", "http://notlocalhost:1", "http://notlocalhost:1"),
            ("http://127.0.0.1:9000", "", ""),
        ] {
            assert_eq!(reachable_endpoint(server, announced), expected, "{announced}");
        }
    }

    #[test]
    fn a_path_that_is_no_text_is_refused() {
        let request = http::Request::get("/%ff").header(HOST, "abc.data.localhost").body(()).unwrap();
        assert!(Address::of(&request.into_parts().0, &DataEndpoint::default()).is_err());
    }
}
