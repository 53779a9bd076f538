//! Release files served as a network mirror, over HTTPS as Terraform demands it, on a certificate authority of its own that lives
//! as long as the server. It proves that a real `terraform init` takes the files; it is no server for anything else.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::archive::{self, VERSION};

/// Registries whose clients take the short address for their own.
const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// A running mirror. It serves until the process ends.
#[derive(Debug)]
pub struct Mirror {
    address: SocketAddr,
    authority: String,
}

/// Why there is no mirror.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The release files cannot be used.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// No certificate.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate is of no use.
    #[error("cannot use the certificate: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// No port.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

impl Mirror {
    /// Serves the archives of a folder as the provider at `source`, such as `mediastore/mediastore`.
    ///
    /// # Errors
    /// Files that cannot be read, or no port to listen at.
    pub fn serve(folder: &Path, source: &str) -> Result<Mirror, Error> {
        let files = Arc::new(files(folder, source)?);
        let (authority, config) = certificates()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let config = Arc::new(config);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, config) = (Arc::clone(&files), Arc::clone(&config));
                // A client that goes away early is its own business.
                std::thread::spawn(move || drop(answer(stream, config, &files)));
            }
        });
        Ok(Mirror { address, authority })
    }

    /// A CLI configuration with which `init` finds providers here, and nowhere else.
    #[must_use]
    pub fn cli_configuration(&self) -> String {
        let url = format!("https://localhost:{}/", self.address.port());
        format!("provider_installation {{\n  network_mirror {{\n    url = {url:?}\n  }}\n}}\n")
    }

    /// The certificate to trust, as PEM; Terraform takes it from the file that `SSL_CERT_FILE` names.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// What is at a path.
enum Content {
    Text(String),
    File(PathBuf),
}

/// Every path of the mirror.
fn files(folder: &Path, source: &str) -> Result<BTreeMap<String, Content>, Error> {
    let mut files = BTreeMap::new();
    for host in HOSTS {
        let mut archives = serde_json::Map::new();
        for path in archive::archives(folder)? {
            let Some(platform) = archive::archive_platform(&path) else { continue };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let hash = format!("zh:{}", archive::checksum(&path)?);
            archives.insert(platform.to_owned(), json!({ "url": name, "hashes": [hash] }));
            files.insert(format!("/{host}/{source}/{name}"), Content::File(path));
        }
        let text = |value: Value| Content::Text(value.to_string());
        files.insert(format!("/{host}/{source}/index.json"), text(json!({ "versions": { VERSION: {} } })));
        files.insert(format!("/{host}/{source}/{VERSION}.json"), text(json!({ "archives": archives })));
    }
    Ok(files)
}

/// An authority, and a server that it vouches for.
fn certificates() -> Result<(String, ServerConfig), Error> {
    let mut authority = CertificateParams::new([])?;
    authority.distinguished_name.push(rcgen::DnType::CommonName, "mirror of one process");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_key = KeyPair::generate()?;
    let trusted = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    Ok((trusted, config))
}

/// One request, one answer.
fn answer(stream: TcpStream, config: Arc<ServerConfig>, files: &BTreeMap<String, Content>) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = BufReader::new(Read::by_ref(&mut stream)).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    drop(head);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = match files.get(path) {
        Some(Content::Text(text)) => ("200 OK", "application/json", text.clone().into_bytes()),
        Some(Content::File(file)) => ("200 OK", "application/zip", std::fs::read(file)?),
        None => ("404 Not Found", "text/plain", Vec::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)?;
    stream.conn.send_close_notify();
    stream.flush()
}
