//! What happens on each call, without the wire: plan, apply, read, import, upgrade.
//!
//! The engine adds what every resource needs and none should repeat: the order of planning, the choice between create,
//! update and delete, the state that is saved after a failure, and a check of every answer against Terraform's contract.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

use crate::action::{DynAction, Progress};
use crate::context::Context;
use crate::contract;
use crate::data_source::DynDataSource;
use crate::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::ephemeral::DynEphemeralResource;
use crate::function::Function;
use crate::identity::ImportId;
use crate::list::{DynListResource, Listed};
use crate::path::Path;
use crate::plan;
use crate::provider::Provider;
use crate::resource::{DynResource, MovedState, read_model};
use crate::schema::Schema;
use crate::serve::{Connection, ConnectionId};
use crate::timeouts::{self, Operation};
use crate::validate::check_config;
use crate::value::{Value, json};

pub(crate) struct Engine<P: Provider> {
    provider: P,
    pub(crate) schema: Schema,
    pub(crate) resources: BTreeMap<&'static str, Box<dyn DynResource<P::Client>>>,
    pub(crate) data_sources: BTreeMap<&'static str, Box<dyn DynDataSource<P::Client>>>,
    pub(crate) ephemeral_resources: BTreeMap<&'static str, Box<dyn DynEphemeralResource<P::Client>>>,
    pub(crate) list_resources: BTreeMap<&'static str, Box<dyn DynListResource<P::Client>>>,
    pub(crate) actions: BTreeMap<&'static str, Box<dyn DynAction<P::Client>>>,
    pub(crate) functions: BTreeMap<&'static str, Function>,
    /// One client for each connection: in debug mode one process serves every alias of the provider, and each alias has
    /// a connection of its own.
    clients: Mutex<HashMap<ConnectionId, Arc<P::Client>>>,
}

/// The answer to a plan.
pub(crate) struct Plan {
    pub(crate) planned: Value,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
}

