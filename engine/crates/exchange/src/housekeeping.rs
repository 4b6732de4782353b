//! What falls due by itself: contents and records that are dropped, mail that fails by its age,
//! and what is to be brought again. The next time is known, so nothing asks again and again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{HubDeliveryNumber, Timestamp};
use phytohub_store::DueOutcome;

use crate::alarm::{Alarm, Waiter};
use crate::{Hub, blocking};

/// Works off what is due.
#[derive(Debug)]
pub struct Housekeeping {
    hub: Hub,
    waiter: Waiter,
}

impl Housekeeping {
    /// Over a hub; it does nothing before it runs.
    #[must_use]
    pub fn new(hub: Hub, alarm: Arc<dyn Alarm>) -> Self {
        let waiter = Waiter::new(Arc::clone(hub.clock()), alarm);
        Self { hub, waiter }
    }

    /// Runs until it is time to stop.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut next_due = self.hub.inner.store.next_due();
        let mut not_before = Timestamp::default();
        loop {
            let now = self.waiter.now();
            if not_before > now.plus(AFTER_TROUBLE) {
                // The clock stepped back meanwhile.
                not_before = now;
            }
            let next = next_due.borrow_and_update().map(|next| next.max(not_before));
            if next.is_some_and(|next| next <= now) {
                // What a stop interrupts goes on after the next start.
                tokio::select! {
                    later = self.work_off() => not_before = later,
                    () = &mut stop => break,
                }
                continue;
            }
            tokio::select! {
                Ok(()) = next_due.changed() => {}
                () = self.waiter.until(next) => {}
                () = &mut stop => break,
            }
        }
    }

    /// Works off some of what is due. When to go on at the earliest.
    async fn work_off(&self) -> Timestamp {
        match self.hub.inner.store.run_due(AT_ONCE).await {
            Ok(outcome) => {
                let idle = outcome.done == 0 && !outcome.more;
                self.tell(outcome).await;
                let wait = if idle { A_MOMENT } else { Duration::ZERO };
                self.waiter.now().plus(wait)
            }
            Err(error) => {
                tracing::error!(%error, "what is due cannot be worked off now");
                self.waiter.now().plus(AFTER_TROUBLE)
            }
        }
    }

    async fn tell(&self, outcome: DueOutcome) {
        for (mailbox, sequence) in outcome.again {
            self.hub.inner.lanes.again(mailbox, sequence);
        }
        for number in outcome.failed {
            self.tell_failed(number).await;
        }
    }

    async fn tell_failed(&self, number: HubDeliveryNumber) {
        let store = self.hub.inner.store.clone();
        let found = blocking::read(move || store.envelope(number)).await;
        if let Ok(Some((envelope, state))) = found {
            self.hub.tell_lanes(&envelope, &state);
        }
    }
}

/// Few enough that a commit with them takes no longer than others do.
const AT_ONCE: usize = 256;
/// When the store said that something is due and nothing was: no reason to ask at once.
const A_MOMENT: Duration = Duration::from_secs(1);
/// After a failed commit: the store says itself what is wrong, and ends if it must.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);
