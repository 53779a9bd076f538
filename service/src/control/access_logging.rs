//! StartAccessLogging and StopAccessLogging: a switch that both can be pressed twice.

use crate::store::containers;

use super::resource::{self, ContainerOnly};
use super::{Call, NOTHING, Output};
use crate::error::ApiError;

pub(super) async fn start(call: Call) -> Output {
    switch(call, true).await
}

pub(super) async fn stop(call: Call) -> Output {
    switch(call, false).await
}

async fn switch(call: Call, on: bool) -> Output {
    let name = call.input::<ContainerOnly>()?.checked()?;
    let Call { service, realm, now, .. } = call;
    service
        .store()
        .write(move |db| {
            let container = resource::active(db, &realm, &name, now)?;
            Ok::<_, ApiError>(containers::set_access_logging(db, container.id, on)?)
        })
        .await?;
    NOTHING
}
