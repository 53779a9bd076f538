//! A witness as something a person can try: a command of curl where an unsigned request proves it, words otherwise.

use std::fmt::Write;

use mediastore_policy::request::{Caller, Request};

/// Keys that follow from what is asked for, or from nothing a person sets.
const OF_NO_CONSEQUENCE: [&str; 9] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:viaawsservice",
    "aws:principalisawsservice",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:userid",
];

/// The lines that show a request, at least one.
pub(crate) fn lines(request: &Request) -> Vec<String> {
    curl(request).unwrap_or_else(|| words(request))
}

/// The request as a command of curl with a remark below it, where an unsigned request proves it.
pub(crate) fn command(request: &Request) -> Option<String> {
    curl(request).map(|lines| lines.join("\n# "))
}

/// A command that makes the request, and what a command cannot say.
fn curl(request: &Request) -> Option<Vec<String>> {
    if request.principal != Caller::Anonymous {
        return None;
    }
    let (container, path) = request.resource.split_once(":container/")?.1.split_once('/')?;
    let (method, path) = match request.action.rsplit_once(':')?.1 {
        "GetObject" => ("", path),
        "DescribeObject" => ("--head ", path),
        "PutObject" => ("--upload-file file ", path),
        "DeleteObject" => ("--request DELETE ", path),
        "ListItems" => ("", ""),
        _ => return None,
    };
    let mut scheme = "https";
    let mut command = format!("curl {method}");
    let mut remarks = String::new();
    for (key, values) in request.context.iter() {
        let [value] = values else { return None };
        match key.to_ascii_lowercase().as_str() {
            "aws:securetransport" => scheme = if value == "false" { "http" } else { "https" },
            "aws:referer" => drop(write!(command, "--referer {} ", quote(value))),
            // What curl says of itself anyway.
            "aws:useragent" if value.starts_with("curl/") => {}
            "aws:useragent" => drop(write!(command, "--user-agent {} ", quote(value))),
            "aws:sourceip" => drop(write!(remarks, ", and the client is for one at {value}")),
            key if OF_NO_CONSEQUENCE.contains(&key) => {}
            _ => return None,
        }
    }
    let url = format!("{scheme}://ENDPOINT/{}", path.split('/').map(encode).collect::<Vec<_>>().join("/"));
    write!(command, "{}", quote(&url)).ok()?;
    Some(vec![command, format!("where ENDPOINT is the endpoint of the container `{container}`{remarks}")])
}

fn words(request: &Request) -> Vec<String> {
    let mut lines = vec![
        format!("principal {}", request.principal),
        format!("action    {}", request.action),
        format!("resource  {}", request.resource),
    ];
    lines.extend(request.context.iter().map(|(key, values)| format!("{key} = {}", values.join(", "))));
    lines
}

/// A segment of a path as a URL spells it.
fn encode(segment: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    segment
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A word as a shell reads it.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(principal: &str, action: &str, path: &str, context: &str) -> Vec<String> {
        let request = format!(
            r#"{{"principal": "{principal}", "action": "mediastore:{action}", "context": {context},
                "resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/{path}"}}"#
        );
        lines(&serde_json::from_str(&request).expect("a request"))
    }

    #[test]
    fn an_unsigned_request_is_a_command() {
        let where_it_is = "where ENDPOINT is the endpoint of the container `live`";
        for (action, path, context, expected, remark) in [
            ("GetObject", "a/b.ts", "{}", "curl 'https://ENDPOINT/a/b.ts'", ""),
            (
                "PutObject",
                "a b",
                r#"{"aws:SecureTransport": "false"}"#,
                "curl --upload-file file 'http://ENDPOINT/a%20b'",
                "",
            ),
            (
                "DescribeObject",
                "a",
                r#"{"aws:Referer": "it's"}"#,
                r"curl --head --referer 'it'\''s' 'https://ENDPOINT/a'",
                "",
            ),
            (
                "DeleteObject",
                "a",
                r#"{"aws:SourceIp": "198.51.100.7"}"#,
                "curl --request DELETE 'https://ENDPOINT/a'",
                ", and the client is for one at 198.51.100.7",
            ),
            ("ListItems", "a", r#"{"aws:UserAgent": "x"}"#, "curl --user-agent 'x' 'https://ENDPOINT/'", ""),
        ] {
            assert_eq!(shown("*", action, path, context), [expected.to_owned(), format!("{where_it_is}{remark}")]);
        }
    }

    #[test]
    fn what_no_command_can_say_is_said_in_words() {
        let signed = shown("arn:aws:iam::444455556666:root", "GetObject", "a", "{}");
        assert_eq!(signed[0], "principal arn:aws:iam::444455556666:root");
        assert!(shown("*", "GetObject", "a", r#"{"aws:SourceVpc": "vpc-1"}"#)[3].contains("vpc-1"));
        assert_eq!(shown("*", "PutContainerPolicy", "a", "{}").len(), 3);
    }

    #[test]
    fn what_follows_from_the_request_is_left_out() {
        let context = r#"{"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous", "aws:PrincipalAccount": "anonymous",
            "aws:UserAgent": "curl/8.5.0", "aws:ResourceAccount": "111122223333", "aws:CurrentTime": "2026-01-01T00:00:00Z"}"#;
        assert_eq!(shown("*", "GetObject", "a", context)[0], "curl 'https://ENDPOINT/a'");
    }
}
