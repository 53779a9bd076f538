//! Where `ls`, `put`, `get`, `sync` and `purge` find containers and objects: a data folder, opened right here, or a server.
//!
//! Both are reached by the AWS SDKs; for a folder their connector calls the service in this process.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_mediastore as control;
use aws_sdk_mediastoredata as data;
use aws_sdk_mediastoredata::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_mediastoredata::primitives::ByteStream;
use aws_sdk_mediastoredata::types::{Item, ItemType};
use aws_smithy_http_client::tls;
use clap::Args;
use mediastore_policy::limits;

use super::with_causes;
use crate::{Account, Config, Identities, InProcess, Region, Service, Store, content_type_of};

/// Endpoint of the service in this process: a name that nothing resolves.
const IN_PROCESS: &str = "http://mediastore.embedded";

/// Arguments that say where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where")]
pub(super) struct Where {
    /// A running service, such as http://127.0.0.1:8474, with keys and region from where every AWS tool takes them. Without it the data
    /// folder is opened right here, which is safe beside a running service.
    #[arg(long, env = "MEDIASTORED_ENDPOINT", value_name = "URL")]
    endpoint: Option<String>,

    /// The data folder.
    #[arg(
        long,
        env = "MEDIASTORED_DATA_DIR",
        default_value = ".mediastore",
        value_name = "FOLDER",
        conflicts_with = "endpoint"
    )]
    data_dir: PathBuf,

    /// Region of the containers.
    #[arg(long, env = "MEDIASTORED_REGION", value_name = "REGION")]
    region: Option<Region>,

    /// Account that owns the containers in the data folder, twelve digits.
    #[arg(long, env = "MEDIASTORED_ACCOUNT", default_value_t, value_name = "ACCOUNT", conflicts_with = "endpoint")]
    account: Account,
}

impl Where {
    /// Opens the folder, or gets ready to talk to the server.
    pub(super) async fn open(&self) -> Result<Remote, String> {
        match &self.endpoint {
            Some(endpoint) => Ok(self.server(endpoint).await),
            None => self.folder().await,
        }
    }

    async fn server(&self, endpoint: &str) -> Remote {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let http = aws_smithy_http_client::Builder::new().tls_provider(provider).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http).endpoint_url(endpoint);
        if let Some(region) = &self.region {
            loader = loader.region(aws_config::Region::new(region.to_string()));
        }
        let config = loader.load().await;
        Remote { config, server: Some(endpoint.to_owned()), store: None }
    }

    async fn folder(&self) -> Result<Remote, String> {
        if !self.data_dir.join(crate::DATABASE_FILE).is_file() {
            return Err(format!(
                "`{}` is no data folder: it has no `{}`; name one with --data-dir, or a server with --endpoint",
                self.data_dir.display(),
                crate::DATABASE_FILE
            ));
        }
        let data_dir = self.data_dir.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(data_dir))
            .await
            .map_err(|error| with_causes(&error))?
            .map_err(|error| with_causes(&error))?;
        let (identities, owner) = Identities::owner(&self.account).map_err(|error| with_causes(&error))?;
        let region = self.region.clone().unwrap_or_default();
        let credentials = Credentials::from_keys(owner.access_key.clone(), owner.secret_key(), None);
        let config = Config { account: self.account.clone(), region: region.clone(), identities, ..Config::default() };
        let service = Service::new(store.clone(), config);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(InProcess::new(service))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .region(aws_config::Region::new(region.to_string()))
            .endpoint_url(IN_PROCESS)
            .build();
        Ok(Remote { config, server: None, store: Some(store) })
    }
}

/// A place that has containers.
pub(super) struct Remote {
    config: SdkConfig,
    server: Option<String>,
    store: Option<Store>,
}

impl Remote {
    /// The names of all containers.
    pub(super) async fn containers(&self) -> Result<Vec<String>, String> {
        let mut pages = control::Client::new(&self.config).list_containers().into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| format!("the containers cannot be listed: {}", sentence(&error)))?;
            names.extend(page.containers.into_iter().filter_map(|container| container.name));
        }
        Ok(names)
    }

    /// The objects of a container.
    pub(super) async fn container(&self, name: &str) -> Result<Container, String> {
        let described = control::Client::new(&self.config).describe_container().container_name(name).send().await;
        let described = described.map_err(|error| format!("container `{name}`: {}", sentence(&error)))?;
        let endpoint = described.container.and_then(|container| container.endpoint);
        let endpoint =
            endpoint.ok_or_else(|| format!("container `{name}` has no endpoint yet; try again in a moment"))?;
        let endpoint = match &self.server {
            Some(server) => crate::reachable_endpoint(server, &endpoint),
            None => endpoint,
        };
        let config = data::config::Builder::from(&self.config).endpoint_url(endpoint).build();
        Ok(Container { name: name.to_owned(), client: data::Client::from_conf(config) })
    }

    /// Waits until a folder is closed in order.
    pub(super) async fn close(self) {
        drop(self.config);
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

/// What an SDK says of a call that failed, as the end of a sentence.
fn sentence<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{message} ({code})"),
        (Some(code), None) => code.to_owned(),
        (None, _) => DisplayErrorContext(error).to_string(),
    }
}

/// One container.
#[derive(Debug, Clone)]
pub(super) struct Container {
    name: String,
    client: data::Client,
}

/// An object, as a listing has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) etag: String,
}

