//! The operator's wishes, as they come through the hub.

use phytohub_domain::ErrorKind;
use phytohub_exchange::Boxed;
use phytohub_exchange::admin::{ControlError, ControlPlugins, PluginRequest, PluginView};
use phytohub_telemetry::Actor;

use crate::control::with_causes;
use crate::host::{ControlError as HostError, PluginHost};
use crate::status::PluginStatus;

impl ControlPlugins for PluginHost {
    fn control(
        &self,
        actor: Actor,
        request: PluginRequest,
    ) -> Boxed<Result<Vec<PluginView>, ControlError>> {
        let host = self.clone();
        Box::pin(async move {
            // What happens to the plugin is an event of its own; who wanted it is said here.
            if request != PluginRequest::List {
                tracing::info!(operator = actor.name, ?request, "the operator steers a plugin");
            }
            let done = match &request {
                PluginRequest::Enable { id } => host.enable(id).await,
                PluginRequest::Disable { id } => host.disable(id).await,
                PluginRequest::Upgrade { id, version } => host.upgrade(id, version).await,
                PluginRequest::Quarantine { id } => host.quarantine(id),
                PluginRequest::Release { id } => host.release(id).await,
                PluginRequest::SkipBatch { id, reason } => {
                    let said = format!("{reason} ({})", actor.name);
                    host.skip_batch(id, &said).await
                }
                _ => Ok(()),
            };
            done.map_err(|error| told(&error))?;
            Ok(host.status().into_iter().map(view).collect())
        })
    }
}

fn told(error: &HostError) -> ControlError {
    let kind = match error {
        HostError::NoSuchPlugin { .. } => ErrorKind::NotFound,
        HostError::NothingToSkip { .. } => ErrorKind::Conflict,
        HostError::Load { .. } => ErrorKind::Invalid,
        HostError::Hub(_) | HostError::Closing => ErrorKind::Unavailable,
    };
    ControlError { kind, message: with_causes(error) }
}

fn view(status: PluginStatus) -> PluginView {
    let state = match status.quarantine {
        Some(reason) => format!("{} ({reason})", status.state),
        None => status.state.to_owned(),
    };
    PluginView {
        id: status.id,
        version: status.version,
        state,
        sha256: status.hash,
        signer: status.signer,
        grants: status.grants,
        kinds: status.kinds,
        pages: status.pages,
        lag: status.lag.unwrap_or_default(),
        stuck: status.stuck as u64,
        calls: status.calls,
        failures: status.failures,
        last_error: status.last_error.unwrap_or_default(),
    }
}
