//! What a service is told when it is made: who owns it, where it says it is, and what it holds callers to.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use mediastore_policy::limits;

use crate::auth::Identities;
use crate::faults::Faults;
use crate::tls::Tls;

/// Settings of a [`Service`](crate::Service). The default is the embedded service: account `000000000000` in `us-west-2`, every
/// state change at once, no quota; and nobody who could sign, until it is given identities.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The account that owns every container.
    pub account: Account,
    /// The region meant where a request names none.
    pub region: Region,
    /// Who may sign requests.
    pub identities: Identities,
    /// What a socket is encrypted with; none serves plain HTTP.
    pub tls: Option<Tls>,
    /// Networks of proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where containers say their data plane is.
    pub data_endpoint: DataEndpoint,
    /// How long a container stays CREATING, and DELETING.
    pub state_delay: Duration,
    /// Quotas of the account.
    pub quotas: Quotas,
    /// What a client may take of time and memory.
    pub limits: Limits,
    /// Faults to show to callers; none unless a test asks for some.
    pub faults: Faults,
    /// What time it is.
    pub clock: Clock,
}

/// Quotas that AWS puts on an account. None is the default: they protect a shared service, and this one is its owner's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Most containers per account and region.
    pub containers: Option<usize>,
    /// Most rules in a metric policy; the model's own bound of 300 holds in any case.
    pub metric_rules: Option<usize>,
}

impl Quotas {
    /// What a new AWS account had: 100 containers, 5 metric rules.
    pub const AWS: Self = Self {
        containers: Some(limits::CONTAINERS_PER_ACCOUNT.max),
        metric_rules: Some(limits::METRIC_RULES_QUOTA.max),
    };
}

/// What clients may take of the service's time and memory, whatever they send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. More wait to be accepted.
    pub connections: usize,
    /// How long a client may take to send the head of a request; an idle connection closes after it too.
    pub head_time: Duration,
    /// Most bytes of a request's head, which also bounds the memory of a connection that sends nothing else.
    pub head_bytes: usize,
    /// How long the upload of an object may take.
    pub upload_time: Duration,
    /// How long a client may take none of the bytes that wait for it.
    pub stall_time: Duration,
    /// How long requests in flight get to finish once the end is asked for.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_time: Duration::from_secs(30),
            head_bytes: 64 * 1024,
            upload_time: Duration::from_secs(limits::UPLOAD_SECONDS),
            stall_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(10),
        }
    }
}

/// A setting that cannot be what it was set to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{found}` {expected}")]
pub struct InvalidSetting {
    what: &'static str,
    found: String,
    expected: &'static str,
}

/// An AWS account id: twelve digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account(String);

impl Default for Account {
    fn default() -> Self {
        Self("000000000000".to_owned())
    }
}

impl Account {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Account {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        let expected = "must be twelve digits, such as `000000000000`";
        Err(InvalidSetting { what: "account", found: text.to_owned(), expected })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region name. Any name of the usual form is taken, since this service is in none of AWS's regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

impl Default for Region {
    fn default() -> Self {
        Self("us-west-2".to_owned())
    }
}

impl FromStr for Region {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        let expected = "must be up to 32 small letters, digits and `-`, such as `us-west-2`";
        Err(InvalidSetting { what: "region", found: text.to_owned(), expected })
    }
}

impl Region {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the data plane of a container is: a URL in which `{id}` stands for the container's own label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataEndpoint(String);

impl DataEndpoint {
    /// The port of `mediastored serve` and of endpoints unless told otherwise.
    pub const DEFAULT_PORT: u16 = 8474;

    /// Endpoints on this machine: `http://<id>.data.localhost:<port>`, which resolves to loopback without any set-up.
    #[must_use]
    pub fn local(port: u16) -> Self {
        Self(format!("http://{{id}}.data.localhost:{port}"))
    }

