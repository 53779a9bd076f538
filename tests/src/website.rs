//! A website of the test's own: pages from memory, and what their scripts post back.

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use serde_json::Value;

use crate::wire;

/// A running website. It serves until the test process ends.
#[derive(Debug)]
pub struct Website {
    address: SocketAddr,
    posted: Receiver<Value>,
}

type Pages = HashMap<&'static str, (&'static str, Vec<u8>)>;

impl Website {
    /// Serves pages, each with its type, by path.
    #[must_use]
    pub fn serve(pages: Pages) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, posted) = channel();
        let pages = Arc::new(pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, sender) = (Arc::clone(&pages), sender.clone());
                std::thread::spawn(move || {
                    // A browser that goes away is its own business.
                    let _ = answer(&stream, &pages, &sender);
                });
            }
        });
        Self { address, posted }
    }

    /// Its origin, such as `http://127.0.0.1:12345`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next JSON that a script posts, to whatever path.
    ///
    /// # Panics
    /// If none comes in time.
    #[must_use]
    pub fn posted(&self, within: Duration) -> Option<Value> {
        match self.posted.recv_timeout(within) {
            Ok(value) => Some(value),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the website is gone"),
        }
    }
}

fn answer(mut stream: &TcpStream, pages: &Pages, posted: &Sender<Value>) -> std::io::Result<()> {
    let (request, body) = wire::request(stream)?;
    let path = request.split(' ').nth(1).and_then(|target| target.split('?').next()).unwrap_or_default();
    let (status, (kind, page)) = match pages.get(path) {
        Some(page) => ("200 OK", page.clone()),
        None if request.starts_with("POST ") => {
            let _ = posted.send(serde_json::from_slice(&body).unwrap_or_default());
            ("200 OK", ("text/plain", Vec::new()))
        }
        None => ("404 Not Found", ("text/plain", Vec::new())),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&page)
}
