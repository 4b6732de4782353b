//! The operator's wishes, as they come through the hub.

use phytohub_domain::{ErrorKind, with_causes};
use phytohub_exchange::Boxed;
use phytohub_exchange::admin::{ControlError, ControlPlugins, PluginRequest, PluginView};
use phytohub_telemetry::{Actor, Event, EventKind};

use crate::host::{ControlError as HostError, PluginHost};
use crate::state::State;
use crate::status::PluginStatus;
use crate::world::all;

impl ControlPlugins for PluginHost {
    fn control(
        &self,
        actor: Actor,
        request: PluginRequest,
    ) -> Boxed<Result<Vec<PluginView>, ControlError>> {
        let host = self.clone();
        Box::pin(async move {
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
                // To be read anew it takes who knows where the configuration is.
                _ => Ok(()),
            };
            done.map_err(ControlError::from)?;
            // What happened to the plugin is an event of its own; this one says who wanted it.
            if let Some((kind, id)) = wanted(&request) {
                let mut event = Event::new(kind, actor);
                event.detail = format!("{id}: as the operator wants it");
                host.world().hub.record(event);
            }
            let mut views: Vec<_> = host.status().into_iter().map(view).collect();
            if request == PluginRequest::List {
                host.ask_how_they_are(&mut views).await;
            }
            Ok(views)
        })
    }
}

impl PluginHost {
    /// Asks those that are in service, all at once: a plugin that tells it slowly delays nobody
    /// longer than its own time for it.
    async fn ask_how_they_are(&self, views: &mut [PluginView]) {
        let started = views.iter_mut().filter(|view| view.state == State::Started.as_str());
        let asked = started.map(|view| async move {
            if let Err(error) = self.health(&view.id).await {
                view.unwell = with_causes(&error);
            }
        });
        all(asked.collect()).await;
    }
}

/// A batch that is skipped is recorded with the operator's name and reason where it is skipped.
fn wanted(request: &PluginRequest) -> Option<(EventKind, &str)> {
    match request {
        PluginRequest::Enable { id }
        | PluginRequest::Upgrade { id, .. }
        | PluginRequest::Reload { id } => Some((EventKind::PluginStarted, id)),
        PluginRequest::Disable { id } => Some((EventKind::PluginStopped, id)),
        PluginRequest::Quarantine { id } => Some((EventKind::PluginQuarantined, id)),
        PluginRequest::Release { id } => Some((EventKind::PluginReleased, id)),
        _ => None,
    }
}

impl From<HostError> for ControlError {
    fn from(error: HostError) -> Self {
        let kind = match error {
            HostError::NoSuchPlugin { .. } => ErrorKind::NotFound,
            HostError::NothingToSkip { .. } => ErrorKind::Conflict,
            HostError::Load { .. } => ErrorKind::Invalid,
            HostError::Hub(_) | HostError::Closing => ErrorKind::Unavailable,
        };
        Self { kind, message: with_causes(&error) }
    }
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
        unwell: String::new(),
        last_error: status.last_error.unwrap_or_default(),
    }
}
