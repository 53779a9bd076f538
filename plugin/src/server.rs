//! The gRPC face of the engine: every RPC of tfplugin5 5.10, each a few lines of decode, call, encode.
//!
//! What this provider does not have (identities, functions, ephemeral and list resources, actions) is answered by the
//! protocol's polite "none" or by an error that names the unknown type. The work of a call runs in a task of its own: if the
//! connection dies, remote changes still finish; if it panics, the user gets a diagnostic and the state is kept.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use tf_proto::tfplugin5::{self as proto, provider_server};
use tokio_util::sync::CancellationToken;
use tonic::codegen::{BoxStream, tokio_stream};
use tonic::{Request, Response, Status, async_trait};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Answer, Engine};
use crate::provider::Provider;
use crate::serve::{Connection, ConnectionId, Lifecycle};
use crate::{from_proto, to_proto};

/// A provider as a gRPC service.
pub struct Server<P: Provider> {
    engine: Arc<Engine<P>>,
    lifecycle: Lifecycle,
}

impl<P: Provider> Server<P> {
    /// The service of `provider`; `lifecycle` is the process's, for interruption and for calls that must finish.
    pub fn new(provider: P, lifecycle: Lifecycle) -> Server<P> {
        Server { engine: Arc::new(Engine::new(provider)), lifecycle }
    }

    /// The connection a request came on; a call within the process counts as one that never closes.
    fn connection<T>(&self, request: &Request<T>) -> Connection {
        request.extensions().get().cloned().unwrap_or_else(|| Connection {
            id: ConnectionId::default(),
            stop: self.lifecycle.stop.clone(),
            closed: CancellationToken::new(),
        })
    }

    /// Runs a call to its end, whatever becomes of the connection, and turns failures into an answer.
    async fn answer<T, W>(
        &self,
        failed: impl FnOnce(Vec<proto::Diagnostic>) -> T,
        work: W,
    ) -> Result<Response<T>, Status>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Diagnostics>> + Send + 'static,
    {
        let outcome = self.lifecycle.in_flight.spawn(work).await;
        let diagnostics = match outcome {
            Ok(Ok(answer)) => return Ok(Response::new(answer)),
            Ok(Err(diagnostics)) => diagnostics,
            Err(error) if error.is_panic() => panicked(&*error.into_panic()),
            Err(_) => Diagnostic::error("Interrupted", "The provider was shut down during the call.").into(),
        };
        Ok(Response::new(failed(to_proto::diagnostics(diagnostics))))
    }
}

/// The diagnostics of a panic, with its message.
fn panicked(payload: &(dyn Any + Send)) -> Diagnostics {
    let message = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let message = message.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    Diagnostic::bug(format!("The call panicked: {message}")).into()
}

/// An error for a type of a kind that this provider has none of.
fn no_such(kind: &str, name: &str) -> Vec<proto::Diagnostic> {
    let detail = format!("The provider has no {kind} `{name}`.");
    to_proto::diagnostics(Diagnostic::error(format!("Unknown {kind}"), detail).into())
}

/// A stream of one event.
fn one<T: Send + 'static>(event: T) -> BoxStream<T> {
    Box::pin(tokio_stream::once(Ok(event)))
}

