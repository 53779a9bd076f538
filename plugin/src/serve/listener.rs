//! The socket the client connects to: a unix socket in a private folder, or loopback TCP.
//! Dropping the listener removes the socket. It does not know who connects; that is `tls`'s matter.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::environment::Environment;
use super::{Error, Transport};

/// A connection, of any kind.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Where the client connects, as it is written on stdout.
#[derive(Debug)]
pub(super) enum Address {
    Unix(String),
    Tcp(SocketAddr),
}

impl Address {
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }

    pub(super) fn place(&self) -> String {
        match self {
            Self::Unix(path) => path.clone(),
            Self::Tcp(address) => address.to_string(),
        }
    }
}

/// A bound, listening socket.
pub(super) struct Listener {
    address: Address,
    socket: Socket,
}

enum Socket {
    #[cfg(unix)]
    Unix(unix::Socket),
    Tcp(TcpListener),
}

impl Listener {
    /// Binds. When no unix socket can be made (a long `TMPDIR`, a file system that is read-only), a connection under
    /// TLS falls back to TCP; in the clear it does not, since on TCP every user of the machine could connect.
    pub(super) fn bind(transport: Transport, environment: &Environment, secured: bool) -> Result<Self, Error> {
        if transport == Transport::Tcp || cfg!(not(unix)) {
            return Self::bind_tcp(environment.ports);
        }
        #[cfg(unix)]
        match unix::Socket::bind(environment) {
            Ok((socket, path)) => return Ok(Self { address: Address::Unix(path), socket: Socket::Unix(socket) }),
            Err(error) if secured && environment.socket_directory.is_none() => {
                tracing::warn!(%error, "no unix socket, listening on loopback TCP");
            }
            Err(error) => return Err(error),
        }
        Self::bind_tcp(environment.ports)
    }

    /// Takes the first free port of the closed range.
    fn bind_tcp((min, max): (u16, u16)) -> Result<Self, Error> {
        let failed = |source| Error::Listen { place: format!("127.0.0.1, ports {min} to {max}"), source };
        let mut last = std::io::Error::new(std::io::ErrorKind::InvalidInput, "the range is empty");
        for port in min..=max {
            match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(into_tokio) {
                Ok(listener) => {
                    let address = Address::Tcp(listener.local_addr().map_err(failed)?);
                    return Ok(Self { address, socket: Socket::Tcp(listener) });
                }
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) async fn accept(&self) -> std::io::Result<Box<dyn Io>> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Unix(socket) => Ok(Box::new(socket.accept().await?)),
            Socket::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?; // many small answers, each awaited
                Ok(Box::new(stream))
            }
        }
    }
}

fn into_tokio(listener: std::net::TcpListener) -> std::io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

#[cfg(unix)]
mod unix {
    //! Unix sockets: their place, their permissions and their removal.

    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use rustix::process::Gid;
    use tempfile::{NamedTempFile, TempDir};
    use tokio::net::{UnixListener, UnixStream};

    use super::{Environment, Error};

    /// Listens; removes the socket, and the folder made for it, when dropped.
    pub(super) struct Socket {
        socket: NamedTempFile<UnixListener>,
        _folder: Option<TempDir>, // after the socket: dropped in this order
    }

