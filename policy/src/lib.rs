//! AWS-style resource policies and CORS rules: parse, decide, analyse. No I/O, no async.

pub mod lifecycle;
pub mod limits;
