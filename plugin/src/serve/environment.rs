//! What the launcher passes in through environment variables. Reads, checks the form, and decides nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use super::Error;

/// Sent by Terraform and OpenTofu to every provider. It proves nothing; it tells a launch from a double click.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What was passed in.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The cookie is right.
    pub launched: bool,
    /// The client's certificate in PEM; its presence asks for mutual TLS.
    pub client_certificate: Option<String>,
    /// The closed range of TCP ports to use; zeros leave the choice to the system.
    pub ports: (u16, u16),
    /// Where to put the socket.
    pub socket_directory: Option<PathBuf>,
    /// Which group may connect to the socket, by name or number.
    pub socket_group: Option<String>,
    /// The client knows the handshake's seventh field and expects it.
    pub multiplex: bool,
}

impl Environment {
    pub(super) fn of_process() -> Result<Self, Error> {
        Self::read(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    /// `lookup` returns the variable's value unless it is unset or empty.
    fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let text = |name| lookup(name).map(|value: OsString| value.to_string_lossy().into_owned());
        let port = |name: &'static str| match text(name) {
            None => Ok(0),
            Some(value) => value.parse().map_err(|_| Error::Port { name, value }),
        };
        let (name, value) = COOKIE;
        Ok(Self {
            launched: lookup(name).is_some_and(|given| given == value),
            client_certificate: text("PLUGIN_CLIENT_CERT"),
            ports: (port("PLUGIN_MIN_PORT")?, port("PLUGIN_MAX_PORT")?),
            socket_directory: lookup("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP"),
            multiplex: lookup("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(variables: &[(&str, &str)]) -> Result<Environment, Error> {
        Environment::read(|name| variables.iter().find(|(given, _)| *given == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn only_the_exact_cookie_is_a_launch() {
        let (name, value) = COOKIE;
        let upper = value.to_uppercase();
        for (variables, launched) in [
            (vec![(name, value)], true),
            (vec![(name, "")], false),
            (vec![(name, upper.as_str())], false),
            (vec![("TF_PLUGIN_MAGIC", value)], false),
            (vec![], false),
        ] {
            assert_eq!(read(&variables).unwrap().launched, launched, "{variables:?}");
        }
    }

    #[test]
    fn ports_are_numbers_or_left_to_the_system() {
        let range = |min, max| read(&[("PLUGIN_MIN_PORT", min), ("PLUGIN_MAX_PORT", max)]).unwrap().ports;
        assert_eq!(range("10000", "25000"), (10000, 25000));
        assert_eq!(read(&[]).unwrap().ports, (0, 0));
        let error = read(&[("PLUGIN_MIN_PORT", "70000")]).unwrap_err();
        assert_eq!(error.to_string(), "`PLUGIN_MIN_PORT` is not a port number: `70000`");
    }
}
