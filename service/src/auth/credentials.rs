//! Who may sign, and with what: access keys, their secrets, and the principals they stand for.
//!
//! They come from a file of the operator, which is read again when it changes; or from a key pair that was made by chance for
//! the owner. Nothing here prints a secret, not even in the error for a file that cannot be understood.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mediastore_policy::keys::{self, Control};
use mediastore_policy::request::{Caller, Context};
use serde_json::{Map, Value};

use crate::config::Account;
use crate::hex::hex;

/// The file in a data folder that holds the owner's generated key, in the form of an AWS credentials file.
pub const OWNER_KEY_FILE: &str = "credentials";

/// A secret that no `{:?}` shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// One access key and whom it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) access_key: String,
    pub(super) secret: Secret,
    session_token: Option<Secret>,
    /// The principal.
    pub(crate) caller: Caller,
    /// Whether it may do everything in its own account, as an administrator's identity policy would have it.
    pub(crate) admin: bool,
    /// Condition keys that follow from the principal: those of its kind, and what the file adds.
    pub(crate) context: Context,
}

impl Identity {
    fn new(access_key: &str, secret: &str, caller: Caller) -> Self {
        let admin = matches!(caller, Caller::Root { .. });
        let context = caller.implied_context();
        let (access_key, secret) = (access_key.to_owned(), Secret(secret.to_owned()));
        Self { access_key, secret, session_token: None, caller, admin, context }
    }

    /// Whether a request carries the session token of this key, or none if it has none. Takes constant time.
    pub(super) fn has_token(&self, presented: Option<&str>) -> bool {
        match (&self.session_token, presented) {
            (None, None) => true,
            (Some(token), Some(presented)) => verify_slices_are_equal(token.0.as_bytes(), presented.as_bytes()).is_ok(),
            _ => false,
        }
    }
}

/// The key pair of an owner.
#[derive(Clone)]
pub struct OwnerKey {
    /// The access key.
    pub access_key: String,
    secret: Secret,
}

impl OwnerKey {
    /// The secret key, for whoever signs.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        self.secret.expose()
    }

    /// The key that a data folder keeps; the first who asks makes it.
    ///
    /// # Errors
    /// The file cannot be made, read or understood.
    pub fn of_folder(data_dir: &Path) -> Result<Self, CredentialsError> {
        read_file(&owner_key_file(data_dir)?, profile)
    }

    fn generate() -> io::Result<Self> {
        let mut bytes = [0; 42];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        let (name, secret) = bytes.split_at(12);
        let access_key = format!("MEDIASTORE{}", hex(name).to_ascii_uppercase());
        Ok(Self { access_key, secret: Secret(URL_SAFE_NO_PAD.encode(secret)) })
    }

    fn identity(&self, account: &Account) -> Identity {
        let root = Caller::Root { partition: "aws".to_owned(), account: account.to_string() };
        Identity::new(&self.access_key, self.secret.expose(), root)
    }
}

impl fmt::Debug for OwnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerKey").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Credentials that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read.
    #[error("the credentials file `{path}` cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be understood. The message shows nothing of its content but names.
    #[error("the credentials file `{path}` makes no sense: {message}")]
    Meaning {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// The owner's key cannot be kept.
    #[error("the owner's key cannot be kept in `{path}`")]
    Keep {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system gives no randomness for a key.
    #[error("no key can be made")]
    Generate(#[source] io::Error),
}

type Keys = HashMap<String, Arc<Identity>>;

/// Everybody who may sign. Clones are the same set. The default is nobody.
#[derive(Clone, Default)]
pub struct Identities(Arc<Inner>);

#[derive(Default)]
struct Inner {
    keys: RwLock<Keys>,
    file: Option<Watched>,
}

/// A file that is read again once it is another.
struct Watched {
    path: PathBuf,
    form: Form,
    seen: Mutex<Stamp>,
}

#[derive(Clone)]
enum Form {
    /// Keys and principals, in TOML or JSON.
    List,
    /// The profile of an AWS credentials file, for the root of an account.
    Owner(Account),
}

/// What tells one state of a file from another without reading it.
type Stamp = Option<(u64, i64, i64, u64)>;

fn stamp(path: &Path) -> Stamp {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.mtime(), found.mtime_nsec(), found.len()))
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys: Vec<String> = self.keys().keys().cloned().collect();
        keys.sort();
        f.debug_tuple("Identities").field(&keys).finish()
    }
}

