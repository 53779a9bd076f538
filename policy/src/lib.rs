//! AWS-style resource policies and CORS rules: parse, decide, analyse. No I/O, no async.

pub mod action;
pub mod analyse;
pub mod arn;
pub mod condition;
pub mod cors;
pub mod decide;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod model;
pub mod pattern;
pub mod principal;
pub mod problem;
pub mod request;
pub mod resource;
pub mod span;
pub mod text;