    /// The label in a host that is an endpoint of this service: one of this form, or of [`DataEndpoint::local`], which always resolves.
    pub(crate) fn label(&self, host: &str) -> Option<String> {
        let host = host.to_ascii_lowercase();
        let own = self.0.split_once("://").map_or("", |(_, authority)| authority);
        let own = own.rsplit_once(':').map_or(own, |(name, _)| name).to_ascii_lowercase();
        [own.as_str(), "{id}.data.localhost"].into_iter().find_map(|form| {
            let (before, after) = form.split_once("{id}")?;
            let label = host.strip_prefix(before)?.strip_suffix(after)?;
            (!label.is_empty() && !label.contains('.')).then(|| label.to_owned())
        })
    }

    /// The same over TLS.
    #[must_use]
    pub fn local_tls(port: u16) -> Self {
        Self(format!("https://{{id}}.data.localhost:{port}"))
    }

    /// The endpoint of the container with that label.
    pub(crate) fn of(&self, label: &str) -> String {
        self.0.replace("{id}", label)
    }
}

impl Default for DataEndpoint {
    fn default() -> Self {
        Self::local(Self::DEFAULT_PORT)
    }
}

impl FromStr for DataEndpoint {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let filled = host.map(|host| host.replacen("{id}", "id", 1)).unwrap_or_default();
        let one_id = text.matches("{id}").count() == 1;
        if one_id && filled.parse::<http::uri::Authority>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        let expected = "must be a scheme and host with one `{id}`, such as `http://{id}.data.localhost:8474`";
        Err(InvalidSetting { what: "data endpoint", found: text.to_owned(), expected })
    }
}

/// The time, passed in so that no test waits for it.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// A clock that stands at a time until [`Clock::advance`]. Its clones show the same time.
    #[must_use]
    pub fn standing(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.as_millisecond()))))
    }

    /// Moves a standing clock on, by whole milliseconds. The system's clock goes by itself.
    pub fn advance(&self, by: Duration) {
        if let Self(Some(now)) = self {
            now.fetch_add(milliseconds(by), Ordering::SeqCst);
        }
    }

    /// The time it shows.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now()).unwrap_or_default()
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        match &self.0 {
            None => Timestamp::now().as_millisecond(),
            Some(now) => now.load(Ordering::SeqCst),
        }
    }
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_parsed_not_hoped_for() {
        let cases: &[(Result<(), InvalidSetting>, Option<&str>)] = &[
            ("123456789012".parse::<Account>().map(drop), None),
            (
                "12345678901".parse::<Account>().map(drop),
                Some("account `12345678901` must be twelve digits, such as `000000000000`"),
            ),
            ("eu-north-1".parse::<Region>().map(drop), None),
            (
                "EU North".parse::<Region>().map(drop),
                Some("region `EU North` must be up to 32 small letters, digits and `-`, such as `us-west-2`"),
            ),
            (
                "".parse::<Region>().map(drop),
                Some("region `` must be up to 32 small letters, digits and `-`, such as `us-west-2`"),
            ),
            ("https://{id}.media.example.com".parse::<DataEndpoint>().map(drop), None),
            (
                "http://media.example.com".parse::<DataEndpoint>().map(drop),
                Some(
                    "data endpoint `http://media.example.com` must be a scheme and host with one `{id}`, such as `http://{id}.data.localhost:8474`",
                ),
            ),
        ];
        for (found, expected) in cases {
            assert_eq!(found.as_ref().err().map(ToString::to_string).as_deref(), *expected);
        }
        assert!("ftp://{id}.x".parse::<DataEndpoint>().is_err());
        assert!("http://{id}.{id}.x".parse::<DataEndpoint>().is_err());
        assert!("http://{id}.x/path".parse::<DataEndpoint>().is_err());
    }

    #[test]
    fn an_endpoint_is_the_template_with_the_label() {
        assert_eq!(DataEndpoint::default().of("abc"), "http://abc.data.localhost:8474");
        assert_eq!(DataEndpoint::local(9).of("abc"), "http://abc.data.localhost:9");
    }

    #[test]
    fn clones_of_a_standing_clock_move_together() {
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(clone.now(), 1500);
    }
}