impl Identities {
    /// The owner of an account, with a key made by chance that exists nowhere else.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn owner(account: &Account) -> Result<(Self, OwnerKey), CredentialsError> {
        let key = OwnerKey::generate().map_err(CredentialsError::Generate)?;
        let identity = Arc::new(key.identity(account));
        let keys = Keys::from([(key.access_key.clone(), identity)]);
        Ok((Self(Arc::new(Inner { keys: RwLock::new(keys), file: None })), key))
    }

    /// The owner of an account, with the key that a data folder keeps; the first who asks makes it. Gives the key's file too,
    /// which any AWS tool reads as its credentials file.
    ///
    /// # Errors
    /// The file cannot be made, read or understood.
    pub fn owner_of_folder(data_dir: &Path, account: &Account) -> Result<(Self, PathBuf), CredentialsError> {
        let path = owner_key_file(data_dir)?;
        Ok((Self::watching(path.clone(), Form::Owner(account.clone()))?, path))
    }

    /// Everybody in a credentials file, which `docs/service.md` describes. It is read again when it changes; a change that
    /// makes no sense is logged, and the keys from before stay.
    ///
    /// # Errors
    /// The file cannot be read or understood.
    pub fn from_file(path: &Path) -> Result<Self, CredentialsError> {
        Self::watching(path.to_owned(), Form::List)
    }

    fn watching(path: PathBuf, form: Form) -> Result<Self, CredentialsError> {
        // Looked at before it is read: a change in between is then seen as one.
        let seen = stamp(&path);
        let keys = form.read(&path)?;
        warn_if_open(&path);
        let file = Some(Watched { path, form, seen: Mutex::new(seen) });
        Ok(Self(Arc::new(Inner { keys: RwLock::new(keys), file })))
    }

    /// The identity of an access key, by the file as it is now.
    pub(super) fn find(&self, access_key: &str) -> Option<Arc<Identity>> {
        self.refresh();
        self.keys().get(access_key).cloned()
    }

    fn keys(&self) -> std::sync::RwLockReadGuard<'_, Keys> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn refresh(&self) {
        let Some(file) = &self.0.file else { return };
        let now = stamp(&file.path);
        let mut seen = file.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        match file.form.read(&file.path) {
            Ok(keys) => {
                tracing::info!(file = %file.path.display(), keys = keys.len(), "credentials were read again");
                warn_if_open(&file.path);
                *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
            }
            Err(error) => tracing::error!(%error, "credentials were not read again; those from before stay"),
        }
    }
}

fn warn_if_open(path: &Path) {
    if let Ok(found) = fs::metadata(path)
        && found.mode() & 0o077 != 0
    {
        let mode = format!("{:o}", found.mode() & 0o777);
        tracing::warn!(file = %path.display(), mode, "others can read the secret keys; run chmod 600 on the file");
    }
}

/// The file of the owner's key, made if there is none yet.
fn owner_key_file(data_dir: &Path) -> Result<PathBuf, CredentialsError> {
    let path = data_dir.join(OWNER_KEY_FILE);
    if !path.exists() {
        keep_owner_key(data_dir, &path).map_err(|source| CredentialsError::Keep { path: path.clone(), source })?;
    }
    Ok(path)
}

/// Makes the file of the owner's key, unless somebody else is faster.
fn keep_owner_key(data_dir: &Path, path: &Path) -> io::Result<()> {
    let key = OwnerKey::generate()?;
    let text = format!(
        "# The owner's key of this data folder, made by mediastored. For AWS tools:\n\
         # export AWS_SHARED_CREDENTIALS_FILE=<this file>\n\
         [default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.access_key,
        key.secret_key()
    );
    let draft = data_dir.join(format!("{OWNER_KEY_FILE}.{}", key.access_key));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // A link is never made over a file that is there, so two processes end up with one key.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.and_then(|()| File::open(data_dir)?.sync_all()),
        }
    })();
    fs::remove_file(&draft)?;
    written
}

