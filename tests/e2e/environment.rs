//! What the environment says about an endpoint, as other AWS tools take it: with an empty provider block, a server of its own process
//! is found, trusted and signed for.

use std::path::Path;

use e2e::service::OWNER;
use e2e::{Client, Workspace, raw_server};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::each_client;

/// A container and an object, so that both planes are called.
const LIVE: &str = r#"
resource "mediastore_container" "live" {
  name = "live"
  tags = { a = "b" }
}

resource "mediastore_object" "page" {
  container_name = mediastore_container.live.name
  path           = "index.html"
  content        = "<p>"
}
"#;

const PROVIDER: &str = "provider \"mediastore\" {\n  max_retries = 0\n}\n";

/// A certificate authority of its own, in `ca.pem`, and a server that it vouches for, in `cert.pem` and `key.pem`.
fn certificates(folder: &Path) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_key = KeyPair::generate().unwrap();
    let trusted = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap().pem();
    for (file, text) in [("ca.pem", trusted), ("cert.pem", certificate), ("key.pem", key.serialize_pem())] {
        std::fs::write(folder.join(file), text).unwrap();
    }
}

/// A file of the workspace, as a variable holds it.
fn file(workspace: &Workspace<'_>, name: &str) -> String {
    workspace.path().join(name).to_str().unwrap().to_owned()
}

/// Says where the server is.
fn at<'w, 'c>(workspace: &'w mut Workspace<'c>, url: &str) -> &'w mut Workspace<'c> {
    workspace.set("AWS_ENDPOINT_URL_MEDIASTORE", url)
}

#[test]
fn an_endpoint_that_is_no_url_is_told_with_its_variable() {
    each_client(|client| {
        let mut workspace = client.workspace();
        at(&mut workspace, "127.0.0.1:8474").main(&format!("{PROVIDER}{LIVE}"));
        workspace
            .plan()
            .fails()
            .says("Invalid endpoint")
            .says("AWS_ENDPOINT_URL_MEDIASTORE")
            .says("write it with scheme");
    });
}

#[test]
fn aws_ca_bundle_is_trusted_and_nothing_else_is() {
    each_client(|client| {
        let mut workspace = client.workspace();
        certificates(&workspace.path());
        let (cert, key) = (file(&workspace, "cert.pem"), file(&workspace, "key.pem"));
        let service = client.mediastored(&workspace.data_dir(), &["--tls-cert", &cert, "--tls-key", &key]);
        assert!(service.url().starts_with("https://"), "{}", service.url());
        at(&mut workspace, &service.url())
            .set("AWS_ACCESS_KEY_ID", OWNER[0])
            .set("AWS_SECRET_ACCESS_KEY", OWNER[1])
            .set("AWS_REGION", "us-west-2")
            .main(&format!("{PROVIDER}{LIVE}"));
        workspace.apply().fails().says("invalid peer certificate");

        let bundle = file(&workspace, "ca.pem");
        workspace.set("AWS_CA_BUNDLE", &bundle).converges().says("2 added");
        // The block is nearer than the environment.
        workspace.main(&format!("{}{LIVE}", PROVIDER.replace("max", "ca_bundle = \"absent.pem\"\n  max")));
        workspace.plan().fails().says("Unusable certificates").says("absent.pem");
        workspace.main(&format!("{PROVIDER}{LIVE}")).destroy();
    });
}

