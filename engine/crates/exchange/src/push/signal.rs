//! What the hub tells the lanes, and what the lanes tell the operator.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;
use phytohub_domain::{ConnectionId, Timestamp};
use tokio::sync::{Notify, watch};

use super::BreakerState;
use super::partner::Progress;
use crate::subscribe::Live;

/// All lanes that run, by the connection that is called.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    running: DashMap<ConnectionId, Arc<Signals>>,
    /// Lanes that broke down, until the dispatcher hears of them.
    broken: Mutex<Vec<ConnectionId>>,
    /// Connections or the pause changed, or a lane ended.
    pub(crate) changed: Notify,
    /// Those who asked to be told, besides lanes.
    live: Live,
}

/// What one lane is told, until it hears it.
#[derive(Debug)]
pub(crate) struct Signals {
    told: Mutex<Told>,
    pub(crate) notify: Notify,
    status: watch::Sender<PushStatus>,
    /// Positions of its inbox whose call is open, and how far that went.
    open: Mutex<BTreeMap<u64, Arc<Progress>>>,
}

/// What a lane has to hear.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) mail_came: bool,
    pub(crate) updates_came: bool,
    pub(crate) terms_changed: bool,
    /// More was told than is kept: the lane begins anew, from what the store says.
    pub(crate) rebuild: bool,
    pub(crate) words: Vec<Word>,
}

/// Something about one position of a lane's inbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Word {
    /// It may have to be brought again.
    Again(u64),
    /// It needs not be brought any more.
    Settled(u64),
}

/// How bringing to one connection goes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PushStatus {
    /// Its breaker.
    pub breaker: BreakerState,
    /// Calls that are open.
    pub open_calls: usize,
    /// When something is to be brought next, if anything is known to wait for a time.
    pub next: Option<Timestamp>,
    /// Calls that were answered as they should, since the hub started.
    pub succeeded: u64,
    /// Calls that failed, since the hub started.
    pub failed: u64,
    /// Why the last call failed that did; empty if none has.
    pub last_error: String,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// When a call last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// States that the partner refused for good, since the hub started.
    pub given_up: u64,
    /// Which was the last of them, and why; empty if none was.
    pub last_given_up: String,
}

impl Default for PushStatus {
    fn default() -> Self {
        Self {
            breaker: BreakerState::Closed,
            open_calls: 0,
            next: None,
            succeeded: 0,
            failed: 0,
            last_error: String::new(),
            last_error_at: None,
            last_success_at: None,
            given_up: 0,
            last_given_up: String::new(),
        }
    }
}

impl Lanes {
    /// Something came into this inbox.
    pub(crate) fn came(&self, mailbox: ConnectionId) {
        self.live.came(mailbox);
        self.tell(mailbox, |told| told.mail_came = true);
    }

    /// A state changed of something that this connection sent.
    pub(crate) fn update_came(&self, actor: ConnectionId) {
        self.tell(actor, |told| told.updates_came = true);
    }

    /// What lies there may have to be brought again.
    pub(crate) fn again(&self, mailbox: ConnectionId, sequence: u64) {
        self.live.again(mailbox);
        self.tell(mailbox, |told| told.say(Word::Again(sequence)));
    }

    /// What lies there needs not be brought any more.
    pub(crate) fn settled(&self, mailbox: ConnectionId, sequence: u64) {
        self.live.settled(mailbox, sequence);
        self.tell(mailbox, |told| told.say(Word::Settled(sequence)));
    }

    /// An inbox was changed by more than one envelope.
    pub(crate) fn rebuild(&self, mailbox: ConnectionId) {
        self.live.again(mailbox);
        self.tell(mailbox, |told| told.rebuild = true);
    }

    /// A connection changed, or the store's pause: lanes begin, end and read their terms.
    pub(crate) fn terms_changed(&self) {
        self.live.identities_changed();
        for lane in &self.running {
            lane.tell(|told| told.terms_changed = true);
        }
        self.changed.notify_one();
    }

    /// Whether this was just sent whole, in a call that is still open.
    pub(crate) fn was_sent(&self, mailbox: ConnectionId, sequence: u64) -> bool {
        let lane = self.get(mailbox);
        lane.is_some_and(|lane| lane.open().get(&sequence).is_some_and(|call| call.is_sent()))
    }

    /// Whether a call is open that brings this.
    pub(crate) fn is_open(&self, mailbox: ConnectionId, sequence: u64) -> bool {
        self.get(mailbox).is_some_and(|lane| lane.open().contains_key(&sequence))
    }

    /// Subscriptions and watches.
    pub(crate) const fn live(&self) -> &Live {
        &self.live
    }

    /// How bringing to this connection goes; nothing if nothing is brought to it.
    pub(crate) fn status(&self, id: ConnectionId) -> Option<watch::Receiver<PushStatus>> {
        self.get(id).map(|lane| lane.status.subscribe())
    }

    /// A place for a lane; nothing if one runs.
    pub(crate) fn enter(&self, id: ConnectionId) -> Option<Arc<Signals>> {
        match self.running.entry(id) {
            dashmap::Entry::Occupied(_) => None,
            dashmap::Entry::Vacant(vacant) => {
                let signals = Arc::new(Signals::default());
                vacant.insert(Arc::clone(&signals));
                Some(signals)
            }
        }
    }

    /// A lane ended.
    pub(crate) fn leave(&self, id: ConnectionId, broke_down: bool) {
        self.running.remove(&id);
        if broke_down {
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        }
        self.changed.notify_one();
    }

    /// Lanes that broke down since this was last asked.
    pub(crate) fn take_broken(&self) -> Vec<ConnectionId> {
        std::mem::take(&mut *self.broken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn get(&self, id: ConnectionId) -> Option<Arc<Signals>> {
        self.running.get(&id).map(|lane| Arc::clone(&lane))
    }

    fn tell(&self, id: ConnectionId, change: impl FnOnce(&mut Told)) {
        if let Some(lane) = self.get(id) {
            lane.tell(change);
        }
    }
}

impl Default for Signals {
    fn default() -> Self {
        let (status, _) = watch::channel(PushStatus::default());
        Self { told: Mutex::default(), notify: Notify::default(), status, open: Mutex::default() }
    }
}

impl Signals {
    fn tell(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
        self.notify.notify_one();
    }

    /// What was told since this was last asked.
    pub(crate) fn hear(&self) -> Told {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_status(&self, change: impl FnOnce(&mut PushStatus)) {
        self.status.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
    }

    /// A call begins that brings what lies at this position.
    pub(crate) fn call_begins(&self, sequence: u64, progress: Arc<Progress>) {
        self.open().insert(sequence, progress);
    }

    /// It ended.
    pub(crate) fn call_ended(&self, sequence: u64) {
        self.open().remove(&sequence);
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Progress>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn say(&mut self, word: Word) {
        if self.words.len() < WORDS_MAX {
            self.words.push(word);
        } else {
            self.words.clear();
            self.rebuild = true;
        }
    }
}

/// Words that wait for a lane that is busy reading: more, and reading anew is cheaper.
const WORDS_MAX: usize = 4096;
