//! Backups and the store's health, for the operator.

use std::path::PathBuf;
use std::sync::Arc;

use phytohub_store::ReadError;
use phytohub_telemetry::{Actor, Event, EventKind};

use super::{AdminError, AdminReply, HealthView, ScrubView};
use crate::audit::{self, AuditState};
use crate::backup::{BackUpPlugins, BackupExtra, Making};
use crate::{CallError, Hub, blocking};

impl Hub {
    /// From now on backups have the files of these plugins. Once.
    pub fn set_plugin_files(&self, plugins: Arc<dyn BackUpPlugins>) {
        let _ = self.inner.plugin_files.set(plugins);
    }

    pub(super) async fn backup_create(
        &self,
        actor: Actor,
        directory: PathBuf,
        extras: Vec<BackupExtra>,
    ) -> Result<AdminReply, AdminError> {
        let (store, now) = (self.inner.store.clone(), self.clock().now());
        let hub = self.inner.audit.get().map(|desk| desk.settings.hub.clone());
        let hub = hub.unwrap_or_default();
        let begin = move || Making::begin(&store, &directory, &extras, now);
        let making = tokio::task::spawn_blocking(begin).await.map_err(|_| CallError::Closing)??;
        let plugins = match self.inner.plugin_files.get() {
            Some(plugins) => plugins.back_up(making.staging().to_owned()).await,
            None => Vec::new(),
        };
        let finish = move || making.finish(plugins, &hub);
        let made = tokio::task::spawn_blocking(finish).await.map_err(|_| CallError::Closing)??;
        let mut event = Event::new(EventKind::BackupMade, actor);
        event.detail = format!("{}, events up to {}", made.name, made.point.event);
        for plugin in made.without_files() {
            tracing::warn!(plugin = plugin.id, files = %plugin.files, "a backup lacks files");
            event.detail.push_str(&format!(", without the files of {}", plugin.id));
        }
        self.inner.store.record(event).await?;
        Ok(AdminReply::Backup(made))
    }

    pub(super) async fn delivery_resume(&self, actor: Actor) -> Result<AdminReply, AdminError> {
        if !self.inner.store.is_paused() {
            return Err(AdminError::NotPaused);
        }
        self.inner.store.resume(actor).await?;
        self.health(false).await
    }

    /// What the store says of itself; with a scrub, after reading all of it.
    pub(super) async fn health(&self, scrub: bool) -> Result<AdminReply, AdminError> {
        let (store, clock) = (self.inner.store.clone(), self.clock().clone());
        let desk = self.inner.audit.get().cloned();
        let look = move || {
            let health = store.health()?;
            let status = store.clock_status();
            let audit = match desk {
                Some(desk) => audit::state(&store, &desk.settings)?,
                None => AuditState::default(),
            };
            let scrub = scrub.then(|| ScrubView::new(store.scrub()));
            let reserve = store.reserve().check(0).err().map(|error| error.to_string());
            let paused = store.is_paused();
            Ok::<_, ReadError>(HealthView {
                background_errors: health.background_errors,
                write_stopped: health.write_stopped,
                delayed_write_rate: health.delayed_write_rate,
                pending_compaction_bytes: health.pending_compaction_bytes,
                level0_files: health.level0_files,
                table_bytes: health.table_bytes,
                blob_bytes: health.blob_bytes,
                reserve,
                clock: super::ClockView::new(clock.now(), &status),
                paused,
                audit,
                scrub,
            })
        };
        Ok(AdminReply::Health(Box::new(blocking::read(look).await?)))
    }
}
