//! Servers that are no MediaStore: they take a connection, read the request, and answer what they were told to.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};

use crate::wire;

/// Starts a server that gives every request the same bytes and closes; no bytes means that it hangs up. It serves until
/// the test process ends.
#[must_use]
pub fn answering(bytes: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away early is its own business.
            let _ = answer(stream, &bytes);
        }
    });
    address
}

/// An address at which nothing listens: the port was free a moment ago.
#[must_use]
pub fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An HTTP answer.
#[must_use]
pub fn http(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

fn answer(mut stream: TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    // Unread bytes at the close would reset the connection before the answer is read.
    wire::request(&stream)?;
    stream.write_all(bytes)
}
