//! A batch that is made: what is written, and what is shown and told once that is on disk.

use std::collections::HashMap;
use std::time::Duration;

use phytohub_domain::{ConnectionId, HubDeliveryNumber, Timestamp, TrackingState};
use phytohub_telemetry::Event;

use super::Waiting;
use super::plugin::KeptSubmission;
use crate::clock::ClockStatus;
use crate::database::WriteBatch;
use crate::held::{HeldEnvelope, HeldSet, HeldView};
use crate::keys::ContentId;
use crate::mailbox::{Mailboxes, Queue};
use crate::plugin::{PluginId, PluginMeta};
use crate::record::StoredEnvelope;

/// A change of the mailboxes that waits for the sync.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Publication {
    Insert(ConnectionId, Queue, u64),
    Remove(ConnectionId, Queue, u64),
    Park(ConnectionId, u64, bool),
}

impl Publication {
    /// The change in the number of pending envelopes: those in inboxes.
    fn pending(self) -> i64 {
        match self {
            Self::Insert(_, Queue::Inbox, _) => 1,
            Self::Remove(_, Queue::Inbox, _) => -1,
            _ => 0,
        }
    }

    fn show(self, mailboxes: &Mailboxes) {
        match self {
            Self::Insert(connection, queue, sequence) => {
                mailboxes.insert(connection, queue, sequence);
            }
            Self::Remove(connection, queue, sequence) => {
                mailboxes.remove(connection, queue, sequence);
            }
            Self::Park(connection, sequence, parked) => {
                mailboxes.park(connection, sequence, parked);
            }
        }
    }
}

/// A change of what is held that waits for the sync.
#[derive(Debug)]
pub(super) enum HeldChange {
    Insert(HeldEnvelope),
    Remove(HubDeliveryNumber),
}

/// What a batch leaves. While it is being written, whoever makes the next one looks here before
/// the disk.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// None of what it removes.
    pub(super) states: HashMap<HubDeliveryNumber, Option<TrackingState>>,
    /// Those that it accepts and that may be looked at again, or moves.
    pub(super) envelopes: HashMap<HubDeliveryNumber, StoredEnvelope>,
    /// Hashes of those that it accepts.
    pub(super) replays: HashMap<[u8; 32], (HubDeliveryNumber, Timestamp)>,
    /// Keys under which they were submitted.
    pub(super) submissions: HashMap<Vec<u8>, KeptSubmission>,
    /// Holders of contents.
    pub(super) holders: HashMap<ContentId, u32>,
}

impl Overlay {
    /// Envelopes of which record, state or both are others now.
    pub(super) fn changed(&self) -> Vec<HubDeliveryNumber> {
        self.states.keys().chain(self.envelopes.keys()).copied().collect()
    }
}

/// What a batch makes true for those who watch.
#[derive(Debug)]
pub(crate) struct Watchable {
    pub(crate) clock: ClockStatus,
    /// Place of its last event.
    pub(crate) event: u64,
    pub(crate) next_due: Option<Timestamp>,
    pub(crate) paused: bool,
}

/// A batch that only waits to be written.
pub(crate) struct Sealed {
    pub(crate) write: WriteBatch,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) events: Vec<Event>,
    pub(crate) plugin_metas: Vec<(PluginId, PluginMeta)>,
    pub(crate) changed: Vec<HubDeliveryNumber>,
    pub(crate) watchable: Watchable,
    /// Commands in it.
    pub(crate) commands: usize,
    /// When it was begun.
    pub(crate) started: Duration,
    pub(super) publications: Vec<Publication>,
    /// What comes to be held, and stays so.
    pub(super) come: Vec<HeldEnvelope>,
    /// What is held no more.
    pub(super) gone: Vec<HubDeliveryNumber>,
}

impl Sealed {
    /// Shows the mailboxes what was synced. Gives the change in the number of pending envelopes.
    pub(crate) fn publish(&mut self, mailboxes: &Mailboxes, held: &HeldView) -> i64 {
        let mut pending = 0;
        // Nobody may see an envelope, and not that it is held; what is let go is free at the end.
        change_held(held, &mut self.come, |set, one| set.insert(one));
        for publication in self.publications.drain(..) {
            pending += publication.pending();
            publication.show(mailboxes);
        }
        change_held(held, &mut self.gone, |set, number| drop(set.remove(number)));
        pending
    }
}

fn change_held<T>(held: &HeldView, changes: &mut Vec<T>, change: impl Fn(&mut HeldSet, T)) {
    if !changes.is_empty() {
        held.change(|set| changes.drain(..).for_each(|one| change(set, one)));
    }
}
