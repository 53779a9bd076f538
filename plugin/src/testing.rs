//! A stand-in for Terraform: drives a provider over gRPC in process, as Terraform would, and asserts the lifecycle
//! contract on every call. For tests only (feature `testing`); assertions panic.
//!
//! It does not start a process, so handshake and TLS are not its business.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)] // a failed assertion is the purpose of this module

use std::collections::BTreeMap;

use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tf_proto::tfplugin5::{self as proto, provider_client::ProviderClient, provider_server::ProviderServer};
use tonic::transport::{Channel, Endpoint, Server as TonicServer, Uri};

use crate::contract;
use crate::function::{Function, FunctionError};
use crate::identity;
use crate::list::Listed;
use crate::provider::Provider;
use crate::schema::{Block, Nesting, Schema};
use crate::serve::Lifecycle;
use crate::server::Server;
use crate::types::Type;
use crate::value::{Value, json, msgpack};

/// A message from the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// True for an error, false for a warning.
    pub is_error: bool,
    /// One line.
    pub summary: String,
    /// The rest.
    pub detail: String,
    /// The attribute, as Terraform writes paths; empty without one.
    pub path: String,
}

/// An apply that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// What the provider said.
    pub messages: Vec<Message>,
    /// The state that Terraform would save; null if nothing. After a failed create it is tainted.
    pub state: Value,
}

/// A plan as Terraform got it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The planned state.
    pub state: Value,
    /// The paths whose change replaces the object.
    pub requires_replace: Vec<String>,
    /// Warnings.
    pub messages: Vec<Message>,
}

/// Terraform's side of one provider process.
pub struct Harness {
    client: ProviderClient<Channel>,
    provider_schema: Schema,
    resources: BTreeMap<&'static str, Schema>,
    data_sources: BTreeMap<&'static str, Schema>,
    ephemeral_resources: BTreeMap<&'static str, Schema>,
    list_resources: BTreeMap<&'static str, Schema>,
    actions: BTreeMap<&'static str, Schema>,
    identities: BTreeMap<&'static str, Type>,
    functions: BTreeMap<&'static str, Function>,
}

