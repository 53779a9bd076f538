//! Keys of the provider block appear nowhere that lasts: not in state, not in a plan, not in a log.

use crate::each_client;

#[test]
fn keys_stay_out_of_state_plans_and_logs() {
    // Told apart from each other and from anything else.
    const ACCESS_KEY: &str = "AKIAE2EACCESSKEY0001";
    const SECRET_KEY: &str = "e2e-secret-key-that-must-not-be-seen";
    const TOKEN: &str = "e2e-session-token-that-must-not-be-seen";
    each_client(|client| {
        for from_environment in [false, true] {
            let mut workspace = client.workspace();
            let keys = format!(
                "[keys.{ACCESS_KEY}]\nsecret_key = \"{SECRET_KEY}\"\nsession_token = \"{TOKEN}\"\n\
                 principal = \"arn:aws:iam::000000000000:root\"\n"
            );
            let file = workspace.write("keys.toml", &keys).path().join("keys.toml");
            let service = client.mediastored(&workspace.data_dir(), &["--credentials", file.to_str().unwrap()]);
            let keys = if from_environment {
                workspace.set("AWS_ACCESS_KEY_ID", ACCESS_KEY);
                workspace.set("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
                workspace.set("AWS_SESSION_TOKEN", TOKEN);
                ""
            } else {
                "access_key = var.access_key\nsecret_key = var.secret_key\ntoken = var.token"
            };
            for (name, value) in [("access_key", ACCESS_KEY), ("secret_key", SECRET_KEY), ("token", TOKEN)] {
                workspace.set(&format!("TF_VAR_{name}"), value);
            }
            let variable =
                |name| format!("variable \"{name}\" {{\n  type = string\n  sensitive = true\n  ephemeral = true\n}}\n");
            let variables = ["access_key", "secret_key", "token"].map(variable).concat();
            workspace.main(&format!(
                "{variables}provider \"mediastore\" {{\n  endpoint = \"{}\"\n  region = \"us-west-2\"\n{keys}\n}}\n\
                 resource \"mediastore_container\" \"live\" {{\n  name = \"live\"\n}}\n\
                 data \"mediastore_container\" \"live\" {{\n  name = mediastore_container.live.name\n}}\n",
                service.url()
            ));
            workspace.set("TF_LOG", "TRACE");
            let plan = workspace.run(["plan", "-no-color", "-out=plan"]).succeeds();
            let plan_json = workspace.run(["show", "-json", "plan"]).succeeds();
            let apply = workspace.run(["apply", "-no-color", "plan"]).succeeds();
            // A failure says what was sent, which is where a careless message would leak.
            drop(service);
            let failed = workspace.plan().fails();
            for run in [&plan, &apply, &failed] {
                // Without this the test would pass on a log that does not reach us.
                assert!(
                    run.stderr.contains("tf_plugin") || run.stderr.contains("terraform-provider-mediastore"),
                    "{run}"
                );
            }
            let state = workspace.state_file();
            let places = [
                ("plan", plan.to_string()),
                ("plan JSON", plan_json.to_string()),
                ("apply", apply.to_string()),
                ("failure", failed.to_string()),
                ("state", state),
            ];
            for (place, text) in places {
                for secret in [ACCESS_KEY, SECRET_KEY, TOKEN] {
                    if let Some(at) = text.find(secret) {
                        let around: String = text[..at].chars().rev().take(300).collect();
                        let around: String = around.chars().rev().collect();
                        panic!("`{secret}` is in the {place}, environment {from_environment}, after: {around}");
                    }
                }
            }
        }
    });
}
