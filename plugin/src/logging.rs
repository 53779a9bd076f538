//! The log of a provider process: one JSON object per line on stderr, in the form Terraform parses (hclog).
//!
//! Levels come from `TF_LOG_PROVIDER`, else `TF_LOG`, as core reads them; with neither set, nothing is formatted at all.
//! Nothing is ever written to stdout, which belongs to the handshake. Core shows and stores what is logged here as it
//! is, so secrets must not be logged; this module does not look for them.

use std::fmt;
use std::io::Write;
use std::panic::PanicHookInfo;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The longest line, in bytes. Core reads 64 KiB at a time and takes the pieces of a longer line for raw text.
const LONGEST_LINE: usize = 60 << 10;

/// The longest text of one field, in bytes. As JSON escapes it, it may become six times as long and still fits a line.
const LONGEST_TEXT: usize = 8 << 10;

/// Writes the process's events and panics to stderr from here on. Events of `crates` and of this one are written at the
/// level the user asked for, those of other crates from warnings on. A subscriber that is already set stays.
pub fn init(crates: &[String]) {
    std::panic::set_hook(Box::new(on_panic));
    let level = level_of(|name| std::env::var(name).ok());
    if level == LevelFilter::OFF {
        return;
    }
    let own = crates.iter().map(String::as_str).chain([env!("CARGO_CRATE_NAME")]);
    let targets =
        Targets::new().with_default(level.min(LevelFilter::WARN)).with_targets(own.map(|target| (target, level)));
    let subscriber = Registry::default().with(HclogLayer::new(std::io::stderr).with_filter(targets));
    let _ = tracing::subscriber::set_global_default(subscriber); // a test or an embedder was first
}

/// The level core would show. Core takes an unknown word for the most talkative level, and so does this.
fn level_of(lookup: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let given = |name| lookup(name).filter(|value: &String| !value.is_empty());
    let Some(word) = given("TF_LOG_PROVIDER").or_else(|| given("TF_LOG")) else {
        return LevelFilter::OFF;
    };
    match word.to_ascii_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE, // TRACE itself, and JSON, which asks core for TRACE in another form
    }
}

/// Formats events as hclog lines. Fields of the spans around an event come with it.
struct HclogLayer<W> {
    writer: W,
}

/// The fields of one span, kept with the span.
struct SpanFields(Map<String, Value>);

impl<W> HclogLayer<W> {
    /// `writer` gives the place to write one line to, in one call.
    fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<S, W, O> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + 'static,
    O: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields.0));
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanFields(kept)) = span.extensions_mut().get_mut()
        {
            let mut fields = Fields(std::mem::take(kept));
            record.record(&mut fields);
            *kept = fields.0;
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten().collect::<Vec<_>>().into_iter().rev() {
            if let Some(SpanFields(outer)) = span.extensions().get() {
                fields.0.extend(outer.clone());
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = line(Timestamp::now(), *metadata.level(), metadata.target(), fields.0);
        let _ = (self.writer)().write_all(line.as_bytes()); // a closed log is no reason to stop working
    }
}

/// One line, with its end. Core dies of `@message`, `@level` or `@timestamp` that are not strings, and knows a time
/// only with exactly six fraction digits.
fn line(time: Timestamp, level: Level, target: &str, mut fields: Map<String, Value>) -> String {
    let message = match fields.remove("message") {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut line = Map::new();
    line.insert("@level".into(), level.as_str().to_ascii_lowercase().into());
    line.insert("@message".into(), message.into());
    line.insert("@module".into(), target.replace("::", ".").into());
    line.insert("@timestamp".into(), time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string().into());
    let mut head = line.clone();
    line.extend(fields);
    let mut text = Value::Object(line).to_string();
    if text.len() >= LONGEST_LINE {
        head.insert("truncated".into(), true.into());
        text = Value::Object(head).to_string();
    }
    text.push('\n');
    text
}

/// Collects fields as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        // `@` marks the keys core interprets.
        self.0.insert(field.name().trim_start_matches('@').to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value); // what JSON cannot hold becomes null
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, cut(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, cut(format!("{value:?}")));
    }
}

/// Shortens a text that would crowd out the rest of its line, and says how long it was.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let length = text.len();
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push_str(&format!("… ({length} bytes)"));
    }
    text
}

