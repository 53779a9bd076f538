//! The engine as Terraform sees it: a small provider of shelves, driven over gRPC by the harness.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers outside #[test] functions fail the test by panicking

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tf_plugin::action::{Action, DynAction, Progress, action};
use tf_plugin::context::Context;
use tf_plugin::data_source::{DataSource, DynDataSource, data_source};
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::ephemeral::{DynEphemeralResource, EphemeralResource, ephemeral_resource};
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::list::{DynListResource, ListResource, Listed, list_resource};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::provider::Provider;
use tf_plugin::resource::{DynResource, MovedState, Resource, resource};
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema};
use tf_plugin::testing::{Failed, Harness};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

model! {
    struct Row {
        label: String,
        number: i64,
    }
}

model! {
    struct Shelf {
        room: String,
        title: String,
        wide: bool,
        tags: BTreeMap<String, Attr<String>>,
        id: String,
        key: String,
        row: Vec<Row>,
        timeouts: Timeouts,
    }
}

model! {
    struct Config {
        building: String,
    }
}

model! {
    struct Rooms {
        building: String,
        names: Vec<String>,
    }
}

/// The remote side: shelves by room, and what shall go wrong.
#[derive(Clone, Default)]
struct House {
    shelves: Arc<Mutex<BTreeMap<String, Shelf>>>,
    fault: Arc<Mutex<Option<&'static str>>>,
    key: Arc<Mutex<String>>,
}

impl House {
    fn breaks(&self, what: &'static str) {
        *self.fault.lock().unwrap() = Some(what);
    }

    fn broken(&self, what: &str) -> bool {
        self.fault.lock().unwrap().take_if(|fault| *fault == what).is_some()
    }
}

struct ShelfResource;

#[async_trait]
impl Resource for ShelfResource {
    type Model = Shelf;
    type Client = House;

    fn name(&self) -> &'static str {
        "house_shelf"
    }

    fn schema(&self) -> Schema {
        let same = |a: &Value, b: &Value| {
            let plain = |v: &Value| v.as_str().map(str::to_lowercase);
            plain(a).is_some() && plain(a) == plain(b)
        };
        let row = Block::new("A row.")
            .attribute(Attribute::string("label").required().describe("Label."))
            .attribute(Attribute::number("number").computed().describe("Position."));
        Schema::new("A shelf.")
            .attribute(
                Attribute::string("room")
                    .required()
                    .replaces()
                    .describe("Room.")
                    .check_text(|text| if text.is_empty() { Err("a room has a name") } else { Ok(()) }),
            )
            .attribute(Attribute::string("title").same(same).describe("Title; letter case does not matter."))
            .attribute(Attribute::bool("wide").default(false).describe("Wide."))
            .attribute(Attribute::new("tags", Type::map(Type::String)).describe("Tags."))
            .attribute(Attribute::string("id").computed().keeps_prior().describe("Identifier."))
            .attribute(Attribute::string("key").write_only().describe("Key to the room."))
            .block(NestedBlock::list("row", row))
            .block(timeouts::block())
    }

    async fn create(&self, cx: &Context<'_, House>, mut planned: Shelf) -> Result<Shelf, Failure<Shelf>> {
        if cx.client.broken("create") {
            return Err(Diagnostic::error("No shelf", "The carpenter is ill.").into());
        }
        assert!(!cx.client.broken("panic"), "the shelf fell");
        *cx.client.key.lock().unwrap() = planned.key.text().to_owned();
        planned.id = format!("shelf-{}", planned.room.text()).into();
        number(&mut planned);
        cx.client.shelves.lock().unwrap().insert(planned.room.text().to_owned(), planned.clone());
        if cx.client.broken("paint") {
            return Err(Failure::with(planned, Diagnostic::error("No paint", "The shelf stands unpainted.")));
        }
        if cx.client.broken("lie") {
            planned.wide = true.into();
        }
        cx.warn(Diagnostic::warning("Fresh wood", "Let it dry."));
        Ok(planned)
    }

    async fn read(&self, cx: &Context<'_, House>, state: Shelf) -> Result<Option<Shelf>, Diagnostics> {
        if cx.client.broken("read") {
            return Err(Diagnostic::error("Dark", "The light is off.").into());
        }
        let found = cx.client.shelves.lock().unwrap().get(state.room.text()).cloned();
        Ok(found.map(|shelf| Shelf { timeouts: state.timeouts, ..shelf }))
    }

    async fn update(&self, cx: &Context<'_, House>, _: Shelf, mut planned: Shelf) -> Result<Shelf, Failure<Shelf>> {
        number(&mut planned);
        cx.client.shelves.lock().unwrap().insert(planned.room.text().to_owned(), planned.clone());
        Ok(planned)
    }

    async fn delete(&self, cx: &Context<'_, House>, state: Shelf) -> Result<(), Failure<Shelf>> {
        if cx.client.broken("delete") {
            return Err(Diagnostic::error("Stuck", "It does not fit through the door.").into());
        }
        cx.client.shelves.lock().unwrap().remove(state.room.text());
        Ok(())
    }

    async fn import(&self, _: &Context<'_, House>, id: &ImportId<'_>) -> Result<Shelf, Diagnostics> {
        Ok(Shelf { room: id.text_or("room")?.into(), ..Shelf::null() })
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        vec![IdentityAttribute { name: "room", required: true, description: "Room." }]
    }

    fn identity(&self, _: &House, state: &Shelf) -> Value {
        Value::object([("room", Value::from(state.room.text()))])
    }

    fn take_over(&self, source: &MovedState) -> Option<Result<serde_json::Value, Diagnostics>> {
        let known = source.provider.ends_with("/old/house") && source.type_name == "old_shelf";
        known.then(|| Ok(serde_json::json!({"room": source.state["place"]})))
    }

    fn upgrade(&self, from: i64, mut state: serde_json::Value) -> Result<serde_json::Value, Diagnostics> {
        assert_eq!(from, -1, "the only older version that this test knows");
        state["room"] = state["place"].take();
        Ok(state)
    }
}