#[async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Result<Response<proto::get_metadata::Response>, Status> {
        use proto::get_metadata::{DataSourceMetadata, ResourceMetadata, Response as Metadata};
        let resources = self.engine.resources.keys().map(|name| ResourceMetadata { type_name: (*name).to_owned() });
        let sources = self.engine.data_sources.keys().map(|name| DataSourceMetadata { type_name: (*name).to_owned() });
        Ok(Response::new(Metadata {
            server_capabilities: Some(capabilities()),
            resources: resources.collect(),
            data_sources: sources.collect(),
            ..Default::default()
        }))
    }

    async fn get_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        let engine = &self.engine;
        let resources = engine.resources.values().map(|r| (r.name().to_owned(), to_proto::schema(r.schema())));
        let sources = engine.data_sources.values().map(|s| (s.name().to_owned(), to_proto::schema(s.schema())));
        Ok(Response::new(proto::get_provider_schema::Response {
            provider: Some(to_proto::schema(&engine.schema)),
            resource_schemas: resources.collect(),
            data_source_schemas: sources.collect(),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        }))
    }

    async fn prepare_provider_config(
        &self,
        request: Request<proto::prepare_provider_config::Request>,
    ) -> Result<Response<proto::prepare_provider_config::Response>, Status> {
        use proto::prepare_provider_config::Response as Prepared;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        let prepared_config = request.config.clone();
        self.answer(|diagnostics| Prepared { diagnostics, prepared_config: None }, async move {
            let config = from_proto::value(request.config, &engine.schema.ty())?;
            let diagnostics = to_proto::diagnostics(engine.validate_provider(&config)?);
            Ok(Prepared { prepared_config, diagnostics })
        })
        .await
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<proto::validate_resource_type_config::Request>,
    ) -> Result<Response<proto::validate_resource_type_config::Response>, Status> {
        use proto::validate_resource_type_config::Response as Validated;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Validated { diagnostics }, async move {
            let ty = engine.resource(&request.type_name)?.schema().ty();
            let config = from_proto::value(request.config, &ty)?;
            let write_only = request.client_capabilities.is_some_and(|c| c.write_only_attributes_allowed);
            let diagnostics = engine.validate_resource(&request.type_name, &config, write_only)?;
            Ok(Validated { diagnostics: to_proto::diagnostics(diagnostics) })
        })
        .await
    }

    async fn validate_data_source_config(
        &self,
        request: Request<proto::validate_data_source_config::Request>,
    ) -> Result<Response<proto::validate_data_source_config::Response>, Status> {
        use proto::validate_data_source_config::Response as Validated;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Validated { diagnostics }, async move {
            let ty = engine.data_source(&request.type_name)?.schema().ty();
            let config = from_proto::value(request.config, &ty)?;
            let diagnostics = engine.validate_data_source(&request.type_name, &config)?;
            Ok(Validated { diagnostics: to_proto::diagnostics(diagnostics) })
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        use proto::upgrade_resource_state::Response as Upgraded;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Upgraded { diagnostics, upgraded_state: None }, async move {
            let stored = request.raw_state.map(|raw| raw.json).filter(|json| !json.is_empty());
            let stored = stored.ok_or_else(|| {
                let detail = "The state was written by Terraform 0.11 or older, before this provider existed.";
                Diagnostics::from(Diagnostic::error("Unreadable state", detail))
            })?;
            let state = engine.upgrade(&request.type_name, request.version, from_proto::json(&stored)?)?;
            let ty = engine.resource(&request.type_name)?.schema().ty();
            Ok(Upgraded { upgraded_state: to_proto::value(&state, &ty)?, diagnostics: Vec::new() })
        })
        .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Result<Response<proto::get_resource_identity_schemas::Response>, Status> {
        Ok(Response::new(proto::get_resource_identity_schemas::Response::default()))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Result<Response<proto::upgrade_resource_identity::Response>, Status> {
        let diagnostics = no_such("resource identity", &request.into_inner().type_name);
        Ok(Response::new(proto::upgrade_resource_identity::Response { upgraded_identity: None, diagnostics }))
    }

    async fn configure(
        &self,
        request: Request<proto::configure::Request>,
    ) -> Result<Response<proto::configure::Response>, Status> {
        use proto::configure::Response as Configured;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        self.answer(|diagnostics| Configured { diagnostics }, async move {
            let config = from_proto::value(request.config, &engine.schema.ty())?;
            engine.configure(&connection, config, &request.terraform_version).await?;
            Ok(Configured::default())
        })
        .await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        use proto::read_resource::Response as Read;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        // With an error Terraform keeps the state it has; it is sent back all the same.
        let kept = Read {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Default::default()
        };
        let failed = kept.clone();
        self.answer(|diagnostics| Read { diagnostics, ..failed }, async move {
            let ty = engine.resource(&request.type_name)?.schema().ty();
            let state = from_proto::value(request.current_state, &ty)?;
            let Answer { state, diagnostics } = engine.read(&connection, &request.type_name, state).await?;
            let new_state = to_proto::value(&state, &ty)?;
            Ok(Read { new_state, diagnostics: to_proto::diagnostics(diagnostics), ..kept })
        })
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        use proto::plan_resource_change::Response as Planned;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        self.answer(|diagnostics| Planned { diagnostics, ..Default::default() }, async move {
            let ty = engine.resource(&request.type_name)?.schema().ty();
            let prior = from_proto::value(request.prior_state, &ty)?;
            let proposed = from_proto::value(request.proposed_new_state, &ty)?;
            let config = from_proto::value(request.config, &ty)?;
            let plan = engine.plan(connection.id, &request.type_name, &prior, &proposed, &config)?;
            Ok(Planned {
                planned_state: to_proto::value(&plan.planned, &ty)?,
                requires_replace: plan.requires_replace.iter().map(to_proto::path).collect(),
                planned_private: request.prior_private,
                diagnostics: to_proto::diagnostics(plan.diagnostics),
                planned_identity: request.prior_identity,
                ..Default::default()
            })
        })
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        use proto::apply_resource_change::Response as Applied;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        let private = request.planned_private.clone();
        // If the call panics, nobody knows how far it came. After a create the planned values are kept, so that the
        // object is in state as tainted rather than lost; after an update or delete, the prior ones.
        let failed = {
            let engine = Arc::clone(&engine);
            let (name, private) = (request.type_name.clone(), private.clone());
            let (prior, planned) = (request.prior_state.clone(), request.planned_state.clone());
            move |diagnostics| {
                let best_known = || {
                    let ty = engine.resource(&name)?.schema().ty();
                    let prior = from_proto::value(prior, &ty)?;
                    let kept = if prior.is_null() { from_proto::value(planned, &ty)?.unknown_to_null() } else { prior };
                    to_proto::value(&kept, &ty)
                };
                Applied { new_state: best_known().unwrap_or_default(), private, diagnostics, ..Default::default() }
            }
        };
        self.answer(failed, async move {
            let ty = engine.resource(&request.type_name)?.schema().ty();
            let prior = from_proto::value(request.prior_state, &ty)?;
            let planned = from_proto::value(request.planned_state, &ty)?;
            let Answer { state, diagnostics } = engine.apply(&connection, &request.type_name, prior, planned).await;
            Ok(Applied {
                new_state: to_proto::value(&state, &ty)?,
                private,
                diagnostics: to_proto::diagnostics(diagnostics),
                new_identity: request.planned_identity,
                ..Default::default()
            })
        })
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        use proto::import_resource_state::{ImportedResource, Response as Imported};
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        self.answer(|diagnostics| Imported { diagnostics, ..Default::default() }, async move {
            let ty = engine.resource(&request.type_name)?.schema().ty();
            let Answer { state, diagnostics } = engine.import(&connection, &request.type_name, &request.id).await?;
            let state = to_proto::value(&state, &ty)?;
            let imported =
                ImportedResource { type_name: request.type_name, state, private: Vec::new(), identity: None };
            Ok(Imported {
                imported_resources: vec![imported],
                diagnostics: to_proto::diagnostics(diagnostics),
                deferred: None,
            })
        })
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<Response<proto::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let detail = format!(
            "`{}` cannot take over the state of `{}` from {}.",
            request.target_type_name, request.source_type_name, request.source_provider_address
        );
        let diagnostics = to_proto::diagnostics(Diagnostic::error("Move is not supported", detail).into());
        Ok(Response::new(proto::move_resource_state::Response { diagnostics, ..Default::default() }))
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<Response<proto::read_data_source::Response>, Status> {
        use proto::read_data_source::Response as Read;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        self.answer(|diagnostics| Read { diagnostics, ..Default::default() }, async move {
            let ty = engine.data_source(&request.type_name)?.schema().ty();
            let config = from_proto::value(request.config, &ty)?;
            let Answer { state, diagnostics } =
                engine.read_data_source(&connection, &request.type_name, config).await?;
            let state = to_proto::value(&state, &ty)?;
            Ok(Read { state, diagnostics: to_proto::diagnostics(diagnostics), deferred: None })
        })
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Result<Response<proto::generate_resource_config::Response>, Status> {
        // Not offered in the capabilities: Terraform derives the configuration from the state itself.
        let diagnostics = no_such("configuration generator", &request.into_inner().type_name);
        Ok(Response::new(proto::generate_resource_config::Response { config: None, diagnostics }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<proto::validate_ephemeral_resource_config::Response>, Status> {
        let diagnostics = no_such("ephemeral resource type", &request.into_inner().type_name);
        Ok(Response::new(proto::validate_ephemeral_resource_config::Response { diagnostics }))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Result<Response<proto::open_ephemeral_resource::Response>, Status> {
        let diagnostics = no_such("ephemeral resource type", &request.into_inner().type_name);
        Ok(Response::new(proto::open_ephemeral_resource::Response { diagnostics, ..Default::default() }))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Result<Response<proto::renew_ephemeral_resource::Response>, Status> {
        let diagnostics = no_such("ephemeral resource type", &request.into_inner().type_name);
        Ok(Response::new(proto::renew_ephemeral_resource::Response { diagnostics, ..Default::default() }))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Result<Response<proto::close_ephemeral_resource::Response>, Status> {
        let diagnostics = no_such("ephemeral resource type", &request.into_inner().type_name);
        Ok(Response::new(proto::close_ephemeral_resource::Response { diagnostics }))
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Result<Response<BoxStream<proto::list_resource::Event>>, Status> {
        let diagnostic = no_such("list resource type", &request.into_inner().type_name);
        Ok(Response::new(one(proto::list_resource::Event { diagnostic, ..Default::default() })))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Result<Response<proto::validate_list_resource_config::Response>, Status> {
        let diagnostics = no_such("list resource type", &request.into_inner().type_name);
        Ok(Response::new(proto::validate_list_resource_config::Response { diagnostics }))
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        let functions = HashMap::new();
        Ok(Response::new(proto::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        let text = format!("the provider has no function `{}`", request.into_inner().name);
        let error = proto::FunctionError { text, function_argument: None };
        Ok(Response::new(proto::call_function::Response { result: None, error: Some(error) }))
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Result<Response<proto::plan_action::Response>, Status> {
        let diagnostics = no_such("action type", &request.into_inner().action_type);
        Ok(Response::new(proto::plan_action::Response { diagnostics, deferred: None }))
    }

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Result<Response<BoxStream<proto::invoke_action::Event>>, Status> {
        use proto::invoke_action::event::{Completed, Type};
        let diagnostics = no_such("action type", &request.into_inner().action_type);
        // An event without a type would panic Terraform.
        let completed = Type::Completed(Completed { diagnostics });
        Ok(Response::new(one(proto::invoke_action::Event { r#type: Some(completed) })))
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Result<Response<proto::validate_action_config::Response>, Status> {
        let diagnostics = no_such("action type", &request.into_inner().type_name);
        Ok(Response::new(proto::validate_action_config::Response { diagnostics }))
    }

    async fn stop(&self, request: Request<proto::stop::Request>) -> Result<Response<proto::stop::Response>, Status> {
        self.connection(&request).stop.cancel();
        Ok(Response::new(proto::stop::Response::default()))
    }
}

fn capabilities() -> proto::ServerCapabilities {
    proto::ServerCapabilities {
        // The schema is the same in every process, so Terraform may ask once per command.
        get_provider_schema_optional: true,
        ..Default::default()
    }
}
