//! The AWS CLI from PyPI, as people type it: both planes, with the keys that the service keeps in its folder.

use std::path::PathBuf;
use std::process::Command;

use mediastore_service::OWNER_KEY_FILE;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Mediastored, run};
use crate::python;

/// A release of the time when AWS had switched the service off and the CLI still knew it.
const REQUIREMENT: &str = "awscli==1.45.55";

/// The CLI, and the service that it talks to.
struct Cli {
    program: PathBuf,
    server: Mediastored,
    folder: TempDir,
}

impl Cli {
    fn new() -> Self {
        let program = python::programs_of(REQUIREMENT).join("aws");
        let folder = tempfile::tempdir().unwrap();
        Self { program, server: Mediastored::serve(folder.path(), &[]), folder }
    }

    /// Runs a command line of words: its exit code, output and errors.
    fn run(&self, endpoint: &str, words: &str) -> (i32, String, String) {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder.path().join(OWNER_KEY_FILE))
            .env("AWS_DEFAULT_REGION", "us-west-2")
            .env("AWS_MAX_ATTEMPTS", "1")
            .args(["--output", "json", "--endpoint-url", endpoint])
            .args(words.split(' '));
        run(&mut command)
    }

    /// A command that has to succeed; gives its output.
    #[track_caller]
    fn does(&self, endpoint: &str, words: &str) -> Value {
        let (code, output, errors) = self.run(endpoint, words);
        assert_eq!(code, 0, "{words}: {output}{errors}");
        if output.trim().is_empty() { Value::Null } else { serde_json::from_str(&output).unwrap() }
    }

    #[track_caller]
    fn fails(&self, endpoint: &str, words: &str, message: &str) {
        let (code, output, errors) = self.run(endpoint, words);
        assert!(code != 0 && errors.contains(message), "{words}: {code} {output}{errors}");
    }
}

#[test]
fn the_aws_cli_does_what_its_help_says() {
    let cli = Cli::new();
    let control = cli.server.url.clone();
    let created = cli.does(&control, "mediastore create-container --container-name live --tags Key=env,Value=test");
    assert_eq!(created["Container"]["Status"], "CREATING");
    let described = cli.does(&control, "mediastore describe-container --container-name live");
    let endpoint = described["Container"]["Endpoint"].as_str().unwrap();
    let label = endpoint.strip_prefix("http://").and_then(|host| host.split('.').next()).unwrap();
    assert_eq!(cli.does(&control, "mediastore list-containers")["Containers"][0]["Name"], "live");

    // The announced host where names below localhost are found, the path everywhere.
    let data = format!("{control}/data/{label}");
    std::fs::write(cli.folder.path().join("README.md"), "# read me").unwrap();
    let put = cli.does(
        &data,
        "mediastore-data put-object --body README.md --path /folder_name/README.md --cache-control max-age=6,public --content-type text/markdown",
    );
    assert_eq!(put["StorageClass"], "TEMPORAL");
    let described = cli.does(&data, "mediastore-data describe-object --path /folder_name/README.md");
    assert_eq!(described["ContentLength"], 9);
    assert_eq!(described["CacheControl"], "max-age=6,public");
    let got = cli.does(&data, "mediastore-data get-object --path folder_name/README.md copy.md");
    assert_eq!((&got["StatusCode"], &got["ETag"]), (&json!(200), &put["ETag"]));
    assert_eq!(std::fs::read_to_string(cli.folder.path().join("copy.md")).unwrap(), "# read me");
    let part = cli.does(&data, "mediastore-data get-object --path folder_name/README.md --range bytes=2-5 part.md");
    assert_eq!((&part["StatusCode"], &part["ContentRange"]), (&json!(206), &json!("bytes 2-5/9")));
    assert_eq!(std::fs::read_to_string(cli.folder.path().join("part.md")).unwrap(), "read");
    let listed = cli.does(&data, "mediastore-data list-items");
    assert_eq!(listed, json!({"Items": [{"Name": "folder_name", "Type": "FOLDER"}]}));
    let listed = cli.does(&data, "mediastore-data list-items --path folder_name");
    assert_eq!(listed["Items"][0]["Name"], "README.md");

    cli.fails(&control, "mediastore delete-container --container-name live", "(ContainerInUseException)");
    cli.fails(&data, "mediastore-data get-object --path none copy.md", "(ObjectNotFoundException)");
    cli.does(&data, "mediastore-data delete-object --path folder_name/README.md");
    cli.does(&control, "mediastore delete-container --container-name live");
    cli.fails(&data, "mediastore-data list-items", "(ContainerNotFoundException)");
}
