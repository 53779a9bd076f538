//! What the server says: a thread that writes, so that an editor which does not read holds up nobody who judges or listens.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use gen_lsp_types::{
    LogMessageNotification, LogMessageParams, MessageType, Notification as _, ShowMessageNotification,
    ShowMessageParams,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;

enum Outgoing {
    Message(Message),
    /// Something that could not be understood well enough to have an id.
    Unintelligible(String),
    End,
}

/// Where messages are put to be written.
#[derive(Debug, Clone)]
pub(super) struct Outbox(Sender<Outgoing>);

/// The thread that writes.
#[derive(Debug)]
pub(super) struct Writer {
    outbox: Outbox,
    thread: JoinHandle<io::Result<()>>,
}

impl Writer {
    /// Starts to write to a stream.
    pub(super) fn start(out: impl Write + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { outbox: Outbox(sender), thread: thread::spawn(move || write(out, &receiver)) }
    }

    pub(super) fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    /// Writes what was put in before, and nothing after.
    pub(super) fn finish(self) -> io::Result<()> {
        self.outbox.put(Outgoing::End);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that writes has failed")))
    }
}

fn write(mut out: impl Write, messages: &Receiver<Outgoing>) -> io::Result<()> {
    for message in messages {
        match message {
            Outgoing::Message(message) => message.write(&mut out)?,
            Outgoing::Unintelligible(reason) => {
                let error = serde_json::json!({"code": ErrorCode::ParseError as i32, "message": reason});
                let text = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string();
                write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
                out.flush()?;
            }
            Outgoing::End => break,
        }
    }
    Ok(())
}

impl Outbox {
    /// To an editor that is gone nothing is said.
    fn put(&self, message: Outgoing) {
        let _ = self.0.send(message);
    }

    pub(super) fn answer<T: Serialize>(&self, id: RequestId, result: &T) {
        match serde_json::to_value(result) {
            Ok(value) => self.put(Outgoing::Message(Response { id, response_result: Ok(value) }.into())),
            Err(error) => self.refuse(id, ErrorCode::InternalError, error.to_string()),
        }
    }

    pub(super) fn refuse(&self, id: RequestId, code: ErrorCode, reason: impl Into<String>) {
        self.put(Outgoing::Message(Response::new_err(id, code as i32, reason.into()).into()));
    }

    pub(super) fn unintelligible(&self, reason: String) {
        self.put(Outgoing::Unintelligible(reason));
    }

    pub(super) fn ask(&self, id: &str, method: &str, params: serde_json::Value) {
        self.put(Outgoing::Message(Request { id: id.to_owned().into(), method: method.to_owned(), params }.into()));
    }

    pub(super) fn notify<T: Serialize>(&self, method: &str, params: &T) {
        // What has no JSON form is none of the protocol's types.
        let Ok(params) = serde_json::to_value(params) else { return };
        self.put(Outgoing::Message(Notification { method: method.to_owned(), params }.into()));
    }

    /// Says something to whoever sits before the editor.
    pub(super) fn show(&self, message: String) {
        let params = ShowMessageParams { kind: MessageType::Error, message };
        self.notify(&String::from(ShowMessageNotification::METHOD), &params);
    }

    /// Says something to whoever reads the editor's log.
    pub(super) fn log(&self, message: String) {
        let params = LogMessageParams { kind: MessageType::Warning, message };
        self.notify(&String::from(LogMessageNotification::METHOD), &params);
    }
}