impl Form {
    fn read(&self, path: &Path) -> Result<Keys, CredentialsError> {
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        read_file(path, |text| match self {
            Self::List if json => json_value(text).and_then(|value| listed(&value)),
            Self::List => toml_value(text).and_then(|value| listed(&value)),
            Self::Owner(account) => profile(text).map(|key| {
                let identity = Arc::new(key.identity(account));
                Keys::from([(key.access_key, identity)])
            }),
        })
    }
}

/// What a file means.
fn read_file<T>(path: &Path, meaning: impl FnOnce(&str) -> Result<T, String>) -> Result<T, CredentialsError> {
    let read = |source| CredentialsError::Read { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(read)?;
    meaning(&text).map_err(|message| CredentialsError::Meaning { path: path.to_owned(), message })
}

fn json_value(text: &str) -> Result<Value, String> {
    // The parser's own message may repeat a value.
    serde_json::from_str(text).map_err(|error| format!("line {} is no JSON", error.line()))
}

fn toml_value(text: &str) -> Result<Value, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        // Its Display shows the line, which may hold a secret.
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is no TOML")
    })
}

/// The keys of a list.
fn listed(value: &Value) -> Result<Keys, String> {
    let expected = "a table `keys` with one table for each access key";
    let members = value.as_object().ok_or(format!("it is not {expected}"))?;
    if let Some(other) = members.keys().find(|name| *name != "keys") {
        return Err(format!("`{other}` is unknown; there is only {expected}"));
    }
    let keys = members.get("keys").and_then(Value::as_object).ok_or(format!("it has not {expected}"))?;
    keys.iter()
        .map(|(access_key, value)| {
            let identity = identity(access_key, value).map_err(|wrong| format!("keys.{access_key}: {wrong}"))?;
            Ok((access_key.clone(), Arc::new(identity)))
        })
        .collect()
}

/// Whether a text can be an access key. AWS's are 16 to 128 letters and digits.
pub(super) fn is_access_key(text: &str) -> bool {
    let readable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=128).contains(&text.len()) && text.bytes().all(readable)
}

fn identity(access_key: &str, value: &Value) -> Result<Identity, String> {
    const MEMBERS: &[&str] = &["secret_key", "principal", "session_token", "admin", "context"];
    if !is_access_key(access_key) {
        return Err("an access key has up to 128 letters, digits and `_-.`".to_owned());
    }
    let members = value.as_object().ok_or("must be a table")?;
    if let Some(other) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("`{other}` is unknown; known are {}", MEMBERS.join(", ")));
    }
    let secret = text(members, "secret_key")?.ok_or("`secret_key` is missing")?;
    let principal = text(members, "principal")?.ok_or("`principal` is missing")?;
    let caller = Caller::parse(principal).map_err(|error| error.to_string())?;
    if matches!(caller, Caller::Anonymous | Caller::Federated(_)) {
        return Err(format!("`{principal}` never signs a request, so it has no key"));
    }
    let mut identity = Identity::new(access_key, secret, caller);
    identity.session_token = text(members, "session_token")?.map(|token| Secret(token.to_owned()));
    match members.get("admin") {
        None => {}
        Some(Value::Bool(admin)) => identity.admin |= *admin,
        Some(_) => return Err("`admin` must be true or false".to_owned()),
    }
    let context = match members.get("context") {
        None => &Map::new(),
        Some(context) => context.as_object().ok_or("`context` must be a table of condition keys")?,
    };
    for (key, values) in context {
        let of_principal = |row: &&keys::KeyRow| matches!(row.control, Control::Principal | Control::Service);
        if keys::find(key).filter(of_principal).is_none() {
            return Err(format!("context: `{key}` is no condition key that follows from a principal"));
        }
        let values: Option<Vec<&str>> = match values {
            Value::String(value) => Some(vec![value]),
            Value::Array(values) => values.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let values = values.filter(|values| !values.is_empty());
        identity.context.set(key, values.ok_or(format!("context: `{key}` must be text, or a list of texts"))?);
    }
    Ok(identity)
}

