//! The roles that the provider works as: the blocks `assume_role` and `assume_role_with_web_identity`.

use std::path::PathBuf;

use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::schema::{Attribute, Block};
use tf_plugin::timeouts::parse_duration;

use crate::client::{AssumedRole, Token, WebIdentity};

/// The name that a role's session gets where the configuration names none.
const DEFAULT_SESSION_NAME: &str = "terraform-provider-mediastore";

model! {
    /// The `assume_role` block.
    pub struct AssumeRole {
        /// The role.
        pub role_arn: String,
        /// Name of the session.
        pub session_name: String,
        /// The secret that the role's owner asks for.
        pub external_id: String,
        /// A policy that narrows the session.
        pub policy: String,
        /// How long the session lasts.
        pub duration: String,
    }
}

model! {
    /// The `assume_role_with_web_identity` block.
    pub struct AssumeRoleWithWebIdentity {
        /// The role.
        pub role_arn: String,
        /// Name of the session.
        pub session_name: String,
        /// A policy that narrows the session.
        pub policy: String,
        /// How long the session lasts.
        pub duration: String,
        /// The token itself.
        pub web_identity_token: String,
        /// A file with the token.
        pub web_identity_token_file: String,
    }
}

/// The block of a role.
pub(super) fn assume_role() -> Block {
    let block =
        Block::new("A role to work as, on an endpoint. The credentials of the block around it are used to get it.");
    role_attributes(block).attribute(
        Attribute::string("external_id").describe("What the role's owner asks for besides the caller's name."),
    )
}

/// The block of a role by a token.
pub(super) fn web_identity() -> Block {
    let block = Block::new("A role to work as, on an endpoint, by the token of an identity provider.");
    role_attributes(block)
        .attribute(Attribute::string("web_identity_token").sensitive().describe("The token. Better kept in a file."))
        .attribute(Attribute::string("web_identity_token_file").describe("File that holds the token."))
}

fn role_attributes(block: Block) -> Block {
    block
        .attribute(Attribute::string("role_arn").required().describe("ARN of the role.").check_text(|arn| {
            match mediastore_policy::arn::split(arn) {
                Some(["arn", _, "iam", "", _, role]) if role.starts_with("role/") => Ok(()),
                _ => Err(format!("`{arn}` is not a role; it has the form `arn:aws:iam::<account>:role/<name>`")),
            }
        }))
        .attribute(
            Attribute::string("session_name")
                .describe(format!("Name of the session, seen in logs. Default: `{DEFAULT_SESSION_NAME}`.")),
        )
        .attribute(Attribute::string("policy").describe("IAM policy as JSON that narrows what the session may do."))
        .attribute(
            Attribute::string("duration")
                .describe("How long the credentials last before they are renewed, `15m` to `12h`. Default: `1h`.")
                .check_text(check_session),
        )
}

impl AssumeRole {
    /// All its attributes.
    pub(super) fn texts(&self) -> [&Attr<String>; 5] {
        let Self { role_arn, session_name, external_id, policy, duration } = self;
        [role_arn, session_name, external_id, policy, duration]
    }
}

impl AssumeRoleWithWebIdentity {
    /// All its attributes.
    pub(super) fn texts(&self) -> [&Attr<String>; 6] {
        let Self { role_arn, session_name, policy, duration, web_identity_token, web_identity_token_file } = self;
        [role_arn, session_name, policy, duration, web_identity_token, web_identity_token_file]
    }
}

impl From<AssumeRole> for AssumedRole {
    fn from(block: AssumeRole) -> AssumedRole {
        AssumedRole {
            arn: block.role_arn.text().to_owned(),
            session_name: session_name(block.session_name),
            external_id: block.external_id.into_known(),
            policy: block.policy.into_known(),
            duration: block.duration.known().and_then(|text| parse_duration(text).ok()),
        }
    }
}

impl From<AssumeRoleWithWebIdentity> for WebIdentity {
    fn from(block: AssumeRoleWithWebIdentity) -> WebIdentity {
        let token = match block.web_identity_token.into_known() {
            Some(token) => Token::Text(token),
            None => Token::File(PathBuf::from(block.web_identity_token_file.text())),
        };
        WebIdentity {
            role: AssumedRole {
                arn: block.role_arn.text().to_owned(),
                session_name: session_name(block.session_name),
                external_id: None,
                policy: block.policy.into_known(),
                duration: block.duration.known().and_then(|text| parse_duration(text).ok()),
            },
            token,
        }
    }
}

fn session_name(given: Attr<String>) -> String {
    given.into_known().unwrap_or(DEFAULT_SESSION_NAME.to_owned())
}

fn check_session(text: &str) -> Result<(), String> {
    let minutes = parse_duration(text).map_err(|error| error.to_string())?.as_secs() / 60;
    if (15..=12 * 60).contains(&minutes) {
        return Ok(());
    }
    Err(format!("a session lasts `15m` to `12h`, not `{text}`"))
}
