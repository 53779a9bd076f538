//! The gRPC face of the engine: every RPC of tfplugin5 5.10, each a few lines of decode, call, encode.
//!
//! What a provider does not have is answered by the protocol's polite "none" or by an error that names the unknown type. The
//! work of a call runs in a task of its own: if the connection dies, remote changes still finish; if it panics, the user gets
//! a diagnostic and the state is kept.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use tf_proto::tfplugin5::{self as proto, provider_server};
use tokio::task::JoinError;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, async_trait};

use crate::action::Progress;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Answer, Engine};
use crate::identity::{self, ImportId};
use crate::list::Listed;
use crate::provider::Provider;
use crate::resource::MovedState;
use crate::schema::Schema;
use crate::serve::{Connection, ConnectionId, Lifecycle};
use crate::validate::check_config;
use crate::value::Value;
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
            Err(error) => interrupted(error),
        };
        Ok(Response::new(failed(to_proto::diagnostics(diagnostics))))
    }
}

/// What to say of a task that did not end by itself: it panicked, or the process was shut down.
fn interrupted(error: JoinError) -> Diagnostics {
    if !error.is_panic() {
        return Diagnostic::error("Interrupted", "The provider was shut down during the call.").into();
    }
    let payload = error.into_panic();
    let message = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let message = message.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    Diagnostic::bug(format!("The call panicked: {message}")).into()
}

/// Runs the checks that a schema carries over a configuration.
fn checked(schema: &Schema, config: Option<proto::DynamicValue>) -> Result<Vec<proto::Diagnostic>, Diagnostics> {
    let config = from_proto::value(config, &schema.ty())?;
    Ok(to_proto::diagnostics(check_config(&schema.block, &config, true)))
}

fn identity_of<P: Provider>(
    engine: &Engine<P>,
    name: &str,
    identity: &Value,
) -> Result<Option<proto::ResourceIdentityData>, Diagnostics> {
    if identity.is_null() {
        return Ok(None);
    }
    let ty = identity::ty(engine.resource(name)?.identity_attributes());
    Ok(Some(proto::ResourceIdentityData { identity_data: to_proto::value(identity, &ty)? }))
}

fn functions<P: Provider>(engine: &Engine<P>) -> HashMap<String, proto::Function> {
    engine.functions.values().map(|function| (function.name.to_owned(), to_proto::function(function))).collect()
}

