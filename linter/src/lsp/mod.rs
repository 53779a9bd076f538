//! The linter in an editor: a language server on standard input and output.
//!
//! One thread listens and does nothing else, so that the editor never waits to be heard; one judges ([`judge`]); one writes
//! ([`outbox`]). What is found is what `check` finds: inputs, settings, rules and fixes are the same, and only what stands for files on
//! disk differs ([`crate::unsaved`]). Nothing is decided about policies here.
//!
//! | module | does |
//! | --- | --- |
//! | `documents`, `position` | open documents, edits, and columns in UTF-16 |
//! | `judge` | when to judge what, and whom to tell |
//! | `diagnostics`, `hover`, `actions` | findings in the protocol's shapes |
//! | `outbox` | writes |

mod actions;
mod diagnostics;
mod documents;
mod hover;
mod judge;
mod outbox;
mod position;

use std::io::{self, BufRead};
use std::path::PathBuf;

use gen_lsp_types::{
    ChangeNotifications, CodeActionKind, CodeActionOptions, DidChangeTextDocumentParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams,
    InitializeResult, ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions, Uri,
    WorkspaceFolders, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::documents::{Document, Documents};
use self::judge::{Client, Judge, Question, Update};
use self::outbox::{Outbox, Writer};
use self::position::Encoding;
use crate::inputs;
use crate::lint::Given;

/// What the command line says.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The configuration of everything, if one is named.
    pub(crate) config: Option<PathBuf>,
    pub(crate) given: Given,
    pub(crate) inputs: inputs::Options,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By `shutdown`, then `exit`.
    Asked,
    /// By `exit` alone, or because the editor is gone.
    Unasked,
}

/// Serves one editor.
///
/// # Errors
///
/// What was to be said could not be written.
pub(crate) fn serve(options: Options) -> io::Result<End> {
    let writer = Writer::start(io::stdout());
    let mut server = Server { options, outbox: writer.outbox(), phase: Phase::Fresh };
    let end = server.listen(&mut io::stdin().lock());
    writer.finish()?;
    Ok(end)
}

struct Server {
    options: Options,
    outbox: Outbox,
    phase: Phase,
}

enum Phase {
    /// Nothing but `initialize` is in order.
    Fresh,
    Running(Box<Session>),
    /// Nothing but `exit` is in order.
    Down,
}

/// What is known of an editor that has introduced itself.
struct Session {
    encoding: Encoding,
    documents: Documents,
    folders: Vec<PathBuf>,
    /// Whether the editor tells of files that change on disk, if it is asked to.
    watches: bool,
    judge: Judge,
}

/// An identifier in `$/cancelRequest`.
#[derive(Deserialize)]
struct Cancelled {
    id: RequestId,
}

