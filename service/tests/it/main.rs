//! Boundary tests of the service: by its HTTP API in process, by the real SDKs over a socket, and by the real binary.

// A test that cannot go on has failed; saying so by unwrap keeps the cases readable.
#![allow(clippy::unwrap_used, clippy::panic)]

/// Clients that are slow, many, malformed or out to trick.
mod abuse;
/// Who may do what to objects.
mod access;
/// A client that calls the service in process and checks the manners of every answer.
mod api;
/// A foreign client: the AWS CLI from PyPI.
mod aws_cli;
/// The binary: its arguments, its errors, its end.
mod binary;
/// A foreign client: boto3 from PyPI.
mod boto3;
/// Who may call the control plane.
mod callers;
/// The commands that work on objects.
mod cli;
/// What the operations do.
mod control;
/// What browsers are told.
mod cors;
/// The five operations on objects.
mod data;
/// What a crash, and a second process, must not break.
mod durability;
/// The same for objects, and for the disk they are on.
mod durability_objects;
/// A client of one container's endpoint, in process.
mod endpoint;
/// What the envelope of a request may be.
mod envelope;
/// Faults on demand.
mod faults;
/// Lifecycle policies on objects.
mod lifecycle;
/// Every limit, at its edge and one past it.
mod limits;
/// The real binary as a process: started, asked, stopped.
mod process;
/// Clients from PyPI, and how they come here.
mod python;
/// The client that the provider uses: aws-sdk-mediastore, over a socket.
mod sdk;
/// The same for objects: aws-sdk-mediastoredata, over a socket and in process.
mod sdk_data;
/// Signs as the AWS SDK does.
mod signer;
/// CREATING, ACTIVE, DELETING.
mod states;
/// Uploads on their way.
mod streaming;
/// Encrypted connections.
mod tls;
/// Logs and metrics.
mod watch;
