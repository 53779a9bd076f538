//! The provider at its boundary: the harness plays Terraform over gRPC, the real service answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers outside #[test] functions fail by panicking

mod config; // the provider block
mod connection; // what an endpoint sees of the provider block
mod data_sources; // policies that others manage
mod faults; // a service that fails, throttles, hangs up or takes its time
mod functions; // pure functions, on a provider without configuration
mod guardrails; // the rules of the linter at plan
mod identity; // identities, lists and states taken over
mod lifecycle; // every resource and data source, on the embedded service
mod objects; // objects, and what else is done with them
mod tags; // default, own and ignored tags
mod upgrade; // states of older releases
mod validation; // what the API would refuse, refused at plan

use std::net::SocketAddr;

use mediastore_service::{Config, Faults, Identities, OWNER_KEY_FILE, Service, Store, run};
use tempfile::TempDir;
use terraform_provider_mediastore::MediaStore;
use tf_plugin::testing::{Failed, Harness, Message};
use tf_plugin::value::Value;

const CONTAINER: &str = "mediastore_container";
const POLICY: &str = "mediastore_container_policy";
const CORS: &str = "mediastore_cors_policy";
const LIFECYCLE: &str = "mediastore_lifecycle_policy";
const METRIC: &str = "mediastore_metric_policy";

/// A provider on the embedded service in a fresh folder.
async fn embedded() -> (TempDir, Harness) {
    let folder = tempfile::tempdir().unwrap();
    let harness = configured(object(&[("data_dir", path(&folder))])).await;
    (folder, harness)
}

/// A provider with this provider block.
async fn configured(config: Value) -> Harness {
    let mut harness = Harness::new(MediaStore).await;
    harness.configure(config).await.unwrap();
    harness
}

/// The key of the owner of every service on a socket.
const ACCESS_KEY: &str = "AKIAEXAMPLE";
const SECRET_KEY: &str = "hidden-secret";

/// A service on a socket, and the script of its faults.
struct Server {
    address: SocketAddr,
    faults: Faults,
    _folder: TempDir,
}

impl Server {
    async fn start(config: Config) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let faults = config.faults.clone();
        let key = format!("[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n");
        std::fs::write(folder.path().join(OWNER_KEY_FILE), key).unwrap();
        let (identities, _) = Identities::owner_of_folder(folder.path(), &config.account).unwrap();
        let service = Service::new(Store::open(folder.path()).unwrap(), Config { identities, ..config });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(run(listener, service, std::future::pending()));
        Server { address, faults, _folder: folder }
    }

    /// Adds faults, as the JSON of a script.
    fn fail(&self, script: &str) {
        for fault in serde_json::from_str::<Vec<mediastore_service::Fault>>(script).unwrap() {
            self.faults.push(fault);
        }
    }

    /// A provider that talks to this server.
    async fn provider(&self) -> Harness {
        configured(endpoint(&format!("http://{}", self.address))).await
    }
}

/// A provider block for an endpoint, with few retries so that a failing test ends.
fn endpoint(url: &str) -> Value {
    object(&[
        ("endpoint", url.into()),
        ("region", "us-west-2".into()),
        ("access_key", ACCESS_KEY.into()),
        ("secret_key", SECRET_KEY.into()),
        ("max_retries", 3.into()),
    ])
}

fn object(fields: &[(&str, Value)]) -> Value {
    Value::object(fields.iter().map(|(name, value)| (*name, value.clone())))
}

fn strings(texts: &[&str]) -> Value {
    Value::set(texts.iter().map(|text| Value::from(*text)))
}

fn tags(entries: &[(&str, &str)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (*key, Value::from(*value))))
}

fn path(folder: &TempDir) -> Value {
    folder.path().to_str().unwrap().into()
}

fn container(name: &str) -> Value {
    object(&[("name", name.into())])
}

/// A policy that lets everybody read over HTTPS.
fn public_read(container: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"PublicRead","Effect":"Allow","Principal":"*",
            "Action":["mediastore:GetObject","mediastore:DescribeObject"],
            "Resource":"arn:aws:mediastore:us-west-2:000000000000:container/{container}/*",
            "Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}]}}"#
    )
}

fn policy(container: &str, policy: &str) -> Value {
    object(&[("container_name", container.into()), ("policy", policy.into())])
}

fn rule(origins: &[&str]) -> Value {
    object(&[("allowed_origins", strings(origins)), ("allowed_methods", strings(&["GET", "HEAD"]))])
}

fn cors(container: &str, rules: &[Value]) -> Value {
    object(&[("container_name", container.into()), ("rule", Value::List(rules.to_vec()))])
}

/// The only error among messages.
#[track_caller]
fn the_error(messages: &[Message]) -> &Message {
    let errors: Vec<_> = messages.iter().filter(|message| message.is_error).collect();
    assert_eq!(errors.len(), 1, "{messages:?}");
    errors[0]
}

#[track_caller]
fn failed(outcome: Result<Value, Failed>) -> (Message, Value) {
    let Failed { messages, state } = outcome.unwrap_err();
    (the_error(&messages).clone(), state)
}
