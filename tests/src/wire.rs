//! The least HTTP: a client whose one request goes out byte for byte as it was signed, and what a server needs to read one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use http::Request;

/// A connection that is kept for the next request.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer, as far as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The code of an error, or nothing.
    #[must_use]
    pub fn code(&self) -> &str {
        self.header("x-amzn-errortype").unwrap_or_default()
    }
}

impl Wire {
    /// A client of one address.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request and reads its answer.
    pub fn send(&mut self, request: &Request<()>, body: &[u8]) -> Answer {
        let mut stream =
            self.stream.take().unwrap_or_else(|| BufReader::new(TcpStream::connect(self.address).unwrap()));
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let host = request.uri().authority().unwrap();
        let mut head =
            format!("{} {target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", request.method(), body.len())
                .into_bytes();
        for (name, value) in request.headers() {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(body);
        stream.get_mut().write_all(&head).unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("not HTTP: {line:?}"));
        let headers = headers(&mut stream).unwrap();
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if request.method() != http::Method::HEAD {
            answer.body.resize(length, 0);
            stream.read_exact(&mut answer.body).unwrap();
        }
        if answer.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        answer
    }
}

/// Reads a request: its first line, and its body by the length that it says.
///
/// # Errors
/// The client went away.
pub fn request(stream: &TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let headers = headers(&mut stream)?;
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = Vec::new();
    stream.take(length.unwrap_or(0)).read_to_end(&mut body)?;
    Ok((line, body))
}

/// Headers up to the empty line, names in small letters.
fn headers(stream: &mut impl BufRead) -> std::io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(headers) };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}
