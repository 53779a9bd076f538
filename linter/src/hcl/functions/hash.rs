//! Hashes, with which people make short names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use mediastore_policy::text::CharClass;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::file::read;
use super::{Answer, Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", 1, 1, |a| of_text(a, |bytes| STANDARD.encode(Sha256::digest(bytes))))
        .class(CharClass::Plain),
    function("base64sha512", 1, 1, |a| of_text(a, |bytes| STANDARD.encode(Sha512::digest(bytes))))
        .class(CharClass::Plain),
    function("filebase64sha256", 1, 1, |a| of_file(a, |bytes| STANDARD.encode(Sha256::digest(bytes)))),
    function("filebase64sha512", 1, 1, |a| of_file(a, |bytes| STANDARD.encode(Sha512::digest(bytes)))),
    function("filemd5", 1, 1, |a| of_file(a, |bytes| hex(&Md5::digest(bytes)))),
    function("filesha1", 1, 1, |a| of_file(a, |bytes| hex(&Sha1::digest(bytes)))),
    function("filesha256", 1, 1, |a| of_file(a, |bytes| hex(&Sha256::digest(bytes)))),
    function("filesha512", 1, 1, |a| of_file(a, |bytes| hex(&Sha512::digest(bytes)))),
    function("md5", 1, 1, |a| of_text(a, |bytes| hex(&Md5::digest(bytes)))).class(CharClass::Region),
    function("sha1", 1, 1, |a| of_text(a, |bytes| hex(&Sha1::digest(bytes)))).class(CharClass::Region),
    function("sha256", 1, 1, |a| of_text(a, |bytes| hex(&Sha256::digest(bytes)))).class(CharClass::Region),
    function("sha512", 1, 1, |a| of_text(a, |bytes| hex(&Sha512::digest(bytes)))).class(CharClass::Region),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_text(arguments: &Arguments<'_, '_>, digest: fn(&[u8]) -> String) -> Answer {
    match arguments.text(0)? {
        Some(text) => {
            arguments.run.charge(text.len() / 64, arguments.span)?;
            arguments.make_text(digest(text.as_bytes()))
        }
        None => Ok(None),
    }
}

fn of_file(arguments: &Arguments<'_, '_>, digest: fn(&[u8]) -> String) -> Answer {
    match read(arguments)?.and_then(|value| value.to_known_text()) {
        Some(text) => {
            arguments.run.charge(text.len() / 64, arguments.span)?;
            arguments.make_text(digest(text.as_bytes()))
        }
        None => Ok(None),
    }
}
