//! Configurations in JSON.

use super::read;

#[test]
fn json_is_read_as_terraform_reads_it() {
    let container = r#"{"mediastore_container": {"a": {"name": "a", "//": "a comment"}}}"#;
    for (text, fault) in [
        (format!(r#"{{"resource": {container}, "//": {{"by": "cdktf"}}}}"#), None),
        (format!(r#"{{"resource": [{container}]}}"#), None),
        (format!(r#"[{{"locals": null}}, {{"resource": {container}}}]"#), None),
        (
            r#"{"resource": {"mediastore_container": {"a": [{"name": "a"}]}, "mediastore_object": null}}"#.to_owned(),
            None,
        ),
        (format!(r#"{{"resource": {container}, "locals": 7}}"#), Some("expected an object, not a number")),
        (format!(r#"[{{"resource": {container}}}, true]"#), Some("a configuration is an object, not a boolean")),
    ] {
        let unit = read(&[("main.tf.json", &text)]).unit;
        let containers: Vec<_> = unit.containers.iter().map(|it| it.origin.address.as_str()).collect();
        let faults: Vec<_> = unit.faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(containers, ["mediastore_container.a"], "{text}");
        assert_eq!(faults, fault.as_slice(), "{text}");
    }
}
