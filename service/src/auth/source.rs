//! Where a request comes from and over what: the connection as the server saw it, or as a trusted proxy in front tells it.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The connection that a request came by, to be put among the request's extensions. A request without one comes from this
/// process: from no address, and over nothing that could be listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The address of the other end.
    pub peer: IpAddr,
    /// Whether it is encrypted.
    pub tls: bool,
}

/// Where a request comes from, as conditions of policies see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    /// `aws:SourceIp`; none for this process.
    pub(crate) address: Option<IpAddr>,
    /// `aws:SecureTransport`.
    pub(crate) secure: bool,
}

impl Source {
    /// The source of a request. Its forwarding headers count only if the connection comes from a trusted proxy: anybody can
    /// write them.
    pub(crate) fn of(head: &Parts, trusted: &[IpNet]) -> Self {
        let Some(connection) = head.extensions.get::<Connection>() else {
            return Self { address: None, secure: true };
        };
        let peer = connection.peer.to_canonical();
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
        if !is_trusted(peer) {
            return Self { address: Some(peer), secure: connection.tls };
        }
        // Each proxy adds the address it was called from at the end: the last one that no trusted proxy has is the client.
        let mut address = peer;
        for hop in listed(&head.headers, &FORWARDED_FOR).rev() {
            match read_address(hop) {
                Some(hop) => address = hop,
                None => break,
            }
            if !is_trusted(address) {
                break;
            }
        }
        let proto = listed(&head.headers, &FORWARDED_PROTO).next_back();
        Self {
            address: Some(address),
            secure: proto.map_or(connection.tls, |proto| proto.eq_ignore_ascii_case("https")),
        }
    }
}

/// The items of a header that is a list, over all its lines.
fn listed<'h>(headers: &'h HeaderMap, name: &HeaderName) -> std::vec::IntoIter<&'h str> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("unreadable"));
    lines.flat_map(|line| line.split(',')).map(str::trim).collect::<Vec<_>>().into_iter()
}

/// An address, alone or with a port.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    bare.or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"].map(|network| network.parse::<IpNet>().unwrap());
        // Peer, TLS, forwarded for, forwarded proto; address and security.
        type Case<'a> = (&'a str, bool, &'a [&'a str], &'a [&'a str], &'a str, bool);
        let cases: &[Case<'_>] = &[
            ("198.51.100.1", false, &[], &[], "198.51.100.1", false),
            ("198.51.100.1", true, &[], &[], "198.51.100.1", true),
            ("198.51.100.1", false, &["203.0.113.9"], &["https"], "198.51.100.1", false),
            ("10.0.0.1", false, &["203.0.113.9"], &["https"], "203.0.113.9", true),
            ("::ffff:10.0.0.1", false, &["::ffff:203.0.113.9"], &["HTTPS"], "203.0.113.9", true),
            ("10.0.0.1", false, &[], &[], "10.0.0.1", false),
            ("10.0.0.1", true, &[], &[], "10.0.0.1", true),
            ("10.0.0.1", true, &["203.0.113.9"], &["http"], "203.0.113.9", false),
            // A client's own header comes first and is passed over.
            ("10.0.0.1", false, &["8.8.8.8, 203.0.113.9"], &["https, http"], "203.0.113.9", false),
            ("10.0.0.1", false, &["8.8.8.8", "203.0.113.9, 192.0.2.7"], &["http", "https"], "203.0.113.9", true),
            ("10.0.0.1", false, &["10.1.1.1, 10.2.2.2"], &[], "10.1.1.1", false),
            ("10.0.0.1", false, &["203.0.113.9, nonsense"], &[], "10.0.0.1", false),
            ("2001:db8::1", false, &["[2001:dead::1]:443"], &["https"], "2001:dead::1", true),
            ("10.0.0.1", false, &["203.0.113.9:5000"], &["ftp"], "203.0.113.9", false),
        ];
        for (peer, tls, forwarded, proto, address, secure) in cases {
            let mut request = http::Request::get("/");
            for value in *forwarded {
                request = request.header("x-forwarded-for", *value);
            }
            for value in *proto {
                request = request.header("x-forwarded-proto", *value);
            }
            let connection = Connection { peer: peer.parse().unwrap(), tls: *tls };
            let head = request.extension(connection).body(()).unwrap().into_parts().0;
            let expected = Source { address: Some(address.parse().unwrap()), secure: *secure };
            assert_eq!(Source::of(&head, &trusted), expected, "{peer} {forwarded:?} {proto:?}");
        }
        let head = http::Request::get("/").header("x-forwarded-for", "8.8.8.8").body(()).unwrap().into_parts().0;
        assert_eq!(Source::of(&head, &trusted), Source { address: None, secure: true });
    }
}
