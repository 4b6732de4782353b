//! Backups and the store's health, for the operator.

use std::path::PathBuf;

use phytohub_store::ReadError;
use phytohub_telemetry::{Actor, Event, EventKind};

use super::{AdminError, AdminReply, HealthView, ScrubView};
use crate::audit::{self, AuditState};
use crate::backup::{self, BackupExtra};
use crate::{CallError, Hub, blocking};

impl Hub {
    pub(super) async fn backup_create(
        &self,
        actor: Actor,
        directory: PathBuf,
        extras: Vec<BackupExtra>,
    ) -> Result<AdminReply, AdminError> {
        let (store, now) = (self.inner.store.clone(), self.clock().now());
        let hub = self.inner.audit.get().map(|desk| desk.settings.hub.clone());
        let hub = hub.unwrap_or_default();
        let work = move || backup::create(&store, &directory, &extras, &hub, now);
        let made = tokio::task::spawn_blocking(work).await.map_err(|_| CallError::Closing)??;
        let mut event = Event::new(EventKind::BackupMade, actor);
        event.detail = format!("{}, events up to {}", made.name, made.point.event);
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