#[test]
fn aws_profile_chooses_keys_and_region_of_the_shared_files() {
    each_client(|client| {
        let mut workspace = client.workspace();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let config = "[default]\nregion = eu-west-1\n\n[profile video]\nregion = us-west-2\n";
        let keys = |name: &str, [access_key, secret_key]: [&str; 2]| {
            format!("[{name}]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n\n")
        };
        let credentials = keys("default", ["E2E.STRANGER", "unknown"]) + &keys("video", OWNER);
        workspace.write("config", config).write("shared", &credentials);
        let (config, shared) = (file(&workspace, "config"), file(&workspace, "shared"));
        at(&mut workspace, &service.url())
            .set("AWS_CONFIG_FILE", &config)
            .set("AWS_SHARED_CREDENTIALS_FILE", &shared)
            .main(&format!("{PROVIDER}{LIVE}"));
        workspace.apply().fails().says("UnrecognizedClientException");
        workspace.set("AWS_PROFILE", "video").converges().says("2 added");
        let arn = workspace.state("mediastore_container.live")["arn"].clone();
        assert_eq!(arn, service.arn("live"));
        assert!(arn.as_str().unwrap().starts_with("arn:aws:mediastore:us-west-2:"), "{arn}");

        // The block is nearer than the environment, and a profile that is not there is an error that names it.
        workspace.set("AWS_PROFILE", "default");
        workspace.main(&format!("{}{LIVE}", PROVIDER.replace("max", "profile = \"video\"\n  max"))).plan_is_empty();
        workspace.main(&format!("{}{LIVE}", PROVIDER.replace("max", "profile = \"viedo\"\n  max")));
        workspace.plan().fails().says("viedo");
        workspace.main(&format!("{}{LIVE}", PROVIDER.replace("max", "profile = \"video\"\n  max"))).destroy();
    });
}

/// The keys of a role, and a server that gives them to everybody who asks for `action`.
fn sts(action: &str) -> String {
    let given = "<AccessKeyId>E2E.ROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>\
                 <SessionToken>role-token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>";
    let result = format!("<{action}Result><Credentials>{given}</Credentials></{action}Result>");
    let answer = raw_server::http("200 OK", "text/xml", &format!("<{action}Response>{result}</{action}Response>"));
    format!("http://{}", raw_server::answering(answer))
}

/// A service that knows the role, and nobody else.
fn for_the_role(client: &Client, workspace: &Workspace<'_>) -> e2e::Mediastored {
    workspace.write(
        "keys.toml",
        "[keys.\"E2E.ROLE\"]\nsecret_key = \"role-secret\"\nsession_token = \"role-token\"\nadmin = true\n\
         principal = \"arn:aws:sts::000000000000:assumed-role/media/terraform\"\n",
    );
    client.mediastored(&workspace.data_dir(), &["--credentials", &file(workspace, "keys.toml")])
}

#[test]
fn a_role_of_a_profile_or_of_a_token_file_signs() {
    each_client(|client| {
        for (case, action, variables) in [
            ("a profile with a role", "AssumeRole", [("AWS_PROFILE", "media"), ("AWS_CONFIG_FILE", "config")]),
            (
                "a token file",
                "AssumeRoleWithWebIdentity",
                [("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/media"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "token")],
            ),
        ] {
            let mut workspace = client.workspace();
            let service = for_the_role(client, &workspace);
            workspace.write("token", "the-token\n").write(
                "config",
                "[profile media]\nrole_arn = arn:aws:iam::000000000000:role/media\nsource_profile = me\n\n[profile \
                 me]\naws_access_key_id = E2E.ME\naws_secret_access_key = me-secret\n",
            );
            workspace.main(&format!("{PROVIDER}{LIVE}"));
            at(&mut workspace, &service.url()).set("AWS_REGION", "us-west-2");
            workspace.apply().fails();
            let sts = sts(action);
            workspace.set("AWS_ENDPOINT_URL_STS", &sts);
            for (variable, value) in variables {
                let value = if value.contains(':') || variable == "AWS_PROFILE" {
                    value.to_owned()
                } else {
                    file(&workspace, value)
                };
                workspace.set(variable, &value);
            }
            let run = workspace.apply();
            assert_eq!(run.code, 0, "{case}: {run}");
            workspace.plan_is_empty();
            assert!(!workspace.state_file().contains("role-token"), "{case}");
            workspace.destroy();
        }
    });
}