/// Core collects what follows a line that starts with `panic: `, as Go prints it, and shows it to its user.
fn on_panic(panic: &PanicHookInfo<'_>) {
    let backtrace = std::backtrace::Backtrace::capture();
    let thread = std::thread::current();
    let text = panic_text(
        panic.payload_as_str().unwrap_or("of an unknown kind"),
        thread.name().unwrap_or("unnamed"),
        panic.location().map(ToString::to_string).as_deref().unwrap_or("unknown place"),
        &backtrace.to_string(),
    );
    let _ = std::io::stderr().lock().write_all(text.as_bytes()); // nobody else could be told
}

fn panic_text(message: &str, thread: &str, place: &str, backtrace: &str) -> String {
    format!("panic: {message}\n\nthread `{thread}` at {place}\n{backtrace}\n")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `body` logs, without what differs each time.
    fn logged(body: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = Registry::default().with(HclogLayer::new(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, body);
        let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines()
            .map(|line| {
                assert!(line.len() < 64 << 10, "{} bytes", line.len());
                let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
                for key in ["@level", "@message", "@module", "@timestamp"] {
                    assert!(line.get(key).is_some_and(Value::is_string), "{key} in {line:?}");
                }
                line.remove("@timestamp");
                line.remove("@module");
                Value::Object(line)
            })
            .collect()
    }

    #[test]
    fn an_event_is_one_line_of_hclog() {
        let fields = Map::from_iter([("message".into(), "hi".into()), ("n".into(), 7.into())]);
        let time = "2026-01-02T03:04:05.1Z".parse().unwrap();
        assert_eq!(
            line(time, Level::WARN, "tf_plugin::serve", fields),
            "{\"@level\":\"warn\",\"@message\":\"hi\",\"@module\":\"tf_plugin.serve\",\
             \"@timestamp\":\"2026-01-02T03:04:05.100000Z\",\"n\":7}\n"
        );
    }

    #[test]
    fn fields_of_spans_come_along_and_the_innermost_wins() {
        let lines = logged(|| {
            let outer = tracing::info_span!("apply", resource = "a", attempt = 1);
            let inner = tracing::info_span!(parent: &outer, "send", attempt = 2, status = tracing::field::Empty);
            inner.record("status", 404);
            inner.in_scope(|| tracing::debug!(gone = true, "read `{}`", "x"));
        });
        assert_eq!(
            lines,
            [serde_json::json!({
                "@level": "debug", "@message": "read `x`", "resource": "a", "attempt": 2, "status": 404, "gone": true,
            })]
        );
    }

    #[test]
    fn nothing_breaks_the_line_or_cores_parser() {
        let lines = logged(|| {
            tracing::error!("two\nlines");
            tracing::error!(message = 7);
            tracing::error!("@level" = 7, "@message" = false);
            tracing::info!(nan = f64::NAN);
            tracing::info!("{}", "é".repeat(60_000));
            tracing::info!(a = "\0".repeat(60_000), b = "\0".repeat(60_000), "crowded");
        });
        assert_eq!(lines[0]["@message"], "two\nlines");
        assert_eq!(lines[1]["@message"], "7");
        assert_eq!(lines[2], serde_json::json!({"@level": "error", "@message": "false", "level": 7}));
        assert_eq!(lines[3]["nan"], Value::Null);
        assert!(lines[4]["@message"].as_str().unwrap().ends_with("é… (120000 bytes)"));
        assert_eq!(lines[5], serde_json::json!({"@level": "info", "@message": "crowded", "truncated": true}));
    }

    #[test]
    fn the_level_is_the_one_core_shows() {
        for (provider, all, level) in [
            (None, None, LevelFilter::OFF),
            (Some(""), Some(""), LevelFilter::OFF),
            (None, Some("trace"), LevelFilter::TRACE),
            (None, Some("JSON"), LevelFilter::TRACE),
            (None, Some("1"), LevelFilter::TRACE),
            (Some("warn"), Some("TRACE"), LevelFilter::WARN),
            (Some("OFF"), Some("TRACE"), LevelFilter::OFF),
            (Some("INFO"), None, LevelFilter::INFO),
            (Some("Debug"), None, LevelFilter::DEBUG),
            (None, Some("ERROR"), LevelFilter::ERROR),
        ] {
            let found = level_of(|name| if name == "TF_LOG" { all } else { provider }.map(str::to_owned));
            assert_eq!(found, level, "{provider:?} {all:?}");
        }
    }

    #[test]
    fn a_panic_starts_as_core_expects_it() {
        assert_eq!(
            panic_text("no such thing", "main", "src/a.rs:1:2", "disabled backtrace"),
            "panic: no such thing\n\nthread `main` at src/a.rs:1:2\ndisabled backtrace\n"
        );
    }
}
