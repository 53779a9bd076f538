//! Policies of up to 8,192 characters made to be hard, each with the answers that are right for it. The benchmark measures the
//! same ones.

/// A name, the policy, and its class.
pub(crate) type Hard = (&'static str, String, &'static str);

pub(crate) fn policies() -> Vec<Hard> {
    let never = deny(r#"{"StringLike":{"aws:Referer":"*1*"}}"#);
    let piece =
        |number: usize| deny(&format!(r#"{{"StringNotLike":{{"aws:Referer":"*{number}?{}*"}}}}"#, number * 7 % 10));
    let networks = list(|number| format!(r#""{}.{}.0.0/16""#, number / 256 + 11, number % 256));
    let agents = list(|number| format!(r#""*bot{number}*""#));
    let paths = list(|number| format!(r#""arn:aws:mediastore:*:*:container/*/{number}/*""#));
    let secrets = list(|number| format!(r#""secret{number}""#));
    let of_paths = format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":[{paths}]}}"#);
    vec![
        // Each Deny asks for one more piece of text.
        ("pieces of text", fill(ALLOW, piece), "public"),
        // They exclude each other only at the very end.
        ("pieces that contradict", fill(&format!("{ALLOW},{never}"), piece), "none"),
        // A satisfiability problem in disguise.
        ("puzzle of presence", fill(ALLOW, puzzle), "none"),
        (
            "many networks",
            fill(ALLOW, |_| deny(&format!(r#"{{"IpAddress":{{"aws:SourceIp":[{networks}]}}}}"#))),
            "public",
        ),
        (
            "many agents",
            fill(ALLOW, |_| deny(&format!(r#"{{"StringLike":{{"aws:UserAgent":[{agents}]}}}}"#))),
            "public",
        ),
        ("many paths", fill(&of_paths, |_| deny(r#"{"Bool":{"aws:SecureTransport":"false"}}"#)), "public"),
        (
            "many secrets",
            fill(
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"StringEquals":{{"aws:Referer":[{secrets}]}}}}}}"#
                ),
                |_| "x".repeat(9000),
            ),
            "guarded",
        ),
        (
            "stars",
            fill(
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:mediastore:*:*:container/{}"}}"#,
                    "*a?".repeat(2500)
                ),
                |_| "x".repeat(9000),
            ),
            "none",
        ),
        // Each is worth trying as a resource, and each is long to compare with.
        (
            "paths of stars",
            fill(&ALLOW.replace(r#""Resource":"*""#, r#""Resource":"arn:aws:mediastore:*:*:container/*""#), |number| {
                deny(r#"{"Bool":{"aws:SecureTransport":"true"}}"#).replace(
                    r#""Resource":"*""#,
                    &format!(r#""Resource":"arn:aws:mediastore:*:*:container/m/{number}{}*""#, "*a*b".repeat(60)),
                )
            }),
            "public",
        ),
        (
            "variables",
            fill(ALLOW, |number| {
                deny(&format!(
                    r#"{{"StringNotLike":{{"aws:Referer":"*${{aws:PrincipalTag/t{number}}}*${{aws:username}}"}}}}"#
                ))
            }),
            "public",
        ),
        (
            "accounts",
            fill(ALLOW, |number| {
                deny(&format!(
                    r#"{{"StringLike":{{"aws:PrincipalAccount":"*{}*","aws:PrincipalArn":"*:{}*"}}}}"#,
                    number % 10,
                    number
                ))
            }),
            "public",
        ),
    ]
}

const ALLOW: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;

fn deny(condition: &str) -> String {
    format!(r#"{{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{condition}}}"#)
}

fn puzzle(number: usize) -> String {
    const KEYS: [&str; 7] = [
        "aws:Referer",
        "aws:PrincipalTag/a",
        "aws:PrincipalTag/b",
        "aws:PrincipalTag/c",
        "aws:PrincipalTag/d",
        "aws:PrincipalTag/e",
        "aws:PrincipalOrgID",
    ];
    let pick = |step: usize| KEYS[(number * step + step * step) % KEYS.len()];
    let truth = |bit: usize| (number >> bit) & 1 == 1;
    deny(&format!(
        r#"{{"Null":{{"{}":"{}","{}x":"{}","{}y":"{}"}}}}"#,
        pick(1),
        truth(0),
        pick(3),
        truth(1),
        pick(5),
        truth(2)
    ))
}

/// As many values as leave room for a statement around them.
fn list(value: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for number in 0.. {
        let next = value(number);
        if list.len() + next.len() > 7600 {
            break;
        }
        list.push_str(&next);
        list.push(',');
    }
    list.trim_end_matches(',').to_owned()
}

/// As many statements as fit.
fn fill(head: &str, part: impl Fn(usize) -> String) -> String {
    let mut text = format!(r#"{{"Version":"2012-10-17","Statement":[{head}"#);
    for number in 0.. {
        let next = part(number);
        if text.len() + next.len() + 3 > 8192 {
            break;
        }
        text.push(',');
        text.push_str(&next);
    }
    text.push_str("]}");
    text
}