#[async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Result<Response<proto::get_metadata::Response>, Status> {
        use proto::get_metadata as metadata;
        let engine = &self.engine;
        let owned = |name: &&'static str| (*name).to_owned();
        let resources = engine.resources.keys().map(owned);
        let sources = engine.data_sources.keys().map(owned);
        let ephemeral = engine.ephemeral_resources.keys().map(owned);
        let lists = engine.list_resources.keys().map(owned);
        let actions = engine.actions.keys().map(owned);
        let functions = engine.functions.keys().map(owned);
        Ok(Response::new(metadata::Response {
            server_capabilities: Some(capabilities()),
            diagnostics: Vec::new(),
            resources: resources.map(|type_name| metadata::ResourceMetadata { type_name }).collect(),
            data_sources: sources.map(|type_name| metadata::DataSourceMetadata { type_name }).collect(),
            functions: functions.map(|name| metadata::FunctionMetadata { name }).collect(),
            ephemeral_resources: ephemeral.map(|type_name| metadata::EphemeralMetadata { type_name }).collect(),
            list_resources: lists.map(|type_name| metadata::ListResourceMetadata { type_name }).collect(),
            actions: actions.map(|type_name| metadata::ActionMetadata { type_name }).collect(),
        }))
    }

    async fn get_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        let engine = &self.engine;
        let named = |name: &str, schema: &Schema| (name.to_owned(), to_proto::schema(schema));
        let resources = engine.resources.values().map(|each| named(each.name(), each.schema()));
        let sources = engine.data_sources.values().map(|each| named(each.name(), each.schema()));
        let ephemeral = engine.ephemeral_resources.values().map(|each| named(each.name(), each.schema()));
        let lists = engine.list_resources.values().map(|each| named(each.name(), each.schema()));
        let actions = engine.actions.values().map(|each| {
            let (name, schema) = named(each.name(), each.schema());
            (name, proto::ActionSchema { schema: Some(schema) })
        });
        Ok(Response::new(proto::get_provider_schema::Response {
            provider: Some(to_proto::schema(&engine.schema)),
            resource_schemas: resources.collect(),
            data_source_schemas: sources.collect(),
            ephemeral_resource_schemas: ephemeral.collect(),
            list_resource_schemas: lists.collect(),
            action_schemas: actions.collect(),
            functions: functions(engine),
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
        let identified = self.engine.resources.values().filter(|each| !each.identity_attributes().is_empty());
        let schemas = identified
            .map(|each| (each.name().to_owned(), to_proto::identity_schema(each.identity_attributes())))
            .collect();
        Ok(Response::new(proto::get_resource_identity_schemas::Response {
            identity_schemas: schemas,
            diagnostics: Vec::new(),
        }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Result<Response<proto::upgrade_resource_identity::Response>, Status> {
        // Every identity has version 0; Terraform asks only for another one.
        let proto::upgrade_resource_identity::Request { type_name, version, .. } = request.into_inner();
        let detail = format!("No release of this provider stored an identity of version {version} for `{type_name}`.");
        let diagnostics = to_proto::diagnostics(Diagnostic::error("Unknown identity version", detail).into());
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
            let Answer { state, identity, diagnostics } = engine.read(&connection, &request.type_name, state).await?;
            let new_state = to_proto::value(&state, &ty)?;
            let new_identity =
                identity_of(&engine, &request.type_name, &identity)?.or_else(|| kept.new_identity.clone());
            Ok(Read { new_state, new_identity, diagnostics: to_proto::diagnostics(diagnostics), ..kept })
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
            let config = from_proto::value(request.config, &ty)?;
            let Answer { state, identity, diagnostics } =
                engine.apply(&connection, &request.type_name, prior, planned, &config).await;
            Ok(Applied {
                new_state: to_proto::value(&state, &ty)?,
                private,
                diagnostics: to_proto::diagnostics(diagnostics),
                new_identity: identity_of(&engine, &request.type_name, &identity)?.or(request.planned_identity),
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
            let resource = engine.resource(&request.type_name)?;
            let given = match request.identity.and_then(|identity| identity.identity_data) {
                Some(data) => Some(from_proto::value(Some(data), &identity::ty(resource.identity_attributes()))?),
                None => None,
            };
            let id = given.as_ref().map_or(ImportId::Text(&request.id), ImportId::Identity);
            let Answer { state, identity, diagnostics } = engine.import(&connection, &request.type_name, &id).await?;
            let imported = ImportedResource {
                state: to_proto::value(&state, &resource.schema().ty())?,
                private: Vec::new(),
                identity: identity_of(&engine, &request.type_name, &identity)?,
                type_name: request.type_name.clone(),
            };
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
        use proto::move_resource_state::Response as Moved;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Moved { diagnostics, ..Default::default() }, async move {
            let stored = request.source_state.map(|raw| raw.json).unwrap_or_default();
            let source = MovedState {
                provider: request.source_provider_address,
                type_name: request.source_type_name,
                version: request.source_schema_version,
                state: from_proto::json(&stored)?,
            };
            let state = engine.take_over(&request.target_type_name, &source)?;
            let ty = engine.resource(&request.target_type_name)?.schema().ty();
            Ok(Moved { target_state: to_proto::value(&state, &ty)?, ..Default::default() })
        })
        .await
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
            let Answer { state, diagnostics, .. } =
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
        let name = request.into_inner().type_name;
        let detail = format!("The provider does not generate configuration for `{name}`.");
        let diagnostics = to_proto::diagnostics(Diagnostic::error("Not supported", detail).into());
        Ok(Response::new(proto::generate_resource_config::Response { config: None, diagnostics }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<proto::validate_ephemeral_resource_config::Response>, Status> {
        use proto::validate_ephemeral_resource_config::Response as Validated;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Validated { diagnostics }, async move {
            let schema = engine.ephemeral_resource(&request.type_name)?.schema();
            Ok(Validated { diagnostics: checked(schema, request.config)? })
        })
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Result<Response<proto::open_ephemeral_resource::Response>, Status> {
        use proto::open_ephemeral_resource::Response as Opened;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        self.answer(|diagnostics| Opened { diagnostics, ..Default::default() }, async move {
            let ty = engine.ephemeral_resource(&request.type_name)?.schema().ty();
            let config = from_proto::value(request.config, &ty)?;
            let Answer { state, diagnostics, .. } = engine.open(&connection, &request.type_name, config).await?;
            let (result, diagnostics) = (to_proto::value(&state, &ty)?, to_proto::diagnostics(diagnostics));
            Ok(Opened { result, diagnostics, ..Default::default() })
        })
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        _: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Result<Response<proto::renew_ephemeral_resource::Response>, Status> {
        // No answer of `open` asks for a renewal, so there is nothing to do for who comes all the same.
        Ok(Response::new(proto::renew_ephemeral_resource::Response::default()))
    }

    async fn close_ephemeral_resource(
        &self,
        _: Request<proto::close_ephemeral_resource::Request>,
    ) -> Result<Response<proto::close_ephemeral_resource::Response>, Status> {
        Ok(Response::new(proto::close_ephemeral_resource::Response::default()))
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Result<Response<BoxStream<proto::list_resource::Event>>, Status> {
        use proto::list_resource::Event;
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        let failed = |diagnostic| vec![Event { diagnostic, ..Default::default() }];
        let events = self.answer(failed, async move {
            let name = &request.type_name;
            let config = from_proto::value(request.config, &engine.list_resource(name)?.schema().ty())?;
            let limit = usize::try_from(request.limit).unwrap_or(0);
            let found = engine.list(&connection, name, config, limit, request.include_resource_object).await?;
            let ty = engine.resource(name)?.schema().ty();
            let event = |(listed, state): (Listed, Option<Value>)| {
                Ok(Event {
                    identity: identity_of(&engine, name, &listed.identity)?,
                    display_name: listed.display_name,
                    resource_object: state.map_or(Ok(None), |state| to_proto::value(&state, &ty))?,
                    diagnostic: Vec::new(),
                })
            };
            found.into_iter().map(event).collect()
        });
        let events = events.await?.into_inner();
        Ok(Response::new(Box::pin(tokio_stream::iter(events.into_iter().map(Ok)))))
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Result<Response<proto::validate_list_resource_config::Response>, Status> {
        use proto::validate_list_resource_config::Response as Validated;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Validated { diagnostics }, async move {
            let schema = engine.list_resource(&request.type_name)?.schema();
            Ok(Validated { diagnostics: checked(schema, request.config)? })
        })
        .await
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        let functions = functions(&self.engine);
        Ok(Response::new(proto::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        use proto::call_function::Response as Called;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        let failed = |diagnostics: Vec<proto::Diagnostic>| {
            let text = diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect::<Vec<_>>().join("\n");
            Called { result: None, error: Some(proto::FunctionError { text, function_argument: None }) }
        };
        self.answer(failed, async move {
            let function = engine.function(&request.name)?;
            let parameters = function.parameters.iter().chain(function.variadic.iter().cycle());
            let arguments = request.arguments.into_iter().zip(parameters);
            let arguments: Vec<Value> = arguments
                .map(|(argument, parameter)| from_proto::value(Some(argument), &parameter.ty))
                .collect::<Result<_, _>>()?;
            Ok(match (function.call)(&arguments) {
                Ok(result) => Called { result: to_proto::value(&result, &function.returns)?, error: None },
                Err(error) => Called { result: None, error: Some(to_proto::function_error(error)) },
            })
        })
        .await
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Result<Response<proto::plan_action::Response>, Status> {
        use proto::plan_action::Response as Planned;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Planned { diagnostics, deferred: None }, async move {
            let schema = engine.action(&request.action_type)?.schema();
            Ok(Planned { diagnostics: checked(schema, request.config)?, deferred: None })
        })
        .await
    }

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Result<Response<BoxStream<proto::invoke_action::Event>>, Status> {
        use proto::invoke_action::Event;
        use proto::invoke_action::event::{Completed, Progress as Said, Type};
        let (engine, connection) = (Arc::clone(&self.engine), self.connection(&request));
        let request = request.into_inner();
        let (said, messages) = tokio::sync::mpsc::unbounded_channel();
        let done = self.lifecycle.in_flight.spawn(async move {
            let config = from_proto::value(request.config, &engine.action(&request.action_type)?.schema().ty())?;
            engine.invoke(&connection, &request.action_type, config, &Progress(said)).await
        });
        let progress = UnboundedReceiverStream::new(messages).map(|message| Type::Progress(Said { message }));
        // The channel closes when the work has ended, so this comes last, and exactly once.
        let completed = futures_util::stream::once(async move {
            let diagnostics = match done.await {
                Ok(Ok(diagnostics) | Err(diagnostics)) => diagnostics,
                Err(error) => interrupted(error),
            };
            Type::Completed(Completed { diagnostics: to_proto::diagnostics(diagnostics) })
        });
        let events = progress.chain(completed).map(|event| Ok(Event { r#type: Some(event) }));
        Ok(Response::new(Box::pin(events)))
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Result<Response<proto::validate_action_config::Response>, Status> {
        use proto::validate_action_config::Response as Validated;
        let engine = Arc::clone(&self.engine);
        let request = request.into_inner();
        self.answer(|diagnostics| Validated { diagnostics }, async move {
            let schema = engine.action(&request.type_name)?.schema();
            Ok(Validated { diagnostics: checked(schema, request.config)? })
        })
        .await
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
        move_resource_state: true,
        ..Default::default()
    }
}
