//! The engine as Terraform sees it: a small provider of shelves, driven over gRPC by the harness.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers outside #[test] functions fail the test by panicking

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::{DataSource, DynDataSource, data_source};
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::provider::Provider;
use tf_plugin::resource::{DynResource, Resource, resource};
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
            .block(NestedBlock::list("row", row))
            .block(timeouts::block())
    }

    async fn create(&self, cx: &Context<'_, House>, mut planned: Shelf) -> Result<Shelf, Failure<Shelf>> {
        if cx.client.broken("create") {
            return Err(Diagnostic::error("No shelf", "The carpenter is ill.").into());
        }
        assert!(!cx.client.broken("panic"), "the shelf fell");
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

    async fn import(&self, _: &Context<'_, House>, id: &str) -> Result<Shelf, Diagnostics> {
        Ok(Shelf { room: id.into(), ..Shelf::null() })
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
