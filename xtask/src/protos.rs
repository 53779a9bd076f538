//! Makes the Rust code of `proto/` from its `.proto` files, without `protoc`.
//! The result is committed; a test here fails when it is stale. It does not decide what the protocol says:
//! that is written in the `.proto` files, and the tests below hold their numbers to the published ones.

use std::path::Path;

use prost_types::FileDescriptorSet;

/// Each protocol file, the package it declares, and the Rust file made from it.
const PROTOCOLS: [(&str, &str, &str); 3] = [
    ("tfplugin5.proto", "tfplugin5", "proto/src/tfplugin5.rs"),
    ("plugin.proto", "plugin", "proto/src/plugin.rs"),
    ("health.proto", "grpc.health.v1", "proto/src/health.rs"),
];

const SOURCES: &str = "proto/protos";

/// Why the generated code could not be made, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot compile the protocol files: {0}")]
    Compile(#[from] protox::Error),
    #[error("cannot read or write `{path}`: {source}")]
    File { path: String, source: std::io::Error },
    #[error("`{0}` is stale, run `cargo xtask gen`")]
    Stale(&'static str),
}

/// Generates and writes the files; returns their paths.
pub(crate) fn write(repository: &Path) -> Result<Vec<&'static str>, Error> {
    let mut written = Vec::new();
    for (path, code) in generate(repository)? {
        std::fs::write(repository.join(path), code).map_err(|source| Error::File { path: path.into(), source })?;
        written.push(path);
    }
    Ok(written)
}

/// Generates and compares with the committed files.
pub(crate) fn check(repository: &Path) -> Result<(), Error> {
    for (path, code) in generate(repository)? {
        let committed = std::fs::read_to_string(repository.join(path))
            .map_err(|source| Error::File { path: path.into(), source })?;
        if committed != code {
            return Err(Error::Stale(path));
        }
    }
    Ok(())
}

fn generate(repository: &Path) -> Result<Vec<(&'static str, String)>, Error> {
    let directory = tempfile::tempdir().map_err(|source| Error::File { path: "temporary directory".into(), source })?;
    tonic_prost_build::configure()
        .build_transport(false) // clients take any channel; `connect` would pull the transport into every provider
        .generate_default_stubs(true) // an RPC we do not serve answers UNIMPLEMENTED, as the protocol wants
        .out_dir(directory.path())
        .compile_fds(descriptors(repository)?)
        .map_err(|source| Error::File { path: directory.path().display().to_string(), source })?;
    PROTOCOLS
        .iter()
        .map(|&(_, package, target)| {
            let made = directory.path().join(format!("{package}.rs"));
            let code = std::fs::read_to_string(&made)
                .map_err(|source| Error::File { path: made.display().to_string(), source })?;
            Ok((target, code))
        })
        .collect()
}

fn descriptors(repository: &Path) -> Result<FileDescriptorSet, protox::Error> {
    protox::compile(PROTOCOLS.map(|(file, ..)| file), [repository.join(SOURCES)])
}
