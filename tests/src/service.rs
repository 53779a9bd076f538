//! `mediastored serve` as a process, and the least client of its control plane: what somebody else does to containers
//! while Terraform looks away.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_sigv4::http_request::SignableBody;
use mediastore_service::OWNER_KEY_FILE;
use serde_json::{Value, json};

use crate::signer::Signer;
use crate::wire::{Answer, Wire};

/// A running service, gone with its handle.
#[derive(Debug)]
pub struct Mediastored {
    child: Child,
    /// Such as `127.0.0.1:12345`.
    address: String,
    /// `http` or `https`.
    scheme: &'static str,
}

/// The owner's key of every service that the tests start.
pub const OWNER: [&str; 2] = ["E2E.OWNER", "e2e-owner-secret"];

impl Mediastored {
    /// Starts it on a free port.
    #[must_use]
    pub fn serve(binary: &str, data_dir: &Path, arguments: &[&str]) -> Self {
        // Made before the service would make one by chance.
        let [access_key, secret_key] = OWNER;
        let key = format!("[default]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n");
        fs::create_dir_all(data_dir).unwrap();
        fs::write(data_dir.join(OWNER_KEY_FILE), key).unwrap();
        let mut command = Command::new(binary);
        command.env_clear().args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).args(arguments);
        // Where a run that measures coverage writes what it saw.
        command.envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("mediastored is ready at ").and_then(|rest| rest.split(',').next());
        let (scheme, address) = url.and_then(|url| url.split_once("://")).unwrap_or_else(|| panic!("it said {line:?}"));
        let scheme = if scheme == "https" { "https" } else { "http" };
        Self { child, address: address.to_owned(), scheme }
    }

    /// Such as `http://127.0.0.1:12345`. What is below here of the control plane is asked over HTTP only.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// A provider block that uses it.
    #[must_use]
    pub fn provider_block(&self) -> String {
        let (url, [access_key, secret_key]) = (self.url(), OWNER);
        format!(
            "provider \"mediastore\" {{\n  endpoint = \"{url}\"\n  region = \"us-west-2\"\n  access_key = \"{access_key}\"\n  \
             secret_key = \"{secret_key}\"\n}}\n"
        )
    }

    /// One operation, which must succeed.
    #[track_caller]
    #[allow(clippy::must_use_candidate)] // most operations are called for what they do
    pub fn call(&self, operation: &str, input: &Value) -> Value {
        match self.try_call(operation, input) {
            (200, output) => output,
            (status, error) => panic!("{operation} {input}: {status} {error}"),
        }
    }

    /// One operation: its HTTP status and its answer.
    #[must_use]
    pub fn try_call(&self, operation: &str, input: &Value) -> (u16, Value) {
        let body = input.to_string();
        let mut request = http::Request::post(format!("{}/", self.url()))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("MediaStore_20170901.{operation}"))
            .body(())
            .unwrap();
        Signer::new(OWNER[0], OWNER[1], "us-west-2").sign(&mut request, SignableBody::Bytes(body.as_bytes()));
        let Answer { status, body, .. } = self.send(&request, body.as_bytes());
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    fn send(&self, request: &http::Request<()>, body: &[u8]) -> Answer {
        Wire::to(self.address.parse().unwrap()).send(request, body)
    }

    /// An object, or why there is none, as its owner gets it.
    #[must_use]
    pub fn get(&self, container: &str, path: &str) -> Answer {
        let url = format!("{}/data/{container}/{path}", self.url());
        let mut request = http::Request::get(url).body(()).unwrap();
        Signer::new(OWNER[0], OWNER[1], "us-west-2").sign(&mut request, SignableBody::Bytes(b""));
        self.send(&request, b"")
    }

    /// The names of all containers, sorted.
    #[track_caller]
    #[must_use]
    pub fn container_names(&self) -> Vec<String> {
        let containers = self.call("ListContainers", &json!({ "MaxResults": 100 }));
        assert_eq!(containers.get("NextToken"), None, "more containers than one page");
        let listed = containers["Containers"].as_array().unwrap().iter();
        let mut names: Vec<_> = listed.map(|container| container["Name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// The tags of a container, as an object.
    #[track_caller]
    #[must_use]
    pub fn tags(&self, name: &str) -> Value {
        let container = self.call("DescribeContainer", &json!({ "ContainerName": name }));
        let listed = self.call("ListTagsForResource", &json!({ "Resource": container["Container"]["ARN"] }));
        let tags = listed["Tags"].as_array().cloned().unwrap_or_default().into_iter();
        Value::Object(tags.map(|tag| (tag["Key"].as_str().unwrap().to_owned(), tag["Value"].clone())).collect())
    }

    /// The ARN of a container.
    #[track_caller]
    #[must_use]
    pub fn arn(&self, name: &str) -> String {
        let container = self.call("DescribeContainer", &json!({ "ContainerName": name }));
        container["Container"]["ARN"].as_str().unwrap().to_owned()
    }

    /// The policy of a container, as JSON.
    #[track_caller]
    #[must_use]
    pub fn policy(&self, name: &str) -> Value {
        let policy = self.call("GetContainerPolicy", &json!({ "ContainerName": name }));
        serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap()
    }
}

impl Drop for Mediastored {
    fn drop(&mut self) {
        // Already gone where a test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