fn number(shelf: &mut Shelf) {
    if let Attr::Known(rows) = &mut shelf.row {
        for (i, row) in rows.iter_mut().enumerate() {
            row.number = Attr::Known(i64::try_from(i).unwrap());
        }
    }
}

struct RoomsSource;

#[async_trait]
impl DataSource for RoomsSource {
    type Model = Rooms;
    type Client = House;

    fn name(&self) -> &'static str {
        "house_rooms"
    }

    fn schema(&self) -> Schema {
        Schema::new("Rooms.")
            .attribute(Attribute::string("building").describe("Building."))
            .attribute(Attribute::new("names", Type::list(Type::String)).computed().describe("Names."))
    }

    async fn read(&self, cx: &Context<'_, House>, config: Rooms) -> Result<Rooms, Diagnostics> {
        let names: Vec<String> = cx.client.shelves.lock().unwrap().keys().cloned().collect();
        Ok(Rooms { names: names.into(), ..config })
    }
}

struct ShelfList;

#[async_trait]
impl ListResource for ShelfList {
    type Config = Config;
    type Client = House;

    fn name(&self) -> &'static str {
        SHELF
    }

    fn schema(&self) -> Schema {
        Schema::new("Shelves.").attribute(Attribute::string("building").describe("Building."))
    }

    async fn list(&self, cx: &Context<'_, House>, _: Config, _: usize) -> Result<Vec<Listed>, Diagnostics> {
        let listed = |room: &String| Listed {
            display_name: format!("the {room}"),
            identity: Value::object([("room", Value::from(room.as_str()))]),
        };
        Ok(cx.client.shelves.lock().unwrap().keys().map(listed).collect())
    }
}

struct Dust;

#[async_trait]
impl Action for Dust {
    type Model = Config;
    type Client = House;

    fn name(&self) -> &'static str {
        "house_dust"
    }

    fn schema(&self) -> Schema {
        Schema::new("Dusts.").attribute(Attribute::string("building").describe("Building."))
    }

    async fn invoke(&self, cx: &Context<'_, House>, config: Config, progress: &Progress) -> Result<(), Diagnostics> {
        progress.say("fetching the ladder");
        progress.say(format!("dusting {}", config.building.text()));
        assert!(!cx.client.broken("panic"), "the ladder broke");
        if cx.client.broken("dust") {
            return Err(Diagnostic::error("Allergy", "Somebody sneezed.").into());
        }
        Ok(())
    }
}

struct Pass;

#[async_trait]
impl EphemeralResource for Pass {
    type Model = Config;
    type Client = House;

    fn name(&self) -> &'static str {
        "house_pass"
    }

    fn schema(&self) -> Schema {
        Schema::new("A pass.").attribute(Attribute::string("building").optional_computed().describe("Building."))
    }

    async fn open(&self, _: &Context<'_, House>, _: Config) -> Result<Config, Diagnostics> {
        Ok(Config { building: "any".into() })
    }
}

