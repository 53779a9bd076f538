//! Who may call the control plane: the owner's account, by its root and its administrators, with a right signature.

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use mediastore_service::{Config, Identities, Service, Store};
use serde_json::{Value, json};

use crate::api::{self, Answer, Refused};
use crate::process::{Mediastored, mediastored};
use crate::signer::Signer;

const KEYS: &str = r#"
[keys.ROOT]
secret_key = "one"
principal = "arn:aws:iam::000000000000:root"

[keys.ADMIN]
secret_key = "two"
principal = "arn:aws:iam::000000000000:user/ops/ann"
admin = true

[keys.USER]
secret_key = "three"
principal = "arn:aws:iam::000000000000:user/bob"

[keys.STRANGER]
secret_key = "four"
principal = "arn:aws:iam::111122223333:root"
admin = true

[keys.CDN]
secret_key = "five"
principal = "cloudfront.amazonaws.com"
admin = true
"#;

async fn answer(service: &Service, request: Request<Full<Bytes>>) -> Answer {
    api::send(service, request).await.unwrap()
}

fn signed(access_key: &str, secret_key: &str, operation: &str, input: &Value) -> Request<Full<Bytes>> {
    let mut request = api::request(operation, input);
    let body = serde_json::to_vec(input).unwrap();
    Signer::new(access_key, secret_key, "us-west-2").sign(&mut request, SignableBody::Bytes(&body));
    request
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    Err(Refused { status, code: code.to_owned(), message: message.to_owned() })
}

#[tokio::test]
async fn only_administrators_of_the_owner_control() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    std::fs::write(&file, KEYS).unwrap();
    let config = Config { identities: Identities::from_file(&file).unwrap(), ..Config::default() };
    let service = Service::new(Store::open(folder.path()).unwrap(), config);
    let live = json!({"ContainerName": "live"});
    let arn = "arn:aws:mediastore:us-west-2:000000000000:container/live";
    answer(&service, signed("ROOT", "one", "CreateContainer", &live)).await.unwrap();
    answer(&service, signed("ADMIN", "two", "DescribeContainer", &live)).await.unwrap();
    let denied = |user: &str, operation: &str, resource: &str| {
        let message = format!(
            "User: {user} is not authorized to perform: mediastore:{operation} on resource: {resource} because no \
             identity-based policy allows the mediastore:{operation} action"
        );
        refused(403, "AccessDeniedException", &message)
    };
    let tags = json!({"Resource": arn, "TagKeys": ["a"]});
    for (key, secret, user) in [
        ("USER", "three", "arn:aws:iam::000000000000:user/bob"),
        ("STRANGER", "four", "arn:aws:iam::111122223333:root"),
        ("CDN", "five", "cloudfront.amazonaws.com"),
    ] {
        for (operation, input, resource) in
            [("DescribeContainer", &live, arn), ("UntagResource", &tags, arn), ("ListContainers", &json!({}), "*")]
        {
            let found = answer(&service, signed(key, secret, operation, input)).await;
            assert_eq!(found, denied(user, operation, resource));
        }
    }
    let unsigned = api::request("ListContainers", &json!({}));
    assert_eq!(
        answer(&service, unsigned).await,
        refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    );
    let unknown = signed("NOBODY", "one", "ListContainers", &json!({}));
    let message = "The security token included in the request is invalid";
    assert_eq!(answer(&service, unknown).await, refused(403, "UnrecognizedClientException", message));
    let wrong = answer(&service, signed("ROOT", "two", "ListContainers", &json!({}))).await.unwrap_err();
    assert_eq!((wrong.status, wrong.code.as_str()), (403, "InvalidSignatureException"));

    // What the file says now is what holds: a key that is taken out signs nothing more.
    std::fs::write(&file, KEYS.replace("keys.ADMIN", "keys.OTHER")).unwrap();
    let gone = answer(&service, signed("ADMIN", "two", "DescribeContainer", &live)).await.unwrap_err();
    assert_eq!(gone.code, "UnrecognizedClientException");
    answer(&service, signed("OTHER", "two", "DescribeContainer", &live)).await.unwrap();
}

#[test]
fn a_fresh_folder_gets_a_key_for_its_owner_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = mediastored();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path());
    let key =
        |folder: &std::path::Path| std::fs::read_to_string(folder.join(mediastore_service::OWNER_KEY_FILE)).unwrap();
    let server = Mediastored::spawn(&mut command);
    let first = key(folder.path());
    assert!(first.contains("aws_access_key_id = MEDIASTORE"), "{first}");
    server.kill();
    // The next start finds the same key.
    Mediastored::spawn(&mut command).kill();
    assert_eq!(key(folder.path()), first);
}