    impl Socket {
        /// Binds, and returns the path too. Names are short: a path of some hundred bytes does not fit the address.
        pub(super) fn bind(environment: &Environment) -> Result<(Self, String), Error> {
            let temporary = std::env::temp_dir();
            let parent = environment.socket_directory.as_deref().unwrap_or(&temporary);
            let failed = |source| Error::Listen { place: format!("a socket in `{}`", parent.display()), source };
            // A host that names a folder or a group has seen to it who may enter; otherwise nobody else may.
            let shared = environment.socket_directory.is_some() || environment.socket_group.is_some();
            let folder = if shared {
                None
            } else {
                let private = Permissions::from_mode(0o700);
                Some(tempfile::Builder::new().prefix("tf-").permissions(private).tempdir_in(parent).map_err(failed)?)
            };
            let place = folder.as_ref().map_or(parent, TempDir::path);
            let socket = tempfile::Builder::new()
                .prefix("plugin")
                .make_in(place, |path| UnixListener::bind(path))
                .map_err(failed)?;
            let unfit = |what| failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, what));
            let path = socket.path().to_str().ok_or_else(|| unfit("the path is not UTF-8"))?.to_owned();
            if path.contains(['|', '\n']) {
                return Err(unfit("the handshake cannot hold this path"));
            }
            if let Some(group) = &environment.socket_group {
                let gid = group_id(group).ok_or_else(|| Error::Group(group.clone()))?;
                share_with(socket.path(), gid).map_err(failed)?;
            }
            Ok((Self { socket, _folder: folder }, path))
        }

        pub(super) async fn accept(&self) -> std::io::Result<UnixStream> {
            Ok(self.socket.as_file().accept().await?.0)
        }
    }

    fn share_with(path: &Path, group: Gid) -> std::io::Result<()> {
        rustix::fs::chown(path, None, Some(group))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o660))
    }

    /// A number, or a name of the group file. Groups of other sources must be given by number.
    fn group_id(group: &str) -> Option<Gid> {
        let number = group.parse().ok().or_else(|| {
            let file = std::fs::read_to_string("/etc/group").ok()?;
            file.lines().find_map(|line| {
                let mut fields = line.split(':');
                (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok()).flatten()
            })
        })?;
        Some(Gid::from_raw(number))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn mode(path: &Path) -> u32 {
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777
        }

        #[tokio::test]
        async fn a_socket_lies_in_a_private_folder_and_goes_with_it() {
            let (socket, path) = Socket::bind(&Environment::default()).unwrap();
            let folder = Path::new(&path).parent().unwrap().to_owned();
            assert_eq!(mode(&folder), 0o700);
            assert!(path.len() < 100, "{path}");
            drop(socket);
            assert!(!folder.exists());
        }

        #[tokio::test]
        async fn a_host_chooses_folder_and_group() {
            let folder = tempfile::tempdir().unwrap();
            let own = rustix::process::getgid().as_raw().to_string();
            let environment = Environment {
                socket_directory: Some(folder.path().to_owned()),
                socket_group: Some(own),
                ..Environment::default()
            };
            let (socket, path) = Socket::bind(&environment).unwrap();
            let path = Path::new(&path);
            assert_eq!(path.parent(), Some(folder.path()));
            assert_eq!(mode(path), 0o660);
            drop(socket);
            assert!(!path.exists());
            assert!(folder.path().exists());
        }

        #[tokio::test]
        async fn groups_go_by_name_or_number() {
            assert_eq!(group_id("4711").map(Gid::as_raw), Some(4711));
            assert_eq!(group_id("no such group"), None);
            let file = std::fs::read_to_string("/etc/group").unwrap_or_default();
            if let Some(line) = file.lines().next() {
                let fields: Vec<&str> = line.split(':').collect();
                assert_eq!(group_id(fields[0]).map(Gid::as_raw), fields[2].parse().ok());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tcp_takes_the_first_free_port_of_the_range() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = Listener::bind_tcp((port, port)).err().unwrap();
        assert!(error.to_string().starts_with(&format!("cannot listen on 127.0.0.1, ports {port} to {port}: ")));
        assert!(Listener::bind_tcp((2, 1)).is_err());
        let any = Listener::bind_tcp((0, 0)).unwrap();
        assert!(matches!(any.address(), Address::Tcp(address) if address.port() != 0));
        let next = Listener::bind_tcp((port, port.saturating_add(50))).unwrap();
        assert!(matches!(next.address(), Address::Tcp(address) if address.port() > port));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_folder_that_the_host_chose_is_not_given_up_for_tcp() {
        // A bare file where a folder is expected: nothing can be made within it.
        let file = tempfile::NamedTempFile::new().unwrap();
        let unusable = Environment { socket_directory: Some(file.path().to_owned()), ..Environment::default() };
        for secured in [true, false] {
            let error = Listener::bind(Transport::Auto, &unusable, secured).err().unwrap().to_string();
            let place = format!("cannot listen on a socket in `{}`: ", file.path().display());
            assert!(error.starts_with(&place), "{error}");
        }
    }
}