fn join(arguments: &[Value]) -> Result<Value, FunctionError> {
    let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    match texts.iter().position(|text| text.contains('-')) {
        Some(index) => Err(FunctionError::argument(index, "holds the separator")),
        None => Ok(texts.join("-").as_str().into()),
    }
}

struct HouseProvider(House);

#[async_trait]
impl Provider for HouseProvider {
    type Config = Config;
    type Client = House;

    fn schema(&self) -> Schema {
        Schema::new("Houses.").attribute(Attribute::string("building").describe("Building."))
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<House>>> {
        vec![resource(ShelfResource)]
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<House>>> {
        vec![data_source(RoomsSource)]
    }

    fn functions(&self) -> Vec<Function> {
        vec![Function {
            name: "join",
            summary: "Joins.",
            description: "Joins texts.",
            parameters: vec![Parameter::new("first", Type::String, "The first.")],
            variadic: Some(Parameter::new("rest", Type::String, "The rest.")),
            returns: Type::String,
            call: join,
        }]
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn DynEphemeralResource<House>>> {
        vec![ephemeral_resource(Pass)]
    }

    fn list_resources(&self) -> Vec<Box<dyn DynListResource<House>>> {
        vec![list_resource(ShelfList)]
    }

    fn actions(&self) -> Vec<Box<dyn DynAction<House>>> {
        vec![action(Dust)]
    }

    async fn configure(&self, config: Config, _: &str) -> Result<House, Diagnostics> {
        match config.building.text() {
            "ruin" => Err(Diagnostic::error("Ruin", "Nobody lives there.").into()),
            _ => Ok(self.0.clone()),
        }
    }
}

const SHELF: &str = "house_shelf";

async fn house() -> (House, Harness) {
    let house = House::default();
    let mut harness = Harness::new(HouseProvider(house.clone())).await;
    harness.configure(Value::object::<&str>([])).await.unwrap();
    (house, harness)
}

fn shelf(fields: &[(&str, Value)]) -> Value {
    Value::object(fields.iter().map(|(name, value)| (*name, value.clone())))
}

/// A shelf in the hall, with one field set otherwise.
fn hall_with(name: &str, value: Value) -> Value {
    let row = |label: &str| Value::object([("label", Value::from(label))]);
    let rows = Value::List(vec![row("a"), row("b")]);
    let mut hall = shelf(&[("room", "hall".into()), ("title", "Maps".into()), ("row", rows)]);
    if let Value::Object(fields) = &mut hall {
        fields.insert(name.to_owned(), value);
    }
    hall
}

fn hall() -> Value {
    hall_with("room", "hall".into())
}

#[tokio::test]
async fn the_whole_life_of_an_object() {
    let (house, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    assert_eq!(state.attribute("id"), &"shelf-hall".into());
    assert_eq!(state.attribute("wide"), &false.into());

    let wider = shelf(&[("room", "hall".into()), ("wide", true.into())]);
    let state = terraform.apply(SHELF, &state, wider).await.unwrap();
    assert_eq!(state.attribute("id"), &"shelf-hall".into(), "updated in place");

    let moved = shelf(&[("room", "attic".into())]);
    let plan = terraform.plan(SHELF, &state, moved.clone()).await.unwrap();
    assert_eq!(plan.requires_replace, ["room"]);
    let state = terraform.apply(SHELF, &state, moved).await.unwrap();
    assert_eq!(house.shelves.lock().unwrap().keys().collect::<Vec<_>>(), ["attic"]);

    assert_eq!(terraform.import(SHELF, "attic").await.unwrap(), state);
    terraform.destroy(SHELF, &state).await.unwrap();
    assert_eq!(terraform.read(SHELF, &state).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn another_spelling_is_no_change_and_drift_is() {
    let (house, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    let louder = hall_with("title", "MAPS".into());
    assert_eq!(terraform.plan(SHELF, &state, louder).await.unwrap().state, state);

    house.shelves.lock().unwrap().get_mut("hall").unwrap().title = "maps".into();
    assert_eq!(terraform.read(SHELF, &state).await.unwrap(), state, "the same title in other letters is no drift");
    house.shelves.lock().unwrap().get_mut("hall").unwrap().title = "globes".into();
    assert_eq!(terraform.read(SHELF, &state).await.unwrap().attribute("title"), &"globes".into());
}

#[tokio::test]
async fn unknown_values_anywhere_plan_and_apply() {
    let (_, mut terraform) = house().await;
    let tags = |value: Value| Value::map([("a", value), ("b", "x".into())]);
    let cases = [
        ("title", Value::Unknown, "Maps".into()),
        ("wide", Value::Unknown, true.into()),
        ("tags", Value::Unknown, tags("y".into())),
        ("tags", tags(Value::Unknown), tags("y".into())),
        ("row", Value::Unknown, Value::List(vec![])),
    ];
    for (name, at_plan, at_apply) in cases {
        let (at_plan, at_apply) = (hall_with(name, at_plan), hall_with(name, at_apply));
        let state = terraform.apply_when_known(SHELF, &Value::Null, at_plan, at_apply).await.unwrap();
        terraform.destroy(SHELF, &state).await.unwrap();
    }
    let everything = shelf(&[("room", Value::Unknown), ("timeouts", Value::Unknown)]);
    assert!(terraform.plan(SHELF, &Value::Null, everything).await.is_ok());
}

#[tokio::test]
async fn unknown_values_anywhere_validate() {
    house().await.1.survives_unknowns().await;
}

#[tokio::test]
async fn a_failed_create_keeps_what_was_made() {
    let (house, mut terraform) = house().await;
    house.breaks("create");
    let Failed { messages, state } = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap_err();
    assert_eq!((messages[0].summary.as_str(), state), ("No shelf", Value::Null));

    house.breaks("paint");
    let Failed { messages, state } = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap_err();
    assert_eq!(messages[0].summary, "No paint");
    assert_eq!(state.attribute("id"), &"shelf-hall".into());
}

#[tokio::test]
async fn a_panic_is_a_message_and_keeps_the_state() {
    let (house, mut terraform) = house().await;
    house.breaks("panic");
    let Failed { messages, state } = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap_err();
    assert!(messages[0].detail.contains("the shelf fell"), "{messages:?}");
    assert_eq!((state.attribute("room"), state.attribute("id")), (&"hall".into(), &Value::Null));
}

#[tokio::test]
async fn a_failed_delete_or_read_keeps_the_state() {
    let (house, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    house.breaks("delete");
    assert_eq!(terraform.destroy(SHELF, &state).await.unwrap_err().state, state);
    house.breaks("read");
    assert_eq!(terraform.read(SHELF, &state).await.unwrap_err()[0].summary, "Dark");
    house.shelves.lock().unwrap().clear();
    terraform.destroy(SHELF, &state).await.unwrap();
}

#[tokio::test]
async fn a_state_that_contradicts_the_plan_is_named_a_bug() {
    let (house, mut terraform) = house().await;
    house.breaks("lie");
    let Failed { messages, state } = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap_err();
    let bug = messages.iter().find(|message| message.is_error).unwrap();
    assert_eq!(bug.summary, "Bug in the provider");
    assert!(bug.detail.contains("wide: the value after apply differs from the planned one"), "{}", bug.detail);
    assert_eq!(state.attribute("id"), &"shelf-hall".into(), "the object is not lost");
}

#[tokio::test]
async fn validation_names_the_attribute() {
    let (_, mut terraform) = house().await;
    let messages = terraform.validate(SHELF, shelf(&[("room", "".into())])).await.unwrap_err();
    assert_eq!((messages[0].path.as_str(), messages[0].detail.as_str()), ("room", "A room has a name."));
    let timeouts = Value::object([("create", Value::from("soon"))]);
    let config = shelf(&[("room", Value::Unknown), ("timeouts", timeouts)]);
    assert_eq!(terraform.validate(SHELF, config).await.unwrap_err()[0].path, "timeouts.create");
}

#[tokio::test]
async fn older_and_broken_states() {
    let (_, mut terraform) = house().await;
    let state = terraform.upgrade(SHELF, -1, &serde_json::json!({"place": "hall", "old": 1})).await.unwrap();
    assert_eq!(state.attribute("room"), &"hall".into());
    assert_eq!(state.attribute("row"), &Value::List(vec![]), "an absent collection of blocks is empty, not null");
    let messages = terraform.upgrade(SHELF, 0, &serde_json::json!({"room": 7})).await.unwrap_err();
    assert!(messages[0].detail.contains("room: a number does not fit"), "{messages:?}");
}

#[tokio::test]
async fn data_sources_read_through_the_same_client() {
    let (_, mut terraform) = house().await;
    terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    let rooms = terraform.read_data_source("house_rooms", Value::object::<&str>([])).await.unwrap();
    assert_eq!(rooms.attribute("names"), &Value::List(vec!["hall".into()]));
}

#[tokio::test]
async fn a_provider_that_cannot_be_configured_says_so() {
    let mut terraform = Harness::new(HouseProvider(House::default())).await;
    let messages = terraform.read(SHELF, &Value::Null).await.unwrap_err();
    assert_eq!(messages[0].summary, "Bug in the provider", "Terraform never reads before it configures");
    let ruin = Value::object([("building", Value::from("ruin"))]);
    assert_eq!(terraform.configure(ruin).await.unwrap_err()[0].summary, "Ruin");
}

#[tokio::test]
async fn write_only_values_reach_the_service_and_nothing_else() {
    let (house, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall_with("key", "secret".into())).await.unwrap();
    assert_eq!(*house.key.lock().unwrap(), "secret");
    assert!(state.attribute("key").is_null());
}

#[tokio::test]
async fn an_identity_follows_its_object() {
    let (_, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    let identity = Value::object([("room", Value::from("hall"))]);
    assert_eq!(terraform.identity(SHELF, &state).await, identity);
    assert_eq!(terraform.import_by_identity(SHELF, &identity).await.unwrap(), state);
    let incomplete = Value::object([("room", Value::Null)]);
    assert_eq!(terraform.import_by_identity(SHELF, &incomplete).await.unwrap_err()[0].summary, "Incomplete identity");
}

#[tokio::test]
async fn a_known_state_of_another_type_is_taken_over() {
    let (_, mut terraform) = house().await;
    let stored = serde_json::json!({"place": "hall"});
    let moved = terraform.take_over(SHELF, "registry.terraform.io/old/house", "old_shelf", &stored).await.unwrap();
    assert_eq!(moved.attribute("room"), &"hall".into());
    let messages =
        terraform.take_over(SHELF, "registry.terraform.io/old/barn", "old_shelf", &stored).await.unwrap_err();
    assert_eq!(messages[0].summary, "Move is not supported");
}

#[tokio::test]
async fn functions_take_further_arguments_and_name_the_wrong_one() {
    let (_, mut terraform) = house().await;
    let call = async |terraform: &mut Harness, arguments: &[&str]| {
        let arguments: Vec<Value> = arguments.iter().map(|text| Value::from(*text)).collect();
        terraform.call_function("join", &arguments).await
    };
    assert_eq!(call(&mut terraform, &["a"]).await, Ok("a".into()));
    assert_eq!(call(&mut terraform, &["a", "b", "c"]).await, Ok("a-b-c".into()));
    let error = FunctionError::argument(1, "holds the separator");
    assert_eq!(call(&mut terraform, &["a", "b-c"]).await, Err(error));
}

#[tokio::test]
async fn objects_are_found_with_or_without_their_state() {
    let (_, mut terraform) = house().await;
    let state = terraform.apply(SHELF, &Value::Null, hall()).await.unwrap();
    terraform.apply(SHELF, &Value::Null, shelf(&[("room", "attic".into())])).await.unwrap();
    let none = || Value::object::<&str>([]);
    let names =
        |found: &[(Listed, Option<Value>)]| found.iter().map(|(l, _)| l.display_name.clone()).collect::<Vec<_>>();
    let found = terraform.list(SHELF, none(), 100, false).await.unwrap();
    assert_eq!(names(&found), ["the attic", "the hall"]);
    assert!(found.iter().all(|(_, state)| state.is_none()));
    let found = terraform.list(SHELF, none(), 100, true).await.unwrap();
    assert_eq!(found[1].1, Some(state));
    assert_eq!(names(&terraform.list(SHELF, none(), 1, false).await.unwrap()), ["the attic"]);
}

#[tokio::test]
async fn actions_say_how_far_they_are() {
    let (house, mut terraform) = house().await;
    let attic = || Value::object([("building", Value::from("the attic"))]);
    let said = ["fetching the ladder", "dusting the attic"];
    assert_eq!(terraform.invoke("house_dust", attic()).await, (said.map(str::to_owned).to_vec(), Ok(vec![])));
    for (fault, summary) in [("dust", "Allergy"), ("panic", "Bug in the provider")] {
        house.breaks(fault);
        let (progress, outcome) = terraform.invoke("house_dust", attic()).await;
        assert_eq!((progress, outcome.unwrap_err()[0].summary.as_str()), (said.map(str::to_owned).to_vec(), summary));
    }
}

#[tokio::test]
async fn ephemeral_values_are_opened() {
    let (_, mut terraform) = house().await;
    let pass = terraform.open("house_pass", Value::object::<&str>([])).await.unwrap();
    assert_eq!(pass.attribute("building"), &"any".into());
}