/// The state to save and what to say.
pub(crate) struct Answer {
    pub(crate) state: Value,
    /// The object's identity; null for types that have none.
    pub(crate) identity: Value,
    pub(crate) diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) fn new(provider: P) -> Engine<P> {
        let schema = provider.schema();
        Engine {
            schema,
            resources: provider.resources().into_iter().map(|resource| (resource.name(), resource)).collect(),
            data_sources: provider.data_sources().into_iter().map(|source| (source.name(), source)).collect(),
            ephemeral_resources: provider.ephemeral_resources().into_iter().map(|each| (each.name(), each)).collect(),
            list_resources: provider.list_resources().into_iter().map(|list| (list.name(), list)).collect(),
            actions: provider.actions().into_iter().map(|action| (action.name(), action)).collect(),
            functions: provider.functions().into_iter().map(|function| (function.name, function)).collect(),
            provider,
            clients: Mutex::default(),
        }
    }

    pub(crate) fn resource(&self, name: &str) -> Result<&dyn DynResource<P::Client>, Diagnostics> {
        find(&self.resources, "resource type", name).map(|found| &**found)
    }

    pub(crate) fn data_source(&self, name: &str) -> Result<&dyn DynDataSource<P::Client>, Diagnostics> {
        find(&self.data_sources, "data source type", name).map(|found| &**found)
    }

    pub(crate) fn ephemeral_resource(&self, name: &str) -> Result<&dyn DynEphemeralResource<P::Client>, Diagnostics> {
        find(&self.ephemeral_resources, "ephemeral resource type", name).map(|found| &**found)
    }

    pub(crate) fn list_resource(&self, name: &str) -> Result<&dyn DynListResource<P::Client>, Diagnostics> {
        find(&self.list_resources, "list resource type", name).map(|found| &**found)
    }

    pub(crate) fn function(&self, name: &str) -> Result<&Function, Diagnostics> {
        find(&self.functions, "function", name)
    }

    pub(crate) fn action(&self, name: &str) -> Result<&dyn DynAction<P::Client>, Diagnostics> {
        find(&self.actions, "action type", name).map(|found| &**found)
    }

    /// The client of a connection; absent until it is configured.
    pub(crate) fn client(&self, connection: ConnectionId) -> Option<Arc<P::Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&connection).cloned()
    }

    pub(crate) fn configured(&self, connection: ConnectionId) -> Result<Arc<P::Client>, Diagnostics> {
        let unconfigured = || Diagnostic::bug("Terraform asked for remote data before it configured the provider.");
        self.client(connection).ok_or_else(|| unconfigured().into())
    }

    /// Makes the client of a connection, which goes with it.
    pub(crate) async fn configure(
        self: &Arc<Self>,
        connection: &Connection,
        config: Value,
        terraform_version: &str,
    ) -> Result<(), Diagnostics> {
        let client = self.provider.configure(read_model(config)?, terraform_version).await?;
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).insert(connection.id, Arc::new(client));
        let (engine, connection) = (Arc::downgrade(self), connection.clone());
        tokio::spawn(async move {
            connection.closed.cancelled().await;
            if let Some(engine) = engine.upgrade() {
                engine.clients.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection.id);
            }
        });
        Ok(())
    }

    pub(crate) fn validate_provider(&self, config: &Value) -> Result<Diagnostics, Diagnostics> {
        let mut diagnostics = check_config(&self.schema.block, config, true);
        // A value that fails its attribute's check may not fit the model either.
        if !diagnostics.has_errors() {
            diagnostics.extend(self.provider.validate(&read_model(config.clone())?));
        }
        Ok(diagnostics)
    }

    pub(crate) fn validate_resource(
        &self,
        name: &str,
        config: &Value,
        write_only_allowed: bool,
    ) -> Result<Diagnostics, Diagnostics> {
        let resource = self.resource(name)?;
        let mut diagnostics = check_config(&resource.schema().block, config, write_only_allowed);
        if !diagnostics.has_errors() {
            diagnostics.extend(resource.validate(config));
        }
        Ok(diagnostics)
    }

    pub(crate) fn validate_data_source(&self, name: &str, config: &Value) -> Result<Diagnostics, Diagnostics> {
        let source = self.data_source(name)?;
        let mut diagnostics = check_config(&source.schema().block, config, true);
        if !diagnostics.has_errors() {
            diagnostics.extend(source.validate(config));
        }
        Ok(diagnostics)
    }

    pub(crate) fn plan(
        &self,
        connection: ConnectionId,
        name: &str,
        prior: &Value,
        proposed: &Value,
        config: &Value,
    ) -> Result<Plan, Diagnostics> {
        if proposed.is_null() {
            return Ok(Plan { planned: Value::Null, requires_replace: Vec::new(), diagnostics: Diagnostics::none() });
        }
        let resource = self.resource(name)?;
        let block = &resource.schema().block;
        let planned = plan::plan(block, prior, proposed, config);
        let client = self.client(connection);
        let (planned, diagnostics) = resource.modify_plan(client.as_deref(), prior, config, planned)?;
        refuse(name, "planned", contract::plan_problems(block, prior, config, &planned))?;
        let requires_replace = plan::requires_replace(block, prior, &planned);
        Ok(Plan { planned, requires_replace, diagnostics })
    }

    /// Creates, updates or deletes. Never loses what is known of the remote object: that is the answer's state.
    pub(crate) async fn apply(
        &self,
        connection: &Connection,
        name: &str,
        prior: Value,
        planned: Value,
        config: &Value,
    ) -> Answer {
        let (resource, client) = match self.resource(name).and_then(|r| Ok((r, self.configured(connection.id)?))) {
            Ok(found) => found,
            Err(diagnostics) => return Answer { state: prior, identity: Value::Null, diagnostics },
        };
        let block = &resource.schema().block;
        let operation = match (&prior, &planned) {
            (_, Value::Null) => Operation::Delete,
            (Value::Null, _) => Operation::Create,
            _ => Operation::Update,
        };
        let timeouts = if operation == Operation::Delete { &prior } else { &planned };
        let cx = Context::new(&*client, timeouts::granted(timeouts, operation), &connection.stop);
        let outcome = match operation {
            Operation::Delete => resource.delete(&cx, prior.clone()).await.map(|()| Value::Null),
            Operation::Create => resource.create(&cx, plan::with_write_only(block, &planned, config)).await,
            Operation::Update | Operation::Read => {
                resource.update(&cx, prior.clone(), plan::with_write_only(block, &planned, config)).await
            }
        };
        let mut diagnostics = cx.into_warnings();
        let state = match outcome {
            Ok(state) => {
                let state = plan::keep_spelling(block, &planned, &state);
                if let Err(bug) = refuse(name, "applied", contract::apply_problems(&planned, &state)) {
                    diagnostics.extend(bug);
                }
                state
            }
            Err(Failure { diagnostics: failed, model }) => {
                diagnostics.extend(failed);
                if !diagnostics.has_errors() {
                    diagnostics.push(Diagnostic::bug(format!("`{name}` failed without saying why.")));
                }
                model.map_or(prior, |model| plan::keep_spelling(block, &planned, &model))
            }
        };
        let state = state.unknown_to_null();
        let identity = identify(resource, &client, &state, &mut diagnostics);
        Answer { state, identity, diagnostics }
    }

    pub(crate) async fn read(&self, connection: &Connection, name: &str, state: Value) -> Result<Answer, Diagnostics> {
        let resource = self.resource(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::granted(&state, Operation::Read), &connection.stop);
        let read = resource.read(&cx, state.clone()).await?;
        let state = match read {
            None => Value::Null,
            Some(read) => plan::keep_spelling(&resource.schema().block, &state, &read),
        };
        if !state.is_wholly_known() {
            return Err(Diagnostic::bug(format!("`{name}` read a state with unknown values.")).into());
        }
        let mut diagnostics = cx.into_warnings();
        let identity = identify(resource, &client, &state, &mut diagnostics);
        Ok(Answer { state, identity, diagnostics })
    }

    pub(crate) async fn read_data_source(
        &self,
        connection: &Connection,
        name: &str,
        config: Value,
    ) -> Result<Answer, Diagnostics> {
        let source = self.data_source(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::granted(&config, Operation::Read), &connection.stop);
        let state = source.read(&cx, config).await?;
        if !state.is_wholly_known() {
            return Err(Diagnostic::bug(format!("`{name}` read unknown values.")).into());
        }
        Ok(Answer { state, identity: Value::Null, diagnostics: cx.into_warnings() })
    }

    pub(crate) async fn import(
        &self,
        connection: &Connection,
        name: &str,
        id: &ImportId<'_>,
    ) -> Result<Answer, Diagnostics> {
        let resource = self.resource(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::DEFAULT, &connection.stop);
        let state = resource.import(&cx, id).await?;
        let mut diagnostics = cx.into_warnings();
        let identity = match id {
            ImportId::Identity(identity) => (*identity).clone(),
            ImportId::Text(_) => identify(resource, &client, &state, &mut diagnostics),
        };
        Ok(Answer { state, identity, diagnostics })
    }

    /// The state of another type as one of `name`.
    pub(crate) fn take_over(&self, name: &str, source: &MovedState) -> Result<Value, Diagnostics> {
        let resource = self.resource(name)?;
        let state = resource.take_over(source).unwrap_or_else(|| {
            let detail =
                format!("`{name}` cannot take over the state of `{}` from {}.", source.type_name, source.provider);
            Err(Diagnostic::error("Move is not supported", detail).into())
        })?;
        self.upgrade(name, resource.schema().version, state)
    }

    /// Objects found by a list resource, each with its whole state where `with_state`.
    pub(crate) async fn list(
        &self,
        connection: &Connection,
        name: &str,
        config: Value,
        limit: usize,
        with_state: bool,
    ) -> Result<Vec<(Listed, Option<Value>)>, Diagnostics> {
        let list = self.list_resource(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::DEFAULT, &connection.stop);
        let mut found = list.list(&cx, config, limit).await?;
        found.truncate(limit);
        let mut objects = Vec::with_capacity(found.len());
        for listed in found {
            let state = if with_state {
                let imported = self.import(connection, name, &ImportId::Identity(&listed.identity)).await?;
                match self.read(connection, name, imported.state).await?.state {
                    Value::Null => continue, // deleted while we were listing
                    state => Some(state),
                }
            } else {
                None
            };
            objects.push((listed, state));
        }
        Ok(objects)
    }

    pub(crate) async fn invoke(
        &self,
        connection: &Connection,
        name: &str,
        config: Value,
        progress: &Progress,
    ) -> Result<Diagnostics, Diagnostics> {
        let action = self.action(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::DEFAULT, &connection.stop);
        action.invoke(&cx, config, progress).await?;
        Ok(cx.into_warnings())
    }

    pub(crate) async fn open(&self, connection: &Connection, name: &str, config: Value) -> Result<Answer, Diagnostics> {
        let ephemeral = self.ephemeral_resource(name)?;
        let client = self.configured(connection.id)?;
        let cx = Context::new(&*client, timeouts::DEFAULT, &connection.stop);
        let state = ephemeral.open(&cx, config).await?;
        Ok(Answer { state, identity: Value::Null, diagnostics: cx.into_warnings() })
    }

    /// The stored JSON as a value of today's schema. Called for every stored object, also when nothing changed.
    pub(crate) fn upgrade(&self, name: &str, version: i64, state: Json) -> Result<Value, Diagnostics> {
        let resource = self.resource(name)?;
        let schema = resource.schema();
        let state = if version == schema.version { state } else { resource.upgrade(version, state)? };
        let unreadable = |error: crate::value::CodecError| {
            let detail = format!("The state of `{name}` does not fit the provider's schema: {error}.");
            Diagnostics::from(Diagnostic::error("Unreadable state", detail))
        };
        let state = json::from_json(&schema.ty(), &state).map_err(unreadable)?;
        Ok(plan::keep_spelling(&schema.block, &Value::Null, &state))
    }
}

fn find<'a, T>(registry: &'a BTreeMap<&'static str, T>, kind: &str, name: &str) -> Result<&'a T, Diagnostics> {
    registry.get(name).ok_or_else(|| {
        Diagnostic::error(format!("Unknown {kind}"), format!("The provider has no {kind} `{name}`.")).into()
    })
}

/// The identity of a state; null where there is none to tell.
fn identify<C>(resource: &dyn DynResource<C>, client: &C, state: &Value, diagnostics: &mut Diagnostics) -> Value {
    if resource.identity_attributes().is_empty() || state.is_null() {
        return Value::Null;
    }
    resource.identity(client, state).unwrap_or_else(|bug| {
        diagnostics.extend(bug);
        Value::Null
    })
}

fn refuse(name: &str, state: &str, problems: Vec<String>) -> Result<(), Diagnostics> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::bug(format!("The {state} state of `{name}` is illegal:\n- {}", problems.join("\n- "))).into())
}
