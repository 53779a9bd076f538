//! Functions of our own provider, `provider::mediastore::...`, as far as what they make can stand in a document.
//!
//! The others (`exposure`, `allows`, `cors_allows`, `lint`) judge; what hangs on them stays unknown here.

use std::rc::Rc;

use mediastore_policy::{arn, limits, meaning};

use super::super::value::{Data, Encoded, Entry, Layout, Mapping, Value};
use super::{Answer, Arguments, Function, encoding, function};
use crate::words::{Piece, Words};

pub(super) const FUNCTIONS: &[Function] = &[
    function("provider::mediastore::container_arn", 3, 3, container_arn),
    function("provider::mediastore::normalize_policy", 1, 1, normalize_policy),
    function("provider::mediastore::parse_arn", 1, 1, parse_arn),
];

fn container_arn(arguments: &Arguments<'_, '_>) -> Answer {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if let Some(region) = arguments.text(0)?
        && (region.is_empty() || !region.bytes().all(legal))
    {
        return arguments.fail(format!("`{region}` is not a region such as `us-west-2`"));
    }
    if let Some(account) = arguments.text(1)?
        && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return arguments.fail(format!("`{account}` is not an account id of twelve digits"));
    }
    if let Some(name) = arguments.text(2)?
        && let Err(violation) = limits::CONTAINER_NAME.check(&name)
    {
        return arguments.fail(violation.to_string());
    }
    let mut words = Words::default();
    for (before, at) in [("arn:aws:mediastore:", 0), (":", 1), (":container/", 2)] {
        words.push(Piece::made(before, arguments.span));
        words.append(&arguments.words(at)?);
    }
    arguments.make_words(words)
}

fn parse_arn(arguments: &Arguments<'_, '_>) -> Answer {
    let words = arguments.words(0)?;
    if let Some(known) = words.known()
        && !matches!(arn::split(&known), Some(["arn", _, "mediastore", _, _, resource]) if resource.starts_with("container/"))
    {
        return arguments.fail(format!("`{known}` is not the ARN of a container"));
    }
    // A path may have colons and slashes of its own.
    let Some(Ok([_, partition, _, region, account, resource])) = words.split(":", 6).map(<[Words; 6]>::try_from) else {
        return Ok(None);
    };
    let Some(mut fields) = resource.split("/", 3).map(Vec::into_iter) else { return Ok(None) };
    let (Some(kind), Some(container)) = (fields.next(), fields.next()) else { return Ok(None) };
    if kind.known().as_deref() != Some("container") {
        return Ok(None);
    }
    let path = fields.next().unwrap_or_else(|| Words::made("", arguments.span));
    let entry = |(name, words): (&str, Words)| Entry {
        key: name.into(),
        key_span: arguments.span,
        value: Value::words(words, arguments.span),
    };
    let parts =
        [("partition", partition), ("region", region), ("account", account), ("container", container), ("path", path)];
    arguments.make_mapping(Mapping::from_entries(parts.into_iter().map(entry).collect()))
}

fn normalize_policy(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(known) = arguments.text(0)? else {
        // Of a policy with unknown parts the meaning stays, and that is what is judged; its spelling is not known.
        let value = encoding::decode(arguments.value(0))?;
        let is_object = matches!(value.data, Data::Mapping(_));
        let encoded = Encoded { value, layout: Layout::Unknown };
        return Ok(is_object.then(|| Value::new(Data::Encoded(Rc::new(encoded)), arguments.span)));
    };
    match meaning::normalize(&known) {
        Ok(text) => arguments.make_text(text),
        Err(problems) => {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            arguments.fail(format!("the policy is malformed: {}", problems.join("; ")))
        }
    }
}