impl Container {
    /// A path in it, for people.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}:{path}", self.name)
    }

    /// The entries of one folder.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<Item>, String> {
        let mut pages = self.client.list_items().path(folder).into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| format!("{} cannot be listed: {}", self.at(folder), sentence(&error)))?;
            items.extend(page.items.unwrap_or_default());
        }
        Ok(items)
    }

    /// All objects below a folder, in the order of their paths.
    pub(super) async fn walk(&self, folder: &str) -> Result<Vec<Found>, String> {
        let folder = folder.trim_matches('/');
        let mut folders = vec![if folder.is_empty() { String::new() } else { format!("{folder}/") }];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for item in self.list(&folder).await? {
                let path = format!("{folder}{}", item.name.unwrap_or_default());
                if item.r#type == Some(ItemType::Folder) {
                    folders.push(format!("{path}/"));
                } else {
                    let size = item.content_length.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
                    found.push(Found { path, size, etag: item.e_tag.unwrap_or_default() });
                }
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Puts a file.
    pub(super) async fn put(&self, file: &Path, path: &str, options: &PutOptions) -> Result<(), String> {
        let wrong =
            |error: &dyn fmt::Display| format!("`{}` cannot be put at {}: {error}", file.display(), self.at(path));
        limits::OBJECT_PATH.check(path).map_err(|violation| wrong(&violation))?;
        let body = ByteStream::from_path(file).await.map_err(|error| wrong(&with_causes(&error)))?;
        let content_type = options.content_type.as_deref().unwrap_or_else(|| content_type_of(path));
        let put = self.client.put_object().path(path).body(body).content_type(content_type);
        let put = put.set_cache_control(options.cache_control.clone()).send().await;
        put.map(drop).map_err(|error| wrong(&sentence(&error)))
    }

    /// Gets an object into a file, which is there only once it is whole.
    pub(super) async fn get(&self, path: &str, file: &Path) -> Result<u64, String> {
        let wrong =
            |error: &dyn fmt::Display| format!("{} cannot be got into `{}`: {error}", self.at(path), file.display());
        let got = self.client.get_object().path(path).send().await.map_err(|error| wrong(&sentence(&error)))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        tokio::fs::create_dir_all(folder).await.map_err(|error| wrong(&error))?;
        let mut partial = file.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let mut body = got.body.into_async_read();
        let written = async {
            let mut output = tokio::fs::File::create(&partial).await?;
            let written = tokio::io::copy(&mut body, &mut output).await?;
            output.sync_all().await?;
            tokio::fs::rename(&partial, file).await?;
            Ok::<_, std::io::Error>(written)
        };
        match written.await {
            Ok(written) => Ok(written),
            Err(error) => {
                // Half a file helps nobody; what is wrong with the disk is told already.
                let _ = tokio::fs::remove_file(&partial).await;
                Err(wrong(&error))
            }
        }
    }

    /// Writes an object to standard output.
    pub(super) async fn print(&self, path: &str) -> Result<u64, String> {
        let wrong = |error: &dyn fmt::Display| format!("{} cannot be read: {error}", self.at(path));
        let got = self.client.get_object().path(path).send().await.map_err(|error| wrong(&sentence(&error)))?;
        let mut body = got.body;
        let mut written = 0;
        while let Some(bytes) = body.try_next().await.map_err(|error| wrong(&error))? {
            io::stdout().write_all(&bytes).map_err(|error| wrong(&error))?;
            written += bytes.len() as u64;
        }
        Ok(written)
    }

    /// Deletes an object; one that is gone already is as good.
    pub(super) async fn delete(&self, path: &str) -> Result<(), String> {
        match self.client.delete_object().path(path).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_object_not_found_exception()) => Ok(()),
            Err(error) => Err(format!("{} cannot be deleted: {}", self.at(path), sentence(&error))),
        }
    }
}

/// What may be said of an object besides its bytes.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct PutOptions {
    /// Content type of the objects [default: by the ending of each path]
    #[arg(long, value_name = "TYPE")]
    pub(super) content_type: Option<String>,

    /// Cache-Control of the objects, such as `max-age=6`.
    #[arg(long, value_name = "VALUE")]
    pub(super) cache_control: Option<String>,
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// A server that gives out its containers in two pages, as this service does not unless asked.
    #[derive(Debug, Clone)]
    struct TwoPages;

    impl HttpConnector for TwoPages {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let second = request.body().bytes().is_some_and(|body| body.windows(9).any(|part| part == b"NextToken"));
            let page = if second {
                r#"{"Containers": [{"Name": "b"}]}"#
            } else {
                r#"{"Containers": [{"Name": "a"}], "NextToken": "more"}"#
            };
            let response = http::Response::new(SdkBody::from(page));
            HttpConnectorFuture::ready(Ok(HttpResponse::try_from(response).unwrap()))
        }
    }

    impl HttpClient for TwoPages {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    #[tokio::test]
    async fn the_containers_of_a_server_are_all_its_pages() {
        let credentials = Credentials::from_keys("A", "b", None);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(TwoPages)
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .region(aws_config::Region::new("us-west-2"))
            .endpoint_url(IN_PROCESS)
            .build();
        let remote = Remote { config, server: Some(IN_PROCESS.to_owned()), store: None };
        assert_eq!(remote.containers().await, Ok(vec!["a".to_owned(), "b".to_owned()]));
    }
}
