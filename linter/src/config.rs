//! The configuration file, `mediastore-lint.toml`: for now the trust zone.
//!
//! ```toml
//! [trust]
//! accounts = ["111122223333"]
//! organizations = ["o-a1b2c3d4e5"]
//! networks = ["203.0.113.0/24", "2001:db8::/48"]
//! ```

use std::path::{Path, PathBuf};

use mediastore_policy::analyse::TrustZone;
use mediastore_policy::condition::ip::Network;
use serde::Deserialize;

/// A configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whom and what the owner counts as their own.
    pub trust: Trust,
}

/// The trust zone as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// Account ids, the containers' own among them.
    pub accounts: Vec<AccountId>,
    /// Organization ids.
    pub organizations: Vec<OrganizationId>,
    /// Addresses and CIDR blocks.
    pub networks: Vec<Cidr>,
    /// VPC ids.
    pub vpcs: Vec<String>,
    /// VPC endpoint ids.
    pub vpc_endpoints: Vec<String>,
    /// ARNs of distributions whose requests are the owner's, whatever their account.
    pub distributions: Vec<String>,
    /// Service names trusted on anybody's behalf.
    pub services: Vec<String>,
}

/// Twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AccountId(String);

impl TryFrom<String> for AccountId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(Self(text)),
            false => Err(format!("`{text}` is not an account id: twelve digits, in quotes")),
        }
    }
}

impl std::str::FromStr for AccountId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

/// `o-` and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OrganizationId(String);

impl TryFrom<String> for OrganizationId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fits = text.strip_prefix("o-").is_some_and(|rest| {
            (10..=32).contains(&rest.len())
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if fits {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is not an organization id: `o-` and 10 to 32 small letters and digits"))
        }
    }
}

/// An address or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr(Network);

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match Network::parse(&text) {
            Some(Network::Empty) => Err(format!("`{text}` holds no address: the bits behind the prefix must be zero")),
            Some(network) => Ok(Self(network)),
            None => Err(format!("`{text}` is not an address or a CIDR block")),
        }
    }
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be. The message names line, column and the text at fault.
    #[error("in the configuration `{}`: {}", path.display(), source.to_string().trim_end())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not TOML, or has an unknown or ill-formed member.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })
    }
}

impl Trust {
    /// The zone, with further accounts from the command line.
    #[must_use]
    pub fn zone(&self, accounts: &[AccountId]) -> TrustZone {
        TrustZone {
            accounts: self.accounts.iter().chain(accounts).map(|account| account.0.clone()).collect(),
            organizations: self.organizations.iter().map(|organization| organization.0.clone()).collect(),
            networks: self.networks.iter().map(|cidr| cidr.0).collect(),
            vpcs: self.vpcs.clone(),
            endpoints: self.vpc_endpoints.clone(),
            sources: self.distributions.clone(),
            services: self.services.clone(),
            ..TrustZone::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &[&str]) {
        let message = toml::from_str::<Config>(text).expect_err("a fault").to_string();
        for part in expected {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_zone_is_read() {
        let text = "[trust]\naccounts = ['111122223333']\norganizations = ['o-a1b2c3d4e5']\nnetworks = ['203.0.113.7', '2001:db8::/48']\n";
        let zone = toml::from_str::<Config>(text)
            .expect("a configuration")
            .trust
            .zone(&["444455556666".parse().expect("an account")]);
        assert_eq!(zone.accounts, ["111122223333", "444455556666"]);
        assert_eq!(zone.networks.len(), 2);
        assert_eq!(toml::from_str::<Config>("").expect("an empty configuration"), Config::default());
    }

    #[test]
    fn faults_are_named_with_their_place() {
        refuses("[trust]\naccount = '111122223333'\n", &["line 2", "unknown field `account`", "accounts"]);
        refuses("[trusted]\n", &["line 1", "unknown field `trusted`"]);
        refuses("[trust]\naccounts = ['1111']\n", &["line 2", "`1111` is not an account id"]);
        refuses("[trust]\naccounts = [111122223333]\n", &["line 2"]);
        refuses(
            "[trust]\nnetworks = ['10.0.0.0/33']\n",
            &["line 2", "`10.0.0.0/33` is not an address or a CIDR block"],
        );
        refuses("[trust]\nnetworks = ['2001:db8::1/48']\n", &["holds no address"]);
        refuses("[trust]\norganizations = ['O-1']\n", &["is not an organization id"]);
    }
}
