//! `[trust]`: whom and what the owner of the containers counts as their own.
//!
//! ```toml
//! [trust]
//! accounts = ["111122223333"]
//! organizations = ["o-a1b2c3d4e5"]
//! networks = ["203.0.113.0/24", "2001:db8::/48"]
//! ```

use mediastore_policy::analyse::TrustZone;
use mediastore_policy::arn;
use mediastore_policy::condition::ip::Network;
use schemars::JsonSchema;
use serde::Deserialize;

/// The trust zone as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
    pub distributions: Vec<DistributionArn>,
    /// Service names trusted on anybody's behalf.
    pub services: Vec<String>,
}

/// Twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^[0-9]{12}$"))]
pub struct AccountId(String);

impl TryFrom<String> for AccountId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(Self(text)),
            false => Err(format!("`{text}` is not an account id: it has twelve digits")),
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^o-[a-z0-9]{10,32}$"))]
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

/// The ARN of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^arn:"))]
pub struct DistributionArn(String);

impl DistributionArn {
    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DistributionArn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match arn::split(&text) {
            Some(["arn", ..]) => Ok(Self(text)),
            _ => Err(format!(
                "`{text}` is not an ARN, such as `arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE`"
            )),
        }
    }
}

/// An address or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline)]
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
            sources: self.distributions.iter().map(|distribution| distribution.0.clone()).collect(),
            services: self.services.clone(),
            ..TrustZone::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_zone_is_read() {
        let text = "[trust]\naccounts = ['111122223333']\norganizations = ['o-a1b2c3d4e5']\nnetworks = ['203.0.113.7', '2001:db8::/48']\n";
        let zone =
            Config::parse(text).expect("a configuration").trust.zone(&["444455556666".parse().expect("an account")]);
        assert_eq!(zone.accounts, ["111122223333", "444455556666"]);
        assert_eq!(zone.networks.len(), 2);
    }
}
