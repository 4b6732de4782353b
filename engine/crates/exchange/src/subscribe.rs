//! Envelopes brought over a standing subscription, and states as they change.
//!
//! A subscription offers what waits, the oldest first, each envelope once. Several subscriptions of
//! one connection share the work: what one of them has in its hands is not offered by another until
//! it is acknowledged or the first one ends. Nothing of this is on disk: what was not acknowledged
//! is offered again by whoever subscribes next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;
use phytohub_domain::{ConnectionId, EnvelopeHeader, Right, TrackingState};
use phytohub_store::{Queue, Reach, ReadError, StoredEnvelope};
use tokio::sync::{broadcast, watch};

use crate::offer::{Row, pulled};
use crate::{CallError, Caller, Hub, PulledEnvelope, StoredContent, blocking, track};

/// Subscriptions and watches that live, by connection.
#[derive(Debug)]
pub(crate) struct Live {
    desks: DashMap<ConnectionId, Arc<Desk>>,
    watches: DashMap<ConnectionId, broadcast::Sender<Arc<EnvelopeHeader>>>,
    /// Grows whenever somebody may no longer be who it was.
    identities: watch::Sender<u64>,
}

impl Default for Live {
    fn default() -> Self {
        let (identities, _) = watch::channel(0);
        Self { desks: DashMap::new(), watches: DashMap::new(), identities }
    }
}

/// What the subscriptions of one connection share.
#[derive(Debug)]
struct Desk {
    hands: Mutex<Hands>,
    news: watch::Sender<News>,
}

/// Positions that were offered and not acknowledged, by whom.
#[derive(Debug, Default)]
struct Hands {
    taken: BTreeMap<u64, u64>,
    /// The name of the next subscription.
    next: u64,
}

/// What a subscription is woken by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct News {
    /// Something came, or there is room in the hands again.
    count: u64,
    /// Something may wait before what was offered last.
    rewinds: u64,
}

impl Live {
    /// Something came into this inbox.
    pub(crate) fn came(&self, mailbox: ConnectionId) {
        self.tell(mailbox, |news| news.count += 1);
    }

    /// Something in this inbox waits again.
    pub(crate) fn again(&self, mailbox: ConnectionId) {
        self.tell(mailbox, |news| news.rewinds += 1);
    }

    /// What lay there waits no more.
    pub(crate) fn settled(&self, mailbox: ConnectionId, sequence: u64) {
        let Some(desk) = self.desk(mailbox) else { return };
        let was_full = {
            let mut hands = desk.hands();
            let was_full = hands.taken.len() >= HANDS_MAX;
            hands.taken.remove(&sequence);
            was_full
        };
        if was_full {
            desk.news.send_modify(|news| news.count += 1);
        }
    }

    /// Certificates or connections changed.
    pub(crate) fn identities_changed(&self) {
        self.identities.send_modify(|count| *count += 1);
    }

    /// An envelope of this sender changed its state.
    pub(crate) fn changed(&self, envelope: &StoredEnvelope, state: &TrackingState) {
        let mut told = None;
        let own = [envelope.actor_id, envelope.from_id];
        let others = own.iter().enumerate().filter(|(at, id)| *at == 0 || **id != own[0]);
        for (_, id) in others {
            let Some(watch) = self.watches.get(id).map(|watch| watch.clone()) else { continue };
            if watch.receiver_count() == 0 {
                // Whoever watches next makes another. A watch that begins now is told the next.
                self.watches.remove_if(id, |_, watch| watch.receiver_count() == 0);
                continue;
            }
            let header = told.get_or_insert_with(|| Arc::new(track::header(envelope, state)));
            // Nobody left to hear it is no error.
            let _ = watch.send(Arc::clone(header));
        }
    }

    fn desk(&self, id: ConnectionId) -> Option<Arc<Desk>> {
        self.desks.get(&id).map(|desk| Arc::clone(&desk))
    }

    fn tell(&self, id: ConnectionId, change: impl FnOnce(&mut News)) {
        if let Some(desk) = self.desk(id) {
            desk.news.send_modify(change);
        }
    }
}

impl Desk {
    fn hands(&self) -> MutexGuard<'_, Hands> {
        // Nothing panics while the lock is held.
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Desk {
    fn default() -> Self {
        let (news, _) = watch::channel(News::default());
        Self { hands: Mutex::default(), news }
    }
}

impl Hub {
    /// Grows whenever certificates or connections changed, so that who stays connected can be
    /// looked at again.
    #[must_use]
    pub fn identities(&self) -> watch::Receiver<u64> {
        self.live().identities.subscribe()
    }

    /// Offers what waits for the caller, and what comes, until it is dropped.
    ///
    /// # Errors
    /// If the caller may not receive.
    pub fn subscribe(&self, caller: &Caller) -> Result<Subscription, CallError> {
        caller.may(Right::Receive)?;
        let connection = caller.connection.id;
        let desk = Arc::clone(&self.live().desks.entry(connection).or_default());
        let id = {
            let mut hands = desk.hands();
            let id = hands.next;
            hands.next += 1;
            id
        };
        let news = desk.news.subscribe();
        let seen = *news.borrow();
        Ok(Subscription { hub: self.clone(), connection, desk, id, news, seen, after: 0 })
    }

    /// Tells the states of what the caller sent, as they change from now on.
    ///
    /// # Errors
    /// If the caller may not read.
    pub fn watch_states(&self, caller: &Caller) -> Result<StateWatch, CallError> {
        caller.may(Right::Read)?;
        let watches = &self.live().watches;
        let sender = watches.entry(caller.connection.id);
        let receiver = sender.or_insert_with(|| broadcast::channel(STATES_MAX).0).subscribe();
        Ok(StateWatch(receiver))
    }

