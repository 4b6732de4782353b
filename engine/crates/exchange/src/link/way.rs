//! What waits when a line gets other sides. What another hub has stays with it, and it reports; what
//! nobody had goes the way that it would go if it came now, or fails with a word to its sender.

use std::collections::BTreeMap;
use std::sync::Arc;

use phytohub_domain::{
    ConnectionId, ConnectionKind, HubDeliveryNumber, TrackingInfo, TrackingState, Transition,
};
use phytohub_store::{Change, CommitError, Queue, StoredEnvelope};
use phytohub_telemetry::Actor;

use crate::registry::Registry;
use crate::{CallError, Hub, blocking, route};

/// What becomes of what waits, once other sides are in force.
#[derive(Debug, Default)]
pub(crate) struct Rerouting {
    /// What goes from one inbox into another.
    pub(crate) moves: BTreeMap<(ConnectionId, ConnectionId), Vec<HubDeliveryNumber>>,
    /// What can go nowhere, and why.
    pub(crate) fails: Vec<(StoredEnvelope, String)>,
    /// Envelopes that wait and whose way stays the same.
    pub(crate) stays: u64,
    /// Pending envelopes that were handed over, or may have been: they stay where they are.
    pub(crate) handed_over: u64,
}

impl Rerouting {
    fn look(
        &mut self,
        hub: &Hub,
        registry: &Registry,
        mailbox: ConnectionId,
        (envelope, state): (StoredEnvelope, TrackingState),
    ) {
        let pending = state.info == TrackingInfo::PendingDelivery && envelope.copy_of.is_none();
        if !pending || hub.inner.store.is_awaited(envelope.number) {
            return;
        }
        if was_had(&state) || hub.inner.lanes.is_open(mailbox, envelope.sequence) {
            self.handed_over += 1;
            return;
        }
        match route::way(registry, mailbox, &envelope) {
            Ok(to) if to == mailbox => self.stays += 1,
            Ok(to) => self.moves.entry((mailbox, to)).or_default().push(envelope.number),
            Err(reason) => self.fails.push((envelope, reason)),
        }
    }
}

impl Hub {
    /// Looks through these inboxes, as if this registry were in force.
    pub(crate) async fn rerouting(
        &self,
        registry: &Arc<Registry>,
        mailboxes: Vec<ConnectionId>,
    ) -> Result<Rerouting, CallError> {
        let (hub, registry) = (self.clone(), Arc::clone(registry));
        let look = move || -> Result<Rerouting, CallError> {
            let mut found = Rerouting::default();
            for mailbox in mailboxes {
                let mut after = 0;
                loop {
                    let rows = hub.inner.store.waiting(mailbox, Queue::Inbox, after, PAGE)?;
                    let Some((last, _)) = rows.last() else { break };
                    after = *last;
                    for (position, tracked) in rows {
                        match tracked {
                            Ok(tracked) => found.look(&hub, &registry, mailbox, tracked),
                            Err(error) => tracing::error!(%error, position, "it stays where it is"),
                        }
                    }
                }
            }
            Ok(found)
        };
        blocking::read(look).await
    }

    /// Moves what goes another way; how many. To be called while nothing is accepted.
    pub(crate) async fn move_on(
        &self,
        moves: BTreeMap<(ConnectionId, ConnectionId), Vec<HubDeliveryNumber>>,
        actor: &Actor,
    ) -> Result<u64, CommitError> {
        let mut moved = 0;
        for ((from, to), numbers) in moves {
            moved += self.inner.store.move_these(from, to, numbers, actor.clone()).await?;
            self.inner.lanes.came(to);
            [from, to].into_iter().for_each(|id| self.inner.lanes.rebuild(id));
        }
        Ok(moved)
    }

    /// Fails what can go nowhere; how many.
    pub(crate) async fn fail_all(
        &self,
        fails: Vec<(StoredEnvelope, String)>,
        actor: &Actor,
    ) -> Result<u64, CommitError> {
        let mut failed = 0;
        for (envelope, reason) in fails {
            let change = Change::Fail(reason);
            let outcome = self.inner.store.change(envelope.clone(), change, actor.clone()).await?;
            if outcome.transition == Transition::Changed {
                self.tell_lanes(&envelope, &outcome.state);
                failed += 1;
            }
        }
        Ok(failed)
    }

    /// Before an envelope is handed over: whether its way still leads over this line, which then has
    /// it until [`Signals::call_ended`](crate::push). If not, it is sent on. A change of the line's
    /// sides leaves such an envelope if a call with it is open, or if the hub is killed on the way.
    pub(crate) async fn sets_out(
        &self,
        mailbox: ConnectionId,
        envelope: &StoredEnvelope,
        state: &TrackingState,
        begin: impl FnOnce() + Send,
    ) -> Result<bool, CommitError> {
        // Whoever changes sides waits for this, or has changed them before.
        let _standing = self.inner.standing.read().await;
        let registry = self.inner.registry.load_full();
        let is_hub = registry.by_id(mailbox).is_some_and(|c| c.kind == ConnectionKind::Hub);
        let way = if is_hub && !was_had(state) {
            route::way(&registry, mailbox, envelope)
        } else {
            Ok(mailbox)
        };
        let actor = Actor::hub();
        match way {
            Ok(to) if to == mailbox => {
                begin();
                return Ok(true);
            }
            Ok(to) => {
                let moves = BTreeMap::from([((mailbox, to), vec![envelope.number])]);
                self.move_on(moves, &actor).await?;
            }
            Err(reason) => {
                self.fail_all(vec![(envelope.clone(), reason)], &actor).await?;
            }
        }
        Ok(false)
    }
}

/// Whether the owner of the inbox has, or ever had, the content.
const fn was_had(state: &TrackingState) -> bool {
    state.content_released || state.handed_over.is_some()
}

/// Positions read at a time.
const PAGE: usize = 1000;
