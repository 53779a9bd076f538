//! AWS-style resource policies and CORS rules: parse, decide, analyse. No I/O, no async.

pub mod action;
pub mod analyse;
pub mod arn;
pub mod condition;
pub mod cors;
pub mod decide;
pub mod json;
pub mod keys;
pub mod lifecycle;
pub mod limits;
mod matching;
pub mod meaning;
pub mod mediastore;
pub mod model;
pub mod parse;
pub mod pattern;
pub mod principal;
pub mod print;
pub mod problem;
pub mod request;
pub mod resource;
pub mod s3;
pub mod service;
pub mod span;
pub mod text;
