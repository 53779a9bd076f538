//! HTTPS, by the real binary and a client that checks its certificate.

use std::path::PathBuf;

use aws_sdk_mediastore::config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};

use crate::process::{Mediastored, OWNER, mediastored, run};

/// A certificate for `localhost` and 127.0.0.1 that signs itself, and its key, as files in a folder.
fn certificate(folder: &std::path::Path) -> [PathBuf; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let paths = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    std::fs::write(&paths[0], made.cert.pem()).unwrap();
    std::fs::write(&paths[1], made.signing_key.serialize_pem()).unwrap();
    paths
}

#[tokio::test]
async fn containers_are_managed_over_https() {
    let folder = tempfile::tempdir().unwrap();
    let [cert, key] = certificate(folder.path());
    let data = folder.path().join("data");
    let server = Mediastored::serve(&data, &["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let trust = TrustStore::empty().with_pem_certificate(std::fs::read(&cert).unwrap());
    let context = TlsContext::builder().with_trust_store(trust).build().unwrap();
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .build_https();
    let config = aws_sdk_mediastore::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .credentials_provider(aws_credential_types::Credentials::new(OWNER[0], OWNER[1], None, None, "test"))
        .region(Region::new("us-west-2"))
        .endpoint_url(&server.url)
        .build();
    let client = aws_sdk_mediastore::Client::from_conf(config);
    client.create_container().container_name("live").send().await.unwrap();
    let described = client.describe_container().container_name("live").send().await.unwrap().container.unwrap();
    let endpoint = described.endpoint.unwrap();
    assert!(endpoint.starts_with("https://") && endpoint.contains(".data.localhost:"), "{endpoint}");
    // Plain HTTP gets no answer.
    let plain = crate::sdk::client_trying(&server.url.replace("https", "http"), "us-west-2", 1);
    plain.list_containers().send().await.unwrap_err();
    client.list_containers().send().await.unwrap();
}

#[test]
fn certificates_that_cannot_be_used_are_told_by_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let [cert, key] = certificate(folder.path());
    let other = tempfile::tempdir().unwrap();
    let [_, other_key] = certificate(other.path());
    let (cert, key, other_key) = (cert.to_str().unwrap(), key.to_str().unwrap(), other_key.to_str().unwrap());
    for (arguments, code, message) in [
        (vec!["--tls-cert", cert], 2, "--tls-key <FILE>"),
        (vec!["--tls-key", key], 2, "--tls-cert <FILE>"),
        (vec!["--tls-cert", key, "--tls-key", key], 1, &*format!("no certificate can be read from `{key}`")),
        (vec!["--tls-cert", cert, "--tls-key", cert], 1, &*format!("no private key can be read from `{cert}`")),
        (vec!["--tls-cert", "none.pem", "--tls-key", key], 1, "no certificate can be read from `none.pem`"),
        (vec!["--tls-cert", cert, "--tls-key", other_key], 1, "the certificate and the key cannot be used: "),
    ] {
        let mut command = mediastored();
        command.current_dir(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).args(&arguments);
        let (found, _, errors) = run(&mut command);
        assert_eq!(found, code, "{errors}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
    }
}

#[test]
fn other_machines_get_in_over_tls_without_another_flag() {
    let folder = tempfile::tempdir().unwrap();
    let [cert, key] = certificate(folder.path());
    let mut command = mediastored();
    command.args(["serve", "--listen", "0.0.0.0:0", "--tls-cert"]).arg(&cert).arg("--tls-key").arg(&key);
    command.arg("--data-dir").arg(folder.path().join("data"));
    let server = Mediastored::spawn(&mut command);
    assert!(server.url.starts_with("https://0.0.0.0:"), "{}", server.url);
}