    fn live(&self) -> &Live {
        self.inner.lanes.live()
    }
}

/// What waits for a connection, each envelope once.
#[derive(Debug)]
pub struct Subscription {
    hub: Hub,
    connection: ConnectionId,
    desk: Arc<Desk>,
    id: u64,
    news: watch::Receiver<News>,
    seen: News,
    /// The position offered last.
    after: u64,
}

impl Subscription {
    /// Waits until there may be something to take. Nothing is lost if this is dropped.
    pub async fn news(&mut self) {
        // The desk lives as long as this.
        let _ = self.news.changed().await;
    }

    /// Takes what waits: at most so many envelopes, and no more once they have so many bytes.
    /// `admit` is asked, before any content is read, for the bytes that it will have in memory.
    /// Nothing if nothing waits; then wait for [`Subscription::news`].
    ///
    /// # Errors
    /// If there is no room, or the store cannot be read.
    pub async fn take(
        &mut self,
        envelopes: usize,
        bytes: u64,
        admit: impl FnOnce(usize) -> bool + Send + 'static,
    ) -> Result<Vec<PulledEnvelope>, CallError> {
        self.seen_news();
        let wanted = envelopes.min(PAGE_MAX);
        loop {
            // Most wakes find nothing that is not in somebody's hands: no reason to ask the disk.
            if wanted == 0 || self.desk.hands().taken.len() >= HANDS_MAX {
                return Ok(Vec::new());
            }
            let (store, connection, after) =
                (self.hub.inner.store.clone(), self.connection, self.after);
            let page = blocking::look(move |reach| {
                store.waiting_within((connection, Queue::Inbox), after, wanted, reach)
            });
            let page = page.await?;
            let Some((last, _)) = page.last() else { return Ok(Vec::new()) };
            let last = *last;
            let mut rows: Vec<Row> = Vec::new();
            let mut sum = 0_u64;
            let mut reached = last;
            for (position, tracked) in page {
                if sum >= bytes && !rows.is_empty() {
                    reached = rows.last().map_or(after, |row| row.0);
                    break;
                }
                match tracked {
                    Ok((envelope, state)) if !state.parked && self.grasp(position) => {
                        sum += envelope.content_bytes;
                        rows.push((position, envelope, state));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, position, "an envelope is not offered");
                    }
                }
            }
            if rows.is_empty() {
                self.after = last;
                continue;
            }
            let loaded = self.load(rows, admit).await?;
            self.after = reached;
            return Ok(loaded);
        }
    }

    /// Loads the contents of rows that are in this subscription's hands.
    async fn load(
        &self,
        rows: Vec<Row>,
        admit: impl FnOnce(usize) -> bool + Send + 'static,
    ) -> Result<Vec<PulledEnvelope>, CallError> {
        let memory = rows.iter().map(|(_, envelope, _)| StoredContent::memory(envelope)).sum();
        if !admit(memory) {
            let mut hands = self.desk.hands();
            for (position, ..) in &rows {
                hands.taken.remove(position);
            }
            return Err(CallError::NoRoom);
        }
        let store = self.hub.inner.store.clone();
        blocking::look(move |reach| {
            if reach == Reach::Memory && memory > READ_AT_ONCE_BYTES {
                return Err(CallError::Read(ReadError::OnDisk));
            }
            let mut loaded = Vec::with_capacity(rows.len());
            for (_, envelope, state) in &rows {
                match pulled(&store, envelope.clone(), state, reach) {
                    Ok(envelope) => loaded.push(envelope),
                    Err(error @ CallError::Read(ReadError::OnDisk)) => return Err(error),
                    // One that cannot be read, or was dropped since, must not hide the others.
                    Err(error) => drop(blocking::alert(error)),
                }
            }
            Ok(loaded)
        })
        .await
    }

    /// Takes a position into the hands, unless another subscription has it, or it waits no more.
    fn grasp(&self, position: u64) -> bool {
        {
            let mut hands = self.desk.hands();
            if hands.taken.contains_key(&position) {
                return false;
            }
            hands.taken.insert(position, self.id);
        }
        // Looked at after it was taken: an acknowledgement that was answered before now is seen
        // here, and one that is answered later finds it in the hands.
        let waits = self.hub.inner.store.is_queued(self.connection, Queue::Inbox, position);
        if !waits {
            self.desk.hands().taken.remove(&position);
        }
        waits
    }

    fn seen_news(&mut self) {
        let news = *self.news.borrow_and_update();
        if news.rewinds != self.seen.rewinds {
            self.after = 0;
        }
        self.seen = news;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.desk.hands().taken.retain(|_, id| *id != self.id);
        // What was in these hands waits again.
        self.desk.news.send_modify(|news| news.rewinds += 1);
    }
}

/// States of a sender's envelopes, as they change.
#[derive(Debug)]
pub struct StateWatch(broadcast::Receiver<Arc<EnvelopeHeader>>);

impl StateWatch {
    /// The next envelope whose state changed; nothing if some were missed, for they changed faster
    /// than they were told. Nothing is lost if this is dropped.
    pub async fn next(&mut self) -> Option<Arc<EnvelopeHeader>> {
        loop {
            match self.0.recv().await {
                Ok(header) => return Some(header),
                Err(broadcast::error::RecvError::Lagged(_)) => return None,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// Envelopes read at once: some hundred KiB of ordinary certificates.
const PAGE_MAX: usize = 64;
/// Contents of a page that are copied out of memory in a fraction of a millisecond.
const READ_AT_ONCE_BYTES: usize = 512 << 10;
/// Envelopes of one connection that are offered and not acknowledged: their positions take a MiB.
const HANDS_MAX: usize = 65_536;
/// State changes that wait for one who is told: a second of the busiest sender.
const STATES_MAX: usize = 4096;
