//! Policies made to be hard. The bound is a count of work, not of time, so these answers are the same on every machine.

use mediastore_policy::analyse::{ExposureClass, TrustZone, exposure};
use mediastore_policy::{mediastore, parse};

/// As many statements as fit 8,192 characters.
pub(super) fn fill(head: &str, part: impl Fn(usize) -> String) -> String {
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

#[track_caller]
fn settles(text: &str, expected: &[ExposureClass]) {
    assert!(text.len() <= 8192);
    let policy = parse::parse(text).into_result().unwrap();
    let found = exposure(&[policy], &TrustZone::of_account("111122223333"), &mediastore::MODEL, None);
    assert!(expected.contains(&found.class), "{}", found.class);
}

const ALLOW: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;

fn deny(condition: &str) -> String {
    format!(r#"{{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{condition}}}"#)
}

#[test]
fn overlapping_patterns_are_bounded() {
    // Each Deny asks for one more piece of text; together they exclude each other only at the very end.
    let pieces = fill(ALLOW, |number| {
        deny(&format!(r#"{{"StringNotLike":{{"aws:Referer":"*{number}?{}*"}}}}"#, number * 7 % 10))
    });
    settles(&pieces, &[ExposureClass::Public, ExposureClass::Undecided]);
    let never = fill(&format!("{ALLOW},{}", deny(r#"{"StringLike":{"aws:Referer":"*1*"}}"#)), |number| {
        deny(&format!(r#"{{"StringNotLike":{{"aws:Referer":"*{number}?{}*"}}}}"#, number * 7 % 10))
    });
    settles(&never, &[ExposureClass::None, ExposureClass::Undecided]);
}

#[test]
fn puzzles_of_presence_are_bounded() {
    // Clauses over the presence of keys: a satisfiability problem in disguise.
    let keys = [
        "aws:Referer",
        "aws:PrincipalTag/a",
        "aws:PrincipalTag/b",
        "aws:PrincipalTag/c",
        "aws:PrincipalTag/d",
        "aws:PrincipalTag/e",
        "aws:PrincipalOrgID",
    ];
    let clause = |number: usize| {
        let pick = |step: usize| keys[(number * step + step * step) % keys.len()];
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
    };
    settles(&fill(ALLOW, clause), &[ExposureClass::Public, ExposureClass::None, ExposureClass::Undecided]);
}

#[test]
fn long_lists_are_bounded() {
    let values = |quoted: &dyn Fn(usize) -> String| {
        let mut list = String::new();
        for number in 0.. {
            let next = quoted(number);
            if list.len() + next.len() > 7600 {
                break;
            }
            list.push_str(&next);
            list.push(',');
        }
        list.trim_end_matches(',').to_owned()
    };
    let networks = values(&|number| format!(r#""{}.{}.0.0/16""#, number / 256 + 11, number % 256));
    settles(
        &fill(ALLOW, |_| deny(&format!(r#"{{"IpAddress":{{"aws:SourceIp":[{networks}]}}}}"#))),
        &[ExposureClass::Public],
    );
    let agents = values(&|number| format!(r#""*bot{number}*""#));
    settles(
        &fill(ALLOW, |_| deny(&format!(r#"{{"StringLike":{{"aws:UserAgent":[{agents}]}}}}"#))),
        &[ExposureClass::Public, ExposureClass::Undecided],
    );
    let paths = values(&|number| format!(r#""arn:aws:mediastore:*:*:container/*/{number}/*""#));
    let allow = format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":[{paths}]}}"#);
    settles(&fill(&allow, |_| deny(r#"{"Bool":{"aws:SecureTransport":"false"}}"#)), &[ExposureClass::Public]);
}