impl Harness {
    /// Serves the provider and checks its schemas: sound, and with the same names as the models.
    pub async fn new<P: Provider>(provider: P) -> Harness {
        let provider_schema = provider.schema();
        check_schema("provider", &provider_schema, <P::Config as crate::model::Model>::FIELDS);
        let checked = |name: &'static str, schema: &Schema, fields: &[&str]| {
            check_schema(name, schema, fields);
            (name, schema.clone())
        };
        let resources = provider.resources();
        let identities = resources.iter().map(|each| (each.name(), identity::ty(each.identity_attributes()))).collect();
        let resources = unique(resources.iter().map(|each| checked(each.name(), each.schema(), each.fields())));
        let sources = provider.data_sources();
        let data_sources = unique(sources.iter().map(|each| checked(each.name(), each.schema(), each.fields())));
        let ephemeral = provider.ephemeral_resources();
        let ephemeral_resources =
            unique(ephemeral.iter().map(|each| checked(each.name(), each.schema(), each.fields())));
        let lists = provider.list_resources();
        let list_resources = unique(lists.iter().map(|each| checked(each.name(), each.schema(), each.fields())));
        let actions = provider.actions();
        let actions = unique(actions.iter().map(|each| checked(each.name(), each.schema(), each.fields())));
        let functions = unique(provider.functions().into_iter().map(|function| (function.name, function)));
        let service = ProviderServer::new(Server::new(provider, Lifecycle::default()));
        let (near, far) = tokio::io::duplex(1 << 20);
        let incoming = tonic::codegen::tokio_stream::once(Ok::<_, std::io::Error>(far));
        tokio::spawn(TonicServer::builder().add_service(service).serve_with_incoming(incoming));
        let mut near = Some(TokioIo::new(near));
        let connect = tower::service_fn(move |_: Uri| {
            std::future::ready(near.take().ok_or_else(|| std::io::Error::other("one connection only")))
        });
        let channel = Endpoint::from_static("http://localhost").connect_with_connector(connect).await.unwrap();
        let client = ProviderClient::new(channel);
        Harness {
            client,
            provider_schema,
            resources,
            data_sources,
            ephemeral_resources,
            list_resources,
            actions,
            identities,
            functions,
        }
    }

    /// Validates and configures the provider block.
    pub async fn configure(&mut self, config: Value) -> Result<Vec<Message>, Vec<Message>> {
        let ty = self.provider_schema.ty();
        let config = dynamic(&ty, &complete(&self.provider_schema.block, config));
        let request = proto::prepare_provider_config::Request { config: Some(config.clone()) };
        let answer = self.client.prepare_provider_config(request).await.unwrap().into_inner();
        let mut messages = checked(answer.diagnostics)?;
        let request = proto::configure::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(config),
            client_capabilities: None,
        };
        messages.extend(checked(self.client.configure(request).await.unwrap().into_inner().diagnostics)?);
        Ok(messages)
    }

    /// What `terraform validate` says of a resource.
    pub async fn validate(&mut self, type_name: &str, config: Value) -> Result<Vec<Message>, Vec<Message>> {
        let schema = self.resources[type_name].clone();
        let config = complete(&schema.block, config);
        self.validate_completed(type_name, &schema, &config).await
    }

    /// A plan for `prior` (null to create) towards `config`; the contract is asserted, and that planning twice gives the same.
    pub async fn plan(&mut self, type_name: &str, prior: &Value, config: Value) -> Result<Planned, Vec<Message>> {
        let schema = self.resources[type_name].clone();
        let config = complete(&schema.block, config);
        self.validate_completed(type_name, &schema, &config).await?;
        let first = self.plan_once(type_name, &schema, prior, &config).await?;
        let second = self.plan_once(type_name, &schema, prior, &config).await?;
        assert_eq!(first, second, "{type_name}: a plan must be deterministic");
        Ok(first)
    }

    /// Brings `prior` (null to create) to `config`, replacing where the plan says so; then reads and plans again, and both
    /// must find nothing to do.
    pub async fn apply(&mut self, type_name: &str, prior: &Value, config: Value) -> Result<Value, Failed> {
        self.apply_when_known(type_name, prior, config.clone(), config).await
    }

    /// As [`Harness::apply`], where the configuration holds unknowns at plan that are known at apply.
    pub async fn apply_when_known(
        &mut self,
        type_name: &str,
        prior: &Value,
        at_plan: Value,
        at_apply: Value,
    ) -> Result<Value, Failed> {
        let schema = self.resources[type_name].clone();
        let keep = |messages| Failed { messages, state: prior.clone() };
        let mut prior = prior.clone();
        let mut plan = self.plan(type_name, &prior, at_plan.clone()).await.map_err(keep)?;
        if !prior.is_null() && !plan.requires_replace.is_empty() {
            self.destroy(type_name, &prior).await?;
            prior = Value::Null;
            let gone = |messages| Failed { messages, state: Value::Null };
            plan = self.plan(type_name, &prior, at_plan).await.map_err(gone)?;
        }
        let keep = |messages| Failed { messages, state: prior.clone() };
        let known = self.plan(type_name, &prior, at_apply.clone()).await.map_err(keep)?;
        assert_eq!(contract::apply_problems(&plan.state, &known.state.clone().unknown_to_null()), Vec::<String>::new());
        let state = if known.state == prior {
            prior.clone()
        } else {
            self.apply_planned(type_name, &schema, &prior, &known.state, &complete(&schema.block, at_apply.clone()))
                .await?
        };
        let read = self.read(type_name, &state).await.expect("the object just applied can be read");
        assert_eq!(read, state, "{type_name}: a read right after apply finds drift");
        let again = self.plan(type_name, &state, at_apply).await.expect("the configuration just applied plans again");
        assert_eq!(again.state, state, "{type_name}: the second plan is not empty");
        Ok(state)
    }

    /// Deletes the object of `state`.
    pub async fn destroy(&mut self, type_name: &str, state: &Value) -> Result<(), Failed> {
        let schema = self.resources[type_name].clone();
        let state = self.apply_planned(type_name, &schema, state, &Value::Null, &Value::Null).await?;
        assert_eq!(state, Value::Null, "{type_name}: a deleted object leaves no state");
        Ok(())
    }

    /// Refreshes a state; null if the object is gone.
    pub async fn read(&mut self, type_name: &str, state: &Value) -> Result<Value, Vec<Message>> {
        let schema = self.resources[type_name].clone();
        let ty = schema.ty();
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(dynamic(&ty, state)),
            private: b"private".to_vec(),
            ..Default::default()
        };
        let answer = self.client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(answer.private, b"private", "{type_name}: private data is carried over");
        checked(answer.diagnostics)?;
        let read = value(&ty, answer.new_state);
        assert!(read.is_wholly_known(), "{type_name}: a read state is wholly known");
        if !read.is_null() {
            // A state goes to a file between two runs, and comes back through an upgrade.
            assert_eq!(self.upgrade(type_name, schema.version, &json::to_json(&read)).await.unwrap(), read);
        }
        Ok(read)
    }

    /// `terraform import`: the imported state, read.
    pub async fn import(&mut self, type_name: &str, id: &str) -> Result<Value, Vec<Message>> {
        self.import_request(
            type_name,
            proto::import_resource_state::Request {
                type_name: type_name.to_owned(),
                id: id.to_owned(),
                ..Default::default()
            },
        )
        .await
    }

    /// An `import` block by identity: the imported state, read.
    pub async fn import_by_identity(&mut self, type_name: &str, identity: &Value) -> Result<Value, Vec<Message>> {
        let identity_data = Some(dynamic(&self.identities[type_name], identity));
        self.import_request(
            type_name,
            proto::import_resource_state::Request {
                type_name: type_name.to_owned(),
                identity: Some(proto::ResourceIdentityData { identity_data }),
                ..Default::default()
            },
        )
        .await
    }

    async fn import_request(
        &mut self,
        type_name: &str,
        request: proto::import_resource_state::Request,
    ) -> Result<Value, Vec<Message>> {
        let ty = self.resources[type_name].ty();
        let answer = self.client.import_resource_state(request).await.unwrap().into_inner();
        checked(answer.diagnostics)?;
        let [imported] = answer.imported_resources.try_into().expect("exactly one imported object");
        assert_eq!(imported.type_name, type_name);
        let state = value(&ty, imported.state);
        assert!(!state.is_null() && state.is_wholly_known(), "{type_name}: an imported state is known");
        self.read(type_name, &state).await
    }

    /// A stored state of schema version `version` as a state of today.
    pub async fn upgrade(&mut self, type_name: &str, version: i64, state: &Json) -> Result<Value, Vec<Message>> {
        let ty = self.resources[type_name].ty();
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(proto::RawState { json: state.to_string().into_bytes(), flatmap: Default::default() }),
        };
        let answer = self.client.upgrade_resource_state(request).await.unwrap().into_inner();
        checked(answer.diagnostics)?;
        Ok(value(&ty, answer.upgraded_state))
    }

    /// Reads a data source.
    pub async fn read_data_source(&mut self, type_name: &str, config: Value) -> Result<Value, Vec<Message>> {
        let schema = self.data_sources[type_name].clone();
        let ty = schema.ty();
        let config = complete(&schema.block, config);
        let encoded = Some(dynamic(&ty, &config));
        let request =
            proto::validate_data_source_config::Request { type_name: type_name.to_owned(), config: encoded.clone() };
        checked(self.client.validate_data_source_config(request).await.unwrap().into_inner().diagnostics)?;
        let request =
            proto::read_data_source::Request { type_name: type_name.to_owned(), config: encoded, ..Default::default() };
        let answer = self.client.read_data_source(request).await.unwrap().into_inner();
        checked(answer.diagnostics)?;
        let state = value(&ty, answer.state);
        assert!(!state.is_null() && state.is_wholly_known(), "{type_name}: a data source is known");
        assert_eq!(contract::plan_problems(&schema.block, &Value::Null, &config, &state), Vec::<String>::new());
        Ok(state)
    }

    /// The identity that a read stores beside `state`.
    pub async fn identity(&mut self, type_name: &str, state: &Value) -> Value {
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(dynamic(&self.resources[type_name].ty(), state)),
            ..Default::default()
        };
        let answer = self.client.read_resource(request).await.unwrap().into_inner();
        let identity =
            value(&self.identities[type_name], answer.new_identity.and_then(|identity| identity.identity_data));
        assert!(identity.is_wholly_known(), "{type_name}: an identity is wholly known");
        identity
    }

    /// A `moved` block: the state that another type stored, as a state of this one.
    pub async fn take_over(
        &mut self,
        type_name: &str,
        provider: &str,
        source: &str,
        state: &Json,
    ) -> Result<Value, Vec<Message>> {
        let request = proto::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: source.to_owned(),
            source_state: Some(proto::RawState { json: state.to_string().into_bytes(), flatmap: Default::default() }),
            target_type_name: type_name.to_owned(),
            ..Default::default()
        };
        let answer = self.client.move_resource_state(request).await.unwrap().into_inner();
        checked(answer.diagnostics)?;
        let state = value(&self.resources[type_name].ty(), answer.target_state);
        assert!(!state.is_null() && state.is_wholly_known(), "{type_name}: a moved state is known");
        Ok(state)
    }

    /// Calls a function, twice: the same arguments must give the same result.
    pub async fn call_function(&mut self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let function = self.functions[name].clone();
        let parameters = function.parameters.iter().chain(function.variadic.iter().cycle());
        let arguments =
            arguments.iter().zip(parameters).map(|(value, parameter)| dynamic(&parameter.ty, value)).collect();
        let request = proto::call_function::Request { name: name.to_owned(), arguments };
        let first = self.client.call_function(request.clone()).await.unwrap().into_inner();
        assert_eq!(first, self.client.call_function(request).await.unwrap().into_inner(), "{name} is pure");
        match first.error {
            Some(error) => {
                let argument = error.function_argument.and_then(|index| usize::try_from(index).ok());
                Err(FunctionError { text: error.text, argument })
            }
            None => Ok(value(&function.returns, first.result)),
        }
    }

    /// `terraform query`: objects found, with their state where asked for.
    pub async fn list(
        &mut self,
        type_name: &str,
        config: Value,
        limit: i64,
        with_state: bool,
    ) -> Result<Vec<(Listed, Option<Value>)>, Vec<Message>> {
        let schema = self.list_resources[type_name].clone();
        let config = Some(dynamic(&schema.ty(), &complete(&schema.block, config)));
        let type_name = type_name.to_owned();
        let request = proto::validate_list_resource_config::Request {
            type_name: type_name.clone(),
            config: config.clone(),
            ..Default::default()
        };
        checked(self.client.validate_list_resource_config(request).await.unwrap().into_inner().diagnostics)?;
        let (identity, state) = (self.identities[&*type_name].clone(), self.resources[&*type_name].ty());
        let request = proto::list_resource::Request { type_name, config, include_resource_object: with_state, limit };
        let mut events = self.client.list_resource(request).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(event) = events.message().await.unwrap() {
            checked(event.diagnostic)?;
            let identity = value(&identity, event.identity.expect("an event has an identity").identity_data);
            assert_eq!(
                event.resource_object.is_some(),
                with_state,
                "objects come where they are asked for, and only there"
            );
            let object = event.resource_object.map(|object| value(&state, Some(object)));
            found.push((Listed { display_name: event.display_name, identity }, object));
        }
        Ok(found)
    }

    /// Invokes an action: what it said on the way, and how it ended.
    pub async fn invoke(
        &mut self,
        type_name: &str,
        config: Value,
    ) -> (Vec<String>, Result<Vec<Message>, Vec<Message>>) {
        use proto::invoke_action::event::Type as Event;
        let schema = self.actions[type_name].clone();
        let config = Some(dynamic(&schema.ty(), &complete(&schema.block, config)));
        let request =
            proto::validate_action_config::Request { type_name: type_name.to_owned(), config: config.clone() };
        let validated = self.client.validate_action_config(request).await.unwrap().into_inner();
        if let Err(messages) = checked(validated.diagnostics) {
            return (Vec::new(), Err(messages));
        }
        let request =
            proto::invoke_action::Request { action_type: type_name.to_owned(), config, client_capabilities: None };
        let mut events = self.client.invoke_action(request).await.unwrap().into_inner();
        let mut said = Vec::new();
        let mut ended = None;
        while let Some(event) = events.message().await.unwrap() {
            assert!(ended.is_none(), "nothing comes after `completed`");
            match event.r#type.expect("an empty event panics Terraform") {
                Event::Progress(progress) => said.push(progress.message),
                Event::Completed(completed) => ended = Some(checked(completed.diagnostics)),
            }
        }
        (said, ended.expect("an action ends with `completed`"))
    }

    /// Opens an ephemeral resource.
    pub async fn open(&mut self, type_name: &str, config: Value) -> Result<Value, Vec<Message>> {
        let schema = self.ephemeral_resources[type_name].clone();
        let ty = schema.ty();
        let config = complete(&schema.block, config);
        let encoded = Some(dynamic(&ty, &config));
        let type_name = type_name.to_owned();
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: type_name.clone(),
            config: encoded.clone(),
        };
        checked(self.client.validate_ephemeral_resource_config(request).await.unwrap().into_inner().diagnostics)?;
        let request = proto::open_ephemeral_resource::Request { type_name, config: encoded, client_capabilities: None };
        let answer = self.client.open_ephemeral_resource(request).await.unwrap().into_inner();
        checked(answer.diagnostics)?;
        let result = value(&ty, answer.result);
        assert!(!result.is_null() && result.is_wholly_known());
        assert_eq!(contract::plan_problems(&schema.block, &Value::Null, &config, &result), Vec::<String>::new());
        Ok(result)
    }

    /// Validates every type with an unknown in every place: each attribute as a whole, each element of a collection, each
    /// block. The provider may find fault with what is missing then, but must never trip over the unknown.
    pub async fn survives_unknowns(&mut self) {
        for (name, schema) in self.resources.clone() {
            for config in with_unknowns(&schema.block) {
                let config = complete(&schema.block, config);
                assert_no_bug(name, &config, self.validate_completed(name, &schema, &config).await);
            }
        }
        for (name, schema) in self.data_sources.clone() {
            for config in with_unknowns(&schema.block) {
                let config = complete(&schema.block, config);
                let encoded = Some(dynamic(&schema.ty(), &config));
                let request =
                    proto::validate_data_source_config::Request { type_name: name.to_owned(), config: encoded };
                let answer = self.client.validate_data_source_config(request).await.unwrap().into_inner();
                assert_no_bug(name, &config, checked(answer.diagnostics));
            }
        }
    }

    /// The generated client, for calls that the harness has no method for.
    pub fn client(&mut self) -> &mut ProviderClient<Channel> {
        &mut self.client
    }

    async fn validate_completed(
        &mut self,
        type_name: &str,
        schema: &Schema,
        config: &Value,
    ) -> Result<Vec<Message>, Vec<Message>> {
        let request = proto::validate_resource_type_config::Request {
            type_name: type_name.to_owned(),
            config: Some(dynamic(&schema.ty(), config)),
            client_capabilities: Some(proto::ClientCapabilities {
                deferral_allowed: false,
                write_only_attributes_allowed: true,
            }),
        };
        checked(self.client.validate_resource_type_config(request).await.unwrap().into_inner().diagnostics)
    }

    async fn plan_once(
        &mut self,
        type_name: &str,
        schema: &Schema,
        prior: &Value,
        config: &Value,
    ) -> Result<Planned, Vec<Message>> {
        let ty = schema.ty();
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(dynamic(&ty, prior)),
            proposed_new_state: Some(dynamic(&ty, &proposed(&schema.block, prior, config))),
            config: Some(dynamic(&ty, config)),
            prior_private: b"private".to_vec(),
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request).await.unwrap().into_inner();
        let messages = checked(answer.diagnostics)?;
        assert!(!answer.legacy_type_system);
        assert_eq!(answer.planned_private, b"private", "{type_name}: private data is carried over");
        let state = value(&ty, answer.planned_state);
        assert_eq!(contract::plan_problems(&schema.block, prior, config, &state), Vec::<String>::new(), "{type_name}");
        Ok(Planned { state, requires_replace: answer.requires_replace.iter().map(path_text).collect(), messages })
    }

    async fn apply_planned(
        &mut self,
        type_name: &str,
        schema: &Schema,
        prior: &Value,
        planned: &Value,
        config: &Value,
    ) -> Result<Value, Failed> {
        let ty = schema.ty();
        let request = proto::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(dynamic(&ty, prior)),
            planned_state: Some(dynamic(&ty, planned)),
            config: Some(dynamic(&ty, config)),
            planned_private: b"private".to_vec(),
            ..Default::default()
        };
        let answer = self.client.apply_resource_change(request).await.unwrap().into_inner();
        let state = value(&ty, answer.new_state);
        assert!(state.is_wholly_known(), "{type_name}: a state is wholly known");
        if let Err(messages) = checked(answer.diagnostics) {
            return Err(Failed { messages, state });
        }
        assert_eq!(contract::apply_problems(planned, &state), Vec::<String>::new(), "{type_name}");
        assert_eq!(answer.private, b"private", "{type_name}: private data is carried over");
        Ok(state)
    }
}

