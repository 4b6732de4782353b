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
            for event in batch.iter().filter(|event| is_new(event.sequence, heard)) {
                received |= all.iter().any(|tenant| tenant.code == event.to);
                take(db, &all, event, now_ms)?;
            }
            if let Some(last) = batch.iter().map(|event| event.sequence).max()
                && is_new(last, heard)
            {
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

/// Whether an event was not heard: it lies behind the last one, or in another stream. That is one of
/// another hub or host, or of one that lost its store; what it tells again changes nothing.
const fn is_new(sequence: u64, heard: u64) -> bool {
    sequence > heard || stream(sequence) != stream(heard)
}

/// A host of plugins gives its stream places behind the time at which its store was made; places of a
/// hub begin at 1.
const fn stream(sequence: u64) -> u64 {
    if sequence < 1 << 61 { 0 } else { sequence >> 21 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_another_stream_are_heard_wherever_the_last_one_stopped() {
        assert!(is_new(8, 7) && !is_new(7, 7) && !is_new(6, 7));
        assert!(is_new(3 << 21, 2 << 21), "a hub with many events");
        assert!(!is_new(2 << 21, 3 << 21));
        let made = |at_ms: u64, event: u64| (at_ms << 21) + event;
        let (before, after) = (1_800_000_000_000, 1_800_000_000_001);
        assert!(
            is_new(made(before, 2), made(before, 1)) && !is_new(made(before, 1), made(before, 2))
        );
        assert!(is_new(made(after, 1), made(before, 900)), "the host lost its store");
        assert!(is_new(made(before, 1), made(after, 9)), "and its clock went wrong");
        assert!(is_new(1, made(before, 9)), "it was moved into the hub");
    }
}
