//! A real provider process for `tests/serve.rs`, on the generated service instead of the engine, so that only the
//! process's life is under test. Functions are its levers: `CallFunction` does something by name and answers in
//! `error.text`. Arguments of the command line: `--debug`, `--tcp`, `--impatient` (an orphan ends at once).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // misbehaving is what some of its functions are for

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use tf_plugin::serve::{self, Connection, Lifecycle, Options, Transport};
use tf_proto::tfplugin5::provider_server::Provider;
use tf_proto::tfplugin5::{
    FunctionError, Schema, call_function, configure, get_provider_schema, prepare_provider_config, schema, stop,
    validate_resource_type_config,
};
use tonic::{Request, Response, Status};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let mut options = Options::new("registry.terraform.io/acme/fixture");
    options.debug = given("--debug");
    options.log_crates = vec![env!("CARGO_CRATE_NAME").to_owned()];
    if given("--tcp") {
        options.transport = Transport::Tcp;
    }
    if given("--impatient") {
        options.orphaned_after = Duration::from_millis(50);
    }
    serve::run(options, |lifecycle| Fixture { lifecycle })
}

struct Fixture {
    lifecycle: Lifecycle,
}

#[tonic::async_trait]
impl Provider for Fixture {
    async fn get_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        let name = schema::Attribute {
            name: "name".into(),
            r#type: b"\"string\"".to_vec(),
            required: true,
            ..Default::default()
        };
        let thing = schema::Block { attributes: vec![name], ..Default::default() };
        let of = |block| Schema { version: 0, block: Some(block) };
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(of(schema::Block::default())),
            resource_schemas: [("fixture_thing".to_owned(), of(thing))].into(),
            ..Default::default()
        }))
    }

    /// Sends back what it got.
    async fn prepare_provider_config(
        &self,
        request: Request<prepare_provider_config::Request>,
    ) -> Result<Response<prepare_provider_config::Response>, Status> {
        let prepared_config = request.into_inner().config;
        Ok(Response::new(prepare_provider_config::Response { prepared_config, diagnostics: vec![] }))
    }

    async fn validate_resource_type_config(
        &self,
        _: Request<validate_resource_type_config::Request>,
    ) -> Result<Response<validate_resource_type_config::Response>, Status> {
        tracing::info!("validated");
        Ok(Response::new(validate_resource_type_config::Response::default()))
    }

    async fn configure(&self, _: Request<configure::Request>) -> Result<Response<configure::Response>, Status> {
        Ok(Response::new(configure::Response::default()))
    }

    async fn stop(&self, request: Request<stop::Request>) -> Result<Response<stop::Response>, Status> {
        connection(&request)?.stop.cancel();
        Ok(Response::new(stop::Response::default()))
    }

    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        let connection = connection(&request)?;
        let call = request.into_inner();
        let text = match call.name.as_str() {
            "connection" => connection.id.0.to_string(),
            "stopped" => connection.stop.is_cancelled().to_string(),
            "wait for stop" => {
                tracing::info!("waiting for stop");
                connection.stop.cancelled().await;
                "stopped".to_owned()
            }
            "write to stdout" => {
                println!("{}", "x".repeat(1 << 20));
                String::new()
            }
            "panic" => panic!("as asked"),
            "work" => {
                let gate = PathBuf::from(String::from_utf8(call.arguments[0].msgpack.clone()).unwrap());
                self.lifecycle.in_flight.spawn(work(gate)).await.unwrap();
                String::new()
            }
            other => return Err(Status::invalid_argument(other)),
        };
        let error = Some(FunctionError { text, function_argument: None });
        Ok(Response::new(call_function::Response { result: None, error }))
    }
}

fn connection<T>(request: &Request<T>) -> Result<Connection, Status> {
    request.extensions().get().cloned().ok_or_else(|| Status::internal("a request without a connection"))
}

/// Begins, waits for the file `gate` to be there, and says when it is done.
async fn work(gate: PathBuf) {
    std::fs::write(gate.with_extension("begun"), "").unwrap();
    while !gate.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    std::fs::write(gate.with_extension("done"), "").unwrap();
}