/// The named things of one kind; a name that is used twice is a mistake.
fn unique<T>(named: impl Iterator<Item = (&'static str, T)>) -> BTreeMap<&'static str, T> {
    let mut all = BTreeMap::new();
    for (name, each) in named {
        assert!(all.insert(name, each).is_none(), "{name} is declared twice");
    }
    all
}

/// A schema is sound, and has the same names as its model.
fn check_schema(type_name: &str, schema: &Schema, fields: &[&str]) {
    assert_eq!(schema.problems(), Vec::<String>::new(), "{type_name}");
    let block = &schema.block;
    let mut declared: Vec<&str> = block.attributes.iter().map(|a| a.name.as_str()).collect();
    declared.extend(block.blocks.iter().map(|b| b.name.as_str()));
    let mut fields = fields.to_vec();
    declared.sort_unstable();
    fields.sort_unstable();
    assert_eq!(declared, fields, "{type_name}: the model's fields are the schema's names");
}

fn dynamic(ty: &Type, value: &Value) -> proto::DynamicValue {
    proto::DynamicValue { msgpack: msgpack::encode(ty, value).unwrap(), json: Vec::new() }
}

fn value(ty: &Type, field: Option<proto::DynamicValue>) -> Value {
    field.map_or(Value::Null, |field| msgpack::decode(ty, &field.msgpack).unwrap())
}

/// Warnings, or all messages if one is an error.
fn checked(diagnostics: Vec<proto::Diagnostic>) -> Result<Vec<Message>, Vec<Message>> {
    let message = |diagnostic: proto::Diagnostic| {
        assert_ne!(diagnostic.severity, 0, "Terraform takes severity 0 for success");
        assert!(!diagnostic.summary.is_empty() && !diagnostic.summary.contains('\n'), "{}", diagnostic.summary);
        Message {
            is_error: diagnostic.severity == proto::diagnostic::Severity::Error as i32,
            summary: diagnostic.summary,
            detail: diagnostic.detail,
            path: diagnostic.attribute.as_ref().map(path_text).unwrap_or_default(),
        }
    };
    let messages: Vec<Message> = diagnostics.into_iter().map(message).collect();
    if messages.iter().any(|message| message.is_error) { Err(messages) } else { Ok(messages) }
}

fn assert_no_bug(name: &str, config: &Value, outcome: Result<Vec<Message>, Vec<Message>>) {
    let messages = outcome.unwrap_or_else(|messages| messages);
    let bug = messages.iter().find(|message| message.summary.starts_with("Bug"));
    assert!(bug.is_none(), "{name}: {config:?}: {bug:?}");
}

/// Blocks with one unknown each, one for every place that can be unknown.
fn with_unknowns(block: &Block) -> Vec<Value> {
    let attributes = block.attributes.iter().flat_map(|attribute| {
        unknowns_of(&attribute.ty).into_iter().map(|value| Value::object([(attribute.name.clone(), value)]))
    });
    let blocks = block.blocks.iter().flat_map(|nested| {
        let wrap = |inner: Value| match nested.nesting {
            Nesting::Single => inner,
            Nesting::List => Value::List(vec![inner]),
            Nesting::Set => Value::set([inner]),
        };
        let inside = with_unknowns(&nested.block).into_iter().map(wrap);
        let all = inside.chain([Value::Unknown]);
        all.map(|value| Value::object([(nested.name.clone(), value)])).collect::<Vec<_>>()
    });
    attributes.chain(blocks).collect()
}

/// The unknown itself, and collections that hold one.
fn unknowns_of(ty: &Type) -> Vec<Value> {
    let inside: Vec<Value> = match ty {
        Type::List(element) => unknowns_of(element).into_iter().map(|value| Value::List(vec![value])).collect(),
        Type::Set(element) => unknowns_of(element).into_iter().map(|value| Value::set([value])).collect(),
        Type::Map(element) => unknowns_of(element).into_iter().map(|value| Value::map([("key", value)])).collect(),
        _ => Vec::new(),
    };
    inside.into_iter().chain([Value::Unknown]).collect()
}

fn path_text(path: &proto::AttributePath) -> String {
    use proto::attribute_path::step::Selector;
    let mut text = crate::path::Path::root();
    for step in &path.steps {
        text = match step.selector.as_ref().expect("a step selects something") {
            Selector::AttributeName(name) => text.name(name),
            Selector::ElementKeyString(key) => text.key(key),
            Selector::ElementKeyInt(index) => text.index(usize::try_from(*index).unwrap()),
        };
    }
    text.to_string()
}

/// A configuration as Terraform sends it: every attribute present, absent block collections empty.
fn complete(block: &Block, config: Value) -> Value {
    let Value::Object(mut given) = config else { return config };
    let mut fields = BTreeMap::new();
    for attribute in &block.attributes {
        fields.insert(attribute.name.clone(), given.remove(&attribute.name).unwrap_or(Value::Null));
    }
    for nested in &block.blocks {
        let inner = |value| complete(&nested.block, value);
        let value = match (nested.nesting, given.remove(&nested.name)) {
            (Nesting::Single, value) => value.map_or(Value::Null, inner),
            (Nesting::List, None) => Value::List(Vec::new()),
            (Nesting::Set, None) => Value::Set(Vec::new()),
            (Nesting::List, Some(Value::List(elements))) => Value::List(elements.into_iter().map(inner).collect()),
            (Nesting::Set, Some(Value::Set(elements))) => Value::set(elements.into_iter().map(inner)),
            (_, Some(other)) => other,
        };
        fields.insert(nested.name.clone(), value);
    }
    assert!(given.is_empty(), "not in the schema: {:?}", given.keys());
    Value::Object(fields)
}

/// What Terraform proposes: the configuration, with prior values where it sets none and the attribute is computed.
fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    if !matches!(config, Value::Object(_)) {
        return config.clone();
    }
    let attributes = block.attributes.iter().map(|attribute| {
        let (prior, config) = (prior.attribute(&attribute.name), config.attribute(&attribute.name));
        let computed = attribute.mode.is_computed();
        let value = if computed && config.is_null() { prior } else { config };
        (attribute.name.clone(), value.clone())
    });
    let blocks = block.blocks.iter().map(|nested| {
        let (prior, config) = (prior.attribute(&nested.name), config.attribute(&nested.name));
        let value = match (nested.nesting, config) {
            (Nesting::Single, config) => proposed(&nested.block, prior, config),
            (Nesting::List, Value::List(elements)) => {
                let each = elements.iter().enumerate();
                Value::List(each.map(|(i, config)| proposed(&nested.block, prior.element(i), config)).collect())
            }
            (_, config) => config.clone(),
        };
        (nested.name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}
