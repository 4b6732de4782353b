//! What the hub tells of envelopes.

use phytohub_plugin_sdk::{Event, EventKind, Events};

use super::effect::{self, Outcome};
use crate::service::{Gens, ServiceError};
use crate::store::exchange::{event_cursor, set_event_cursor};
use crate::store::{Db, Scope, TenantRow, tenants};

impl Gens {
    /// Keeps the effects of a batch and how far the hub was heard, in one step: what comes again
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// The database refused; the batch comes again.
    pub fn hear(&self, batch: &Events<'_>) -> Result<(), ServiceError> {
        let now_ms = self.now_ms();
        let mut received = false;
        self.0.store.write(|db| {
            let heard = event_cursor(db)?;
            let all = tenants::tenants(db)?;
            for event in batch.iter().filter(|event| event.sequence > heard) {
                received |= all.iter().any(|tenant| tenant.code == event.to);
                take(db, &all, event, now_ms)?;
            }
            if let Some(last) = batch.iter().map(|event| event.sequence).max() {
                set_event_cursor(db, last)?;
            }
            Ok::<_, ServiceError>(())
        })?;
        if received {
            self.0.bell.ring();
        }
        Ok(())
    }

    /// How far the hub was heard.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn heard(&self) -> Result<u64, ServiceError> {
        Ok(self.0.store.read(event_cursor)?)
    }
}

fn take(db: &Db, all: &[TenantRow], event: &Event<'_>, now_ms: i64) -> Result<(), ServiceError> {
    let outcome = match event.kind {
        EventKind::Acknowledged => Outcome::of(event.state),
        EventKind::Failed | EventKind::Expired => Some(Outcome::Failed),
        _ => None,
    };
    let from = all.iter().find(|tenant| tenant.code == event.from);
    let (Some(outcome), Some(tenant)) = (outcome, from) else { return Ok(()) };
    if event.is_copy {
        return Ok(());
    }
    let scope = Scope::new(db, tenant.reach());
    let number = event.hub_delivery_number;
    let sent = match scope.sent_as(number)? {
        Some(sent) => Some(sent),
        // The recipient was faster than the record of the hub's answer.
        None => scope.waiting_as(
            event.to,
            event.nppo_certificate_number,
            event.certificate_status,
            event.is_response,
        )?,
    };
    let Some(sent) = sent else { return Ok(()) };
    effect::apply(&scope, &sent, outcome, Some(number), event.message, now_ms)
}
