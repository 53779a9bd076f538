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

#[test]
fn what_stands_in_text_with_escapes_is_at_the_place_of_the_text() {
    for name in [r#""\u0024{local.none}""#, r#""\u0024{[[1]][*][local.none]}""#, r#""\u0024{[[1]][*][0][local.none]}""#]
    {
        let text = format!(r#"{{"resource": {{"mediastore_container": {{"a": {{"name": {name}}}}}}}}}"#);
        let unit = read(&[("main.tf.json", &text)]).unit;
        assert_eq!(unit.faults[0].message, "`local.none` is not declared", "{name}");
        assert_eq!(unit.sources.text(unit.faults[0].span), Some(name));
    }
}
