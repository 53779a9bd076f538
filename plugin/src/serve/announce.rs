//! What a provider writes to stdout: one line, and nothing ever after.
//! The launcher reads it to learn where to connect, so the listener is bound before.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::Error;
use super::listener::Address;

/// Major version of the protocol served. Asked for others, the answer is the same, and core explains the mismatch.
const PROTOCOL: u32 = 5;

/// Writes the handshake line, then turns stdout away.
pub(super) fn handshake(address: &Address, certificate: Option<&[u8]>, multiplex: bool) -> std::io::Result<()> {
    write_line(&handshake_line(address, certificate, multiplex))?;
    silence_stdout()
}

/// Writes what a user exports before running Terraform against this process.
pub(super) fn reattach(source: &str, address: &Address) -> std::io::Result<()> {
    write_line(&reattach_line(source, address, std::process::id()))
}

/// Tells why there is no handshake. A user by hand reads stderr; core shows its user nothing but the first line of
/// stdout, as an unrecognised message.
pub(super) fn failure(error: &Error, debug: bool) {
    let _ = writeln!(std::io::stderr().lock(), "{error}"); // nobody is left to be told of a failure here
    let launched = !matches!(error, Error::NotLaunched(_) | Error::Server(_) | Error::Announce(_));
    if launched && !debug {
        let _ = write_line(&one_line(&error.to_string()));
    }
}

fn handshake_line(address: &Address, certificate: Option<&[u8]>, multiplex: bool) -> String {
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    let (network, place) = (address.network(), address.place());
    // The seventh field says that connections cannot be multiplexed. Old clients would read it as part of the sixth.
    let multiplex = if multiplex { "|false" } else { "" };
    format!("1|{PROTOCOL}|{network}|{place}|grpc|{certificate}{multiplex}")
}

fn reattach_line(source: &str, address: &Address, pid: u32) -> String {
    let attach = serde_json::json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL,
            "Pid": pid,
            "Test": true, // core neither shuts this process down nor kills it
            "Addr": { "Network": address.network(), "String": address.place() },
        }
    });
    // The value stands between single quotes, for the shell.
    format!("TF_REATTACH_PROVIDERS='{}'", attach.to_string().replace('\'', "\\u0027"))
}

/// Without the separators that would make a message look like a handshake.
fn one_line(message: &str) -> String {
    message.replace('\n', "; ").replace('|', "/")
}

fn write_line(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Lets stray output of libraries go to the log. Core reads stdout by line and gives up at a long one; once the pipe is
/// full, the next write would block for ever.
#[cfg(unix)]
fn silence_stdout() -> std::io::Result<()> {
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(())
}

/// Only unix systems can redirect a running process without unsafe code; elsewhere stdout must simply stay unused.
#[cfg(not(unix))]
fn silence_stdout() -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix() -> Address {
        Address::Unix("/tmp/tf'1/s".to_owned())
    }

    #[test]
    fn the_handshake_has_six_fields_and_a_seventh_on_demand() {
        let tcp = Address::Tcp("127.0.0.1:10000".parse().unwrap());
        for (address, certificate, multiplex, line) in [
            (unix(), None, false, "1|5|unix|/tmp/tf'1/s|grpc|"),
            (tcp, None, false, "1|5|tcp|127.0.0.1:10000|grpc|"),
            (unix(), None, true, "1|5|unix|/tmp/tf'1/s|grpc||false"),
            // Not padded, and the standard alphabet.
            (unix(), Some(&[0xfb, 0xff, 0x00, 0x01][..]), false, "1|5|unix|/tmp/tf'1/s|grpc|+/8AAQ"),
            (unix(), Some(&[0xfb][..]), true, "1|5|unix|/tmp/tf'1/s|grpc|+w|false"),
        ] {
            assert_eq!(handshake_line(&address, certificate, multiplex), line);
        }
    }

    #[test]
    fn the_reattach_line_survives_the_shell() {
        let line = reattach_line("acme/exp", &unix(), 7);
        let value = line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
        assert!(!value.contains('\''), "{value}");
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"acme/exp": {
                "Protocol": "grpc", "ProtocolVersion": 5, "Pid": 7, "Test": true,
                "Addr": {"Network": "unix", "String": "/tmp/tf'1/s"},
            }})
        );
    }

    #[test]
    fn a_failure_never_looks_like_a_handshake() {
        assert_eq!(one_line("cannot\nlisten on `a|b|c|d`"), "cannot; listen on `a/b/c/d`");
    }
}
