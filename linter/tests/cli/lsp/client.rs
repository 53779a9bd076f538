//! A small editor: it speaks the protocol with the real binary, keeps its documents as an editor does, and makes the edits it is given.

use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, Response};
use serde_json::{Value, json};

use crate::Runner;

/// Far beyond what anything takes: a test that waits so long has failed.
const DEADLINE: Duration = Duration::from_secs(60);

pub(super) struct Editor<'r> {
    runner: &'r Runner,
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    last_id: i32,
    documents: HashMap<String, (i32, String)>,
    /// The last that was published, by file name.
    published: HashMap<String, Value>,
    /// Other notifications and requests of the server.
    pub(super) heard: Vec<(String, Value)>,
}

impl<'r> Editor<'r> {
    /// Starts the server, and nothing else.
    pub(super) fn start(runner: &'r Runner) -> Self {
        let mut command = runner.command("lsp");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (sender, messages) = mpsc::channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            // The server's own parse errors have no id, which this reader does not know; they are told as notifications.
            loop {
                match Message::read(&mut output) {
                    Ok(Some(message)) => drop(sender.send(message)),
                    Ok(None) => break,
                    Err(error) => {
                        let told = Notification { method: "unreadable".to_owned(), params: error.to_string().into() };
                        drop(sender.send(told.into()));
                    }
                }
            }
        });
        let input = child.stdin.take();
        Self {
            runner,
            child,
            input,
            messages,
            last_id: 0,
            documents: HashMap::new(),
            published: HashMap::new(),
            heard: Vec::new(),
        }
    }

    /// Starts the server with the runner's folder open.
    pub(super) fn open_folder(runner: &'r Runner) -> Self {
        Self::open_folder_with(runner, json!({}))
    }

    pub(super) fn open_folder_with(runner: &'r Runner, capabilities: Value) -> Self {
        let mut editor = Self::start(runner);
        let folder = editor.uri("");
        let answer = editor.ask(
            "initialize",
            json!({"processId": null, "rootUri": null, "capabilities": capabilities,
                "workspaceFolders": [{"uri": folder, "name": "folder"}]}),
        );
        assert_eq!(answer["serverInfo"]["name"], "mediastore-lint");
        editor.tell("initialized", json!({}));
        editor
    }

    pub(super) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.runner.path(name).display())
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        let message = Message::from(Notification { method: method.to_owned(), params });
        message.write(self.input.as_mut().unwrap()).unwrap();
    }

    /// Asks without waiting.
    pub(super) fn put(&mut self, method: &str, params: Value) -> i32 {
        self.last_id += 1;
        let message = Message::from(Request { id: self.last_id.into(), method: method.to_owned(), params });
        message.write(self.input.as_mut().unwrap()).unwrap();
        self.last_id
    }

    /// The answer to a request: its result, or its error's code.
    #[track_caller]
    pub(super) fn answer(&mut self, id: i32) -> Result<Value, i32> {
        loop {
            if let Message::Response(Response { id: of, response_result }) = self.next()
                && of == id.into()
            {
                return response_result.map_err(|error| error.code);
            }
        }
    }

    #[track_caller]
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.put(method, params);
        self.answer(id).unwrap()
    }

    #[track_caller]
    pub(super) fn refused(&mut self, method: &str, params: Value) -> i32 {
        let id = self.put(method, params);
        self.answer(id).unwrap_err()
    }

    #[track_caller]
    fn next(&mut self) -> Message {
        let message = self.messages.recv_timeout(DEADLINE).expect("the server says something");
        match &message {
            Message::Notification(it) if it.method == "textDocument/publishDiagnostics" => {
                let name = it.params["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
                self.published.insert(name, it.params.clone());
            }
            Message::Notification(it) => self.heard.push((it.method.clone(), it.params.clone())),
            Message::Request(it) => self.heard.push((it.method.clone(), it.params.clone())),
            Message::Response(_) => {}
        }
        message
    }

    /// Takes messages until there is one of this method.
    #[track_caller]
    pub(super) fn hear(&mut self, method: &str) -> Value {
        loop {
            if let Some((_, params)) = self.heard.iter().find(|(heard, _)| heard == method) {
                return params.clone();
            }
            self.next();
        }
    }

    pub(super) fn open(&mut self, name: &str, text: &str) {
        self.documents.insert(name.to_owned(), (1, text.to_owned()));
        let uri = self.uri(name);
        let document = json!({"uri": uri, "languageId": "terraform", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub(super) fn close(&mut self, name: &str) {
        let uri = self.uri(name);
        self.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Takes one message.
    #[track_caller]
    pub(super) fn listen(&mut self) {
        self.next();
    }

    pub(super) fn text(&self, name: &str) -> &str {
        &self.documents[name].1
    }

    /// Writes other words where some words stand, as somebody who types does.
    #[track_caller]
    pub(super) fn edit(&mut self, name: &str, old: &str, new: &str) {
        let (version, text) = self.documents[name].clone();
        let at = text.find(old).expect("the words are there");
        let range = json!({"start": position(&text, at), "end": position(&text, at + old.len())});
        self.change(name, version + 1, text.replacen(old, new, 1), json!({"range": range, "text": new}));
    }

    fn change(&mut self, name: &str, version: i32, text: String, change: Value) {
        self.documents.insert(name.to_owned(), (version, text));
        let document = json!({"uri": self.uri(name), "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    /// The diagnostics of an open document as it is now.
    #[track_caller]
    pub(super) fn diagnostics(&mut self, name: &str) -> Vec<Value> {
        let version = self.documents.iter().find(|(path, _)| path.rsplit('/').next() == Some(name)).unwrap().1.0;
        loop {
            if let Some(told) = self.published.get(name).filter(|told| told["version"] == version) {
                return told["diagnostics"].as_array().unwrap().clone();
            }
            self.next();
        }
    }

    /// The rules of these diagnostics.
    #[track_caller]
    pub(super) fn rules(&mut self, name: &str) -> Vec<String> {
        self.diagnostics(name).iter().map(|it| it["code"].as_str().unwrap_or("none").to_owned()).collect()
    }

    /// Waits until the rules of an open document are these, whatever was said before.
    #[track_caller]
    pub(super) fn settles(&mut self, name: &str, expected: &[&str]) {
        while self.rules(name) != expected {
            self.next();
        }
    }

    /// What was last said of a file that is not open.
    #[track_caller]
    pub(super) fn said_of(&mut self, name: &str) -> Value {
        loop {
            if let Some(told) = self.published.get(name) {
                return told.clone();
            }
            self.next();
        }
    }

    #[track_caller]
    pub(super) fn hover(&mut self, name: &str, words: &str) -> Option<String> {
        let params = json!({"textDocument": {"uri": self.uri(name)}, "position": self.place(name, words)});
        let answer = self.ask("textDocument/hover", params);
        answer["contents"]["value"].as_str().map(str::to_owned)
    }

    /// Where words start in a document.
    #[track_caller]
    pub(super) fn place(&self, name: &str, words: &str) -> Value {
        let text = self.text(name);
        position(text, text.find(words).expect("the words are there"))
    }

    #[track_caller]
    pub(super) fn actions(&mut self, name: &str, words: &str, context: Value) -> Vec<Value> {
        let at = self.place(name, words);
        let params =
            json!({"textDocument": {"uri": self.uri(name)}, "range": {"start": at, "end": at}, "context": context});
        self.ask("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// Makes the edit of an action, in open documents.
    #[track_caller]
    pub(super) fn make(&mut self, action: &Value) {
        let versioned = action["edit"]["documentChanges"].as_array().into_iter().flatten();
        let mut changes: Vec<(String, Vec<Value>)> = Vec::new();
        for change in versioned {
            let name = self.name_of(change["textDocument"]["uri"].as_str().unwrap());
            assert_eq!(change["textDocument"]["version"], self.documents[&name].0, "{name}");
            changes.push((name, change["edits"].as_array().unwrap().clone()));
        }
        for (uri, edits) in action["edit"]["changes"].as_object().into_iter().flatten() {
            changes.push((self.name_of(uri), edits.as_array().unwrap().clone()));
        }
        assert!(!changes.is_empty(), "{action}");
        for (name, mut edits) in changes {
            let (version, mut text) = self.documents[&name].clone();
            // From the end, so that the places of the others stay what they are.
            edits.sort_by_key(|edit| offset(&text, &edit["range"]["start"]));
            for edit in edits.iter().rev() {
                let (start, end) = (offset(&text, &edit["range"]["start"]), offset(&text, &edit["range"]["end"]));
                text.replace_range(start..end, edit["newText"].as_str().unwrap());
            }
            self.change(&name, version + 1, text.clone(), json!({"text": text}));
        }
    }

    fn name_of(&self, uri: &str) -> String {
        uri.strip_prefix(&self.uri("")).unwrap().to_owned()
    }

    /// Ends the session as the protocol asks for. The exit code.
    #[track_caller]
    pub(super) fn quit(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.code()
    }

    /// The exit code of a server that ends by itself.
    pub(super) fn code(mut self) -> i32 {
        drop(self.input.take());
        self.child.wait().unwrap().code().unwrap()
    }
}

/// The position of an offset, in units of UTF-16.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": before[line..].encode_utf16().count()})
}

fn offset(text: &str, position: &Value) -> usize {
    let (line, column) = (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap());
    let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let mut units = 0;
    let width = text[start..].chars().take_while(|next| {
        units += next.len_utf16() as u64;
        units <= column
    });
    start + width.map(char::len_utf8).sum::<usize>()
}