fn text<'v>(members: &'v Map<String, Value>, name: &str) -> Result<Option<&'v str>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be text, and not empty")),
    }
}

/// The key in the default profile of an AWS credentials file.
fn profile(text: &str) -> Result<OwnerKey, String> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != "[default]");
    lines.next().ok_or("it has no profile `[default]`")?;
    let mut found = HashMap::new();
    for line in lines.take_while(|line| !line.starts_with('[')) {
        if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
            found.insert(name.trim(), value.trim());
        }
    }
    let mut required = |name: &str| {
        found.remove(name).filter(|value| !value.is_empty()).map(str::to_owned).ok_or(format!("`{name}` is missing"))
    };
    let access_key = required("aws_access_key_id")?;
    Ok(OwnerKey { access_key, secret: Secret(required("aws_secret_access_key")?) })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const SECRET: &str = "s3cr3t-that-nobody-may-see";

    fn refused(name: &str, text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let error = Identities::from_file(&path).expect_err(text);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        error.to_string().split_once("makes no sense: ").unwrap().1.to_owned()
    }

    #[test]
    fn a_list_names_keys_and_principals() {
        let folder = tempfile::tempdir().unwrap();
        let toml = format!(
            "[keys.ANN]\nsecret_key = \"{SECRET}\"\nprincipal = \"arn:aws:iam::111122223333:user/team/ann\"\nadmin = true\n\
             [keys.CDN]\nsecret_key = \"{SECRET}\"\nprincipal = \"cloudfront.amazonaws.com\"\nsession_token = \"t\"\n\
             context = {{ \"aws:SourceArn\" = \"arn:aws:cloudfront::111122223333:distribution/E1\" }}\n"
        );
        let json = toml::from_str::<Value>(&toml).unwrap().to_string();
        for (name, text) in [("keys.toml", toml), ("keys.json", json)] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let identities = Identities::from_file(&path).unwrap();
            assert_eq!(format!("{identities:?}"), "Identities([\"ANN\", \"CDN\"])");
            let ann = identities.find("ANN").unwrap();
            assert_eq!((ann.admin, ann.context.single("aws:username")), (true, Some("ann")));
            let cdn = identities.find("CDN").unwrap();
            let source = cdn.context.single("AWS:SourceArn");
            assert_eq!((cdn.admin, source), (false, Some("arn:aws:cloudfront::111122223333:distribution/E1")));
            assert_eq!(
                [None, Some("t"), Some("u"), Some("")].map(|token| cdn.has_token(token)),
                [false, true, false, false]
            );
            assert_eq!([None, Some("t")].map(|token| ann.has_token(token)), [true, false]);
            assert!(identities.find("NONE").is_none());
            assert!(!format!("{ann:?}{cdn:?}{identities:?}").contains(SECRET));
        }
    }

    #[test]
    fn a_list_that_makes_no_sense_is_told_without_its_secrets() {
        let user = "principal = \"arn:aws:iam::111122223333:user/ann\"";
        for (text, message) in [
            (format!("keys = [\"{SECRET}\"]"), "it has not a table `keys` with one table for each access key"),
            (format!("[keys.A]\nsecret_key = \"{SECRET}\n"), "line 2 is no TOML"),
            (
                format!("[keys.A]\nsecret_key = [\"{SECRET}\"]\n{user}"),
                "keys.A: `secret_key` must be text, and not empty",
            ),
            (format!("[keys.A]\nsecret_key = \"{SECRET}\"\n"), "keys.A: `principal` is missing"),
            (format!("[keys.A]\n{user}\n"), "keys.A: `secret_key` is missing"),
            (
                format!("[keys.A]\nsecret_key = \"{SECRET}\"\n{user}\nadmin = 1\n"),
                "keys.A: `admin` must be true or false",
            ),
            (
                format!("[keys.A]\nsecret_key = \"{SECRET}\"\nprincipal = \"ann\"\n"),
                "keys.A: `ann` is not `*`, the ARN of a root, user, role or session, or the name of a service",
            ),
            (
                format!("[keys.A]\nsecret_key = \"{SECRET}\"\nprincipal = \"*\"\n"),
                "keys.A: `*` never signs a request, so it has no key",
            ),
            (
                format!("[keys.A]\nsecret = \"{SECRET}\"\n{user}\n"),
                "keys.A: `secret` is unknown; known are secret_key, principal, session_token, admin, context",
            ),
            (
                format!("[keys.\"A/B\"]\nsecret_key = \"{SECRET}\"\n{user}\n"),
                "keys.A/B: an access key has up to 128 letters, digits and `_-.`",
            ),
            (
                format!(
                    "[keys.A]\nsecret_key = \"{SECRET}\"\n{user}\ncontext = {{ \"aws:SourceIp\" = \"8.8.8.8\" }}\n"
                ),
                "keys.A: context: `aws:SourceIp` is no condition key that follows from a principal",
            ),
            (
                "other = 1".to_owned(),
                "`other` is unknown; there is only a table `keys` with one table for each access key",
            ),
        ] {
            assert_eq!(refused("keys.toml", &text), message);
        }
        assert_eq!(refused("keys.json", &format!("{{\"keys\":\n \"{SECRET}\" \"\"}}")), "line 2 is no JSON");
    }

    #[test]
    fn a_change_is_seen_and_a_bad_change_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let list =
            |key: &str| format!("[keys.{key}]\nsecret_key = \"x\"\nprincipal = \"arn:aws:iam::111122223333:root\"\n");
        fs::write(&path, list("A")).unwrap();
        let identities = Identities::from_file(&path).unwrap();
        let found = || ["A", "BB"].map(|key| identities.find(key).is_some());
        assert_eq!(found(), [true, false]);
        fs::write(&path, list("BB")).unwrap();
        assert_eq!(found(), [false, true]);
        fs::write(&path, "nonsense").unwrap();
        assert_eq!(found(), [false, true]);
        fs::remove_file(&path).unwrap();
        assert_eq!(found(), [false, true]);
        fs::write(&path, list("A") + &list("BB")).unwrap();
        assert_eq!(found(), [true, true]);
    }

    #[test]
    fn a_folder_keeps_one_owner_key_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let account: Account = "111122223333".parse().unwrap();
        let opened: Vec<_> = (0..8)
            .map(|_| {
                let (folder, account) = (folder.path().to_owned(), account.clone());
                std::thread::spawn(move || Identities::owner_of_folder(&folder, &account).unwrap())
            })
            .collect();
        let opened: Vec<_> = opened.into_iter().map(|thread| thread.join().unwrap()).collect();
        let path = folder.path().join(OWNER_KEY_FILE);
        let text = fs::read_to_string(&path).unwrap();
        let key = profile(&text).unwrap();
        assert_eq!(key.secret_key().len(), 40);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for (identities, _) in &opened {
            let root = identities.find(&key.access_key).unwrap();
            assert_eq!(root.caller.to_string(), "arn:aws:iam::111122223333:root");
            assert!(root.admin && root.secret == key.secret);
        }
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [OWNER_KEY_FILE]);
        let profiles = "[other]\naws_access_key_id = B\naws_secret_access_key = b\n[default]\naws_access_key_id = A\n";
        fs::write(&path, format!("{profiles}aws_secret_access_key = a\n")).unwrap();
        let key = OwnerKey::of_folder(folder.path()).unwrap();
        assert_eq!((key.access_key.as_str(), key.secret_key()), ("A", "a"));
        fs::write(&path, profiles).unwrap();
        let error = Identities::owner_of_folder(folder.path(), &account).unwrap_err().to_string();
        assert!(error.ends_with("makes no sense: `aws_secret_access_key` is missing"), "{error}");
    }
}
