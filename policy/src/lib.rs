//! AWS-style resource policies and CORS rules: parse, decide, analyse. No I/O, no async, no unsafe code.
//!
//! What a policy means is written down in `docs/policy-semantics.md`; this crate follows it exactly and knows no heuristics.
//!
//! | to | use |
//! | --- | --- |
//! | read a policy, with every problem and its place | [`parse::parse`] |
//! | read one from source code that is not wholly known | [`parse::parse`] on a [`json::Template`], or [`parse::parse_node`] |
//! | decide one request | [`decide::decide`] on a [`request::Request`] |
//! | ask about all requests at once | [`analyse`] |
//! | know what a service refuses | [`mediastore::refusals`], [`service::ServiceModel::refusals`] |
//! | compare two spellings of one policy | [`meaning::same_meaning`], [`meaning::normalize`] |
//! | know what a mistyped name was meant to be | [`suggest`] |
//! | print a policy | its `Display`, or [`print::to_node`] |
//! | decide CORS requests | [`cors`] |
//! | check names, tags, lifecycle documents against the API's limits | [`limits`], [`lifecycle`] |
//!
//! # One request against a bucket policy
//!
//! Nothing here is special to MediaStore: [`s3::MODEL`] is a table like [`mediastore::MODEL`], and parsing and deciding need neither.
//!
//! ```
//! use mediastore_policy::decide::{decide, Verdict};
//! use mediastore_policy::request::Request;
//! use mediastore_policy::{parse, s3, service::Scope};
//!
//! let text = r#"{
//!     "Version": "2012-10-17",
//!     "Statement": [
//!         {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
//!          "Resource": "arn:aws:s3:::films/${aws:PrincipalTag/team, 'public'}/*"},
//!         {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::films/*",
//!          "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
//!     ]
//! }"#;
//!
//! // What would S3 say to this policy on the bucket `films`? Nothing.
//! assert_eq!(s3::MODEL.refusals(text, &Scope { name: Some("films"), ..Scope::default() }), []);
//!
//! let policy = parse::parse(text).into_result().expect("no problems");
//! let mut request: Request = serde_json::from_str(r#"{
//!     "principal": "*",
//!     "action": "s3:GetObject",
//!     "resource": "arn:aws:s3:::films/public/trailer.mp4",
//!     "context": {"aws:SecureTransport": ["true"]}
//! }"#)?;
//! let decision = decide([&policy], &request);
//! assert_eq!(decision.verdict, Verdict::Allow);
//!
//! // The decision names its reasons: which statements decided, and why the others did not match.
//! let deciding: Vec<_> = decision.deciding().map(|reason| reason.statement).collect();
//! assert_eq!(deciding, [0]);
//!
//! request.context.set("aws:SecureTransport", ["false"]);
//! assert_eq!(decide([&policy], &request).verdict, Verdict::ExplicitDeny);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Problems have a name and a place
//!
//! ```
//! use mediastore_policy::parse;
//! use mediastore_policy::problem::Code;
//!
//! let text = r#"{"Statement": {"Effect": "allow", "Principal": "*", "Action": "GetObject", "Resource": "*"}}"#;
//! let problems = parse::parse(text).into_result().expect_err("two problems");
//! assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::BadEffect, Code::BadAction]);
//! assert_eq!(problems[1].span.of(text), Some("\"GetObject\""));
//! assert_eq!(problems[1].message, "the action `GetObject` is neither `*` nor `service:Name`");
//! ```
//!
//! # What is unknown stays unknown
//!
//! A document found in Terraform source may have parts that exist only after apply. They are holes; a decision that holds whatever
//! fills them is given, any other [depends](decide::Verdict::Depends).
//!
//! ```
//! use std::sync::Arc;
//! use mediastore_policy::decide::{decide, Verdict};
//! use mediastore_policy::json::Template;
//! use mediastore_policy::request::{Caller, Context, Request};
//! use mediastore_policy::text::Hole;
//! use mediastore_policy::{parse, span::Span};
//!
//! let text = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "${var.account}"}, "Action": "*", "Resource": "*"}}"#;
//! let start = text.find("${").expect("a place");
//! let holes = [(Span::new(start, start + "${var.account}".len()), Arc::new(Hole::account("var.account")))];
//! let policy = parse::parse(Template { text, holes: &holes }).into_result().expect("no problems");
//!
//! let by = |principal: &str| Request {
//!     principal: Caller::parse(principal).expect("a caller"),
//!     action: "mediastore:GetObject".into(),
//!     resource: "arn:aws:mediastore:eu-west-1:111122223333:container/films/a.ts".into(),
//!     context: Context::new(),
//! };
//! assert_eq!(decide([&policy], &by("*")).verdict, Verdict::ImplicitDeny); // whatever account it is
//! assert_eq!(decide([&policy], &by("arn:aws:iam::111122223333:root")).verdict, Verdict::Depends);
//! ```

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
pub mod suggest;
pub mod text;