impl Server {
    /// Takes messages until the editor has no more.
    fn listen(&mut self, input: &mut impl BufRead) -> End {
        loop {
            match Message::read(input) {
                Ok(Some(Message::Request(request))) => self.request(request),
                Ok(Some(Message::Notification(notification))) if notification.method == "exit" => break,
                Ok(Some(Message::Notification(notification))) => self.notification(notification),
                // Answers to what was asked of the editor have no consequence.
                Ok(Some(Message::Response(_))) => {}
                // The message has been read past, so that the next one can be understood.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    let reason: String = error.to_string().chars().take(300).collect();
                    self.outbox.unintelligible(reason);
                }
                Ok(None) | Err(_) => break,
            }
        }
        if matches!(self.phase, Phase::Down) { End::Asked } else { End::Unasked }
    }

    fn request(&mut self, Request { id, method, params }: Request) {
        let refuse = |code, reason: &str| self.outbox.refuse(id.clone(), code, reason);
        match (&self.phase, method.as_str()) {
            (Phase::Fresh, "initialize") => self.initialize(id, params),
            (Phase::Fresh, _) => refuse(ErrorCode::ServerNotInitialized, "the first request has to be `initialize`"),
            (Phase::Down, _) => refuse(ErrorCode::InvalidRequest, "the server was shut down"),
            (Phase::Running(_), "initialize") => refuse(ErrorCode::InvalidRequest, "the server is initialized already"),
            (Phase::Running(_), "shutdown") => {
                self.phase = Phase::Down;
                self.outbox.answer(id, &Value::Null);
            }
            (Phase::Running(session), "textDocument/hover") => self.ask(session, id, params, Question::Hover),
            (Phase::Running(session), "textDocument/codeAction") => self.ask(session, id, params, Question::Actions),
            (Phase::Running(_), _) => refuse(ErrorCode::MethodNotFound, &format!("`{method}` is not served")),
        }
    }

    fn ask<P: DeserializeOwned>(
        &self,
        session: &Session,
        id: RequestId,
        params: Value,
        question: fn(Box<P>) -> Question,
    ) {
        match serde_json::from_value(params) {
            Ok(params) => session.judge.ask(id, question(Box::new(params))),
            Err(error) => self.outbox.refuse(id, ErrorCode::InvalidParams, error.to_string()),
        }
    }

    fn initialize(&mut self, id: RequestId, params: Value) {
        let params: InitializeParams = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(error) => return self.outbox.refuse(id, ErrorCode::InvalidParams, error.to_string()),
        };
        let workspace = params.capabilities.workspace.as_ref();
        let encodings = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let encoding = Encoding::negotiate(encodings.unwrap_or_default());
        let client = Client {
            encoding,
            versioned_edits: workspace.and_then(|it| it.workspace_edit.as_ref()?.document_changes).unwrap_or_default(),
        };
        let watches = workspace.and_then(|it| it.did_change_watched_files.as_ref()?.dynamic_registration);
        let folders = folders(&params);
        let judge = Judge::start(self.options.clone(), client, self.outbox.clone());
        judge.update(Update { folders: Some(folders.clone()), ..Update::default() });
        let session =
            Session { encoding, documents: Documents::default(), folders, watches: watches.unwrap_or_default(), judge };
        self.phase = Phase::Running(Box::new(session));
        let result = InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(ServerInfo {
                name: "mediastore-lint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        self.outbox.answer(id, &result);
    }

    /// Notifications have no answer; one that makes no sense is told to the log.
    fn notification(&mut self, Notification { method, params }: Notification) {
        let Phase::Running(session) = &mut self.phase else { return };
        let outcome = match method.as_str() {
            "textDocument/didOpen" => serde_json::from_value(params).map(|params| session.opened(params)),
            "textDocument/didChange" => serde_json::from_value(params).map(|params| session.changed(params)),
            "textDocument/didClose" => serde_json::from_value(params).map(|params| session.closed(params)),
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => {
                session.judge.update(Update { looks_again: true, ..Update::default() });
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => serde_json::from_value(params).map(|params| session.moved(params)),
            "$/cancelRequest" => serde_json::from_value(params).map(|Cancelled { id }| session.judge.cancel(&id)),
            "initialized" => {
                session.watch(&self.outbox);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            self.outbox.log(format!("`{method}` makes no sense: {error}"));
        }
    }
}

impl Session {
    fn opened(&mut self, DidOpenTextDocumentParams { text_document: it }: DidOpenTextDocumentParams) {
        // What is no file belongs to nothing that is judged.
        let Ok(path) = it.uri.to_file_path() else { return };
        self.documents.open(path, Document { uri: it.uri, version: it.version, text: it.text.into() });
        self.judge.update(Update { documents: Some(self.documents.clone()), looks_again: true, ..Update::default() });
    }

    fn changed(&mut self, DidChangeTextDocumentParams { text_document, content_changes }: DidChangeTextDocumentParams) {
        let Ok(path) = text_document.text_document_identifier.uri.to_file_path() else { return };
        if self.documents.change(&path, text_document.version, content_changes, self.encoding) {
            self.judge.update(Update { documents: Some(self.documents.clone()), ..Update::default() });
        }
    }

    fn closed(&mut self, DidCloseTextDocumentParams { text_document }: DidCloseTextDocumentParams) {
        let Ok(path) = text_document.uri.to_file_path() else { return };
        self.documents.close(&path);
        self.judge.update(Update { documents: Some(self.documents.clone()), looks_again: true, ..Update::default() });
    }

    fn moved(&mut self, DidChangeWorkspaceFoldersParams { event }: DidChangeWorkspaceFoldersParams) {
        let path = |uri: &Uri| uri.to_file_path().ok();
        let gone: Vec<PathBuf> = event.removed.iter().filter_map(|folder| path(&folder.uri)).collect();
        self.folders.retain(|folder| !gone.contains(folder));
        self.folders.extend(event.added.iter().filter_map(|folder| path(&folder.uri)));
        self.judge.update(Update { folders: Some(self.folders.clone()), looks_again: true, ..Update::default() });
    }

    /// Asks to be told of files that others than this editor change.
    fn watch(&self, outbox: &Outbox) {
        if !self.watches {
            return;
        }
        let patterns = ["**/*.{tf,tofu,tfvars,json,yaml,yml,template}", "**/mediastore-lint.toml", "**/*.rego"];
        let watchers: Vec<Value> = patterns.iter().map(|pattern| json!({"globPattern": pattern})).collect();
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        });
        outbox.ask("watch", "client/registerCapability", json!({"registrations": [registration]}));
    }
}

/// The folders that the editor has open. Older editors know of one only.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().filter_map(|folder| folder.uri.to_file_path().ok()).collect()
        }
        _ => {
            #[expect(deprecated, reason = "editors that know nothing newer are in use")]
            let root = params.root_uri.as_ref();
            root.and_then(|uri| uri.to_file_path().ok()).into_iter().collect()
        }
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(true.into()),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix, actions::FIX_ALL]),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(ChangeNotifications::Bool(true)),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
