//! How much one connection may ask for, so that none takes the hub from the others.

mod bucket;

use std::time::Duration;

use dashmap::DashMap;
use phytohub_domain::{Connection, ConnectionId};
use phytohub_store::Queue;
use phytohub_telemetry::{Actor, Event, EventKind, FairUseLimit};
use thiserror::Error;

use crate::{CallError, Caller, Hub};
use bucket::Bucket;

/// What callers are held to. A connection's own limits, where it has some, take the place of the
/// first three; 0 switches a limit off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Requests of one connection in a minute. The busiest polite client asks for each envelope
    /// under way once a minute: this is one that sends the whole world's 100,000 a day, the
    /// capacity stated for the real hub, and waits a day for each.
    pub requests_per_minute: u64,
    /// Bytes of one connection's requests in a minute: sixteen of the largest size, or half a line
    /// of 1 Gbit/s.
    pub bytes_per_minute: u64,
    /// Envelopes of one sender that wait for one recipient: ten days of the whole world's 100,000
    /// a day.
    pub pending_per_recipient: u64,
    /// How long an envelope that comes again is taken for the same one; zero never.
    pub replay_window: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            requests_per_minute: 100_000,
            bytes_per_minute: 4 << 30,
            pending_per_recipient: 1_000_000,
            // Clients that got no reply send again within minutes.
            replay_window: Duration::from_secs(600),
        }
    }
}

impl Policy {
    fn limit(&self, limit: FairUseLimit, connection: &Connection) -> u64 {
        let own = &connection.fair_use;
        match limit {
            FairUseLimit::Requests => {
                own.requests_per_minute.map_or(self.requests_per_minute, u64::from)
            }
            FairUseLimit::Bytes => own.bytes_per_minute.unwrap_or(self.bytes_per_minute),
            _ => own.pending_per_recipient.unwrap_or(self.pending_per_recipient),
        }
    }
}

/// A connection asked for more than its share.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{what}; send this again in {} seconds, and {remedy}", self.retry_after_seconds())]
#[non_exhaustive]
pub struct FairUseExceeded {
    /// What was exceeded, with the limit.
    what: String,
    /// What the caller can do about it.
    remedy: &'static str,
    /// When the same would be taken.
    pub retry_after: Duration,
}

impl FairUseExceeded {
    /// [`FairUseExceeded::retry_after`] in whole seconds, rounded up: never too early.
    #[must_use]
    pub fn retry_after_seconds(&self) -> u64 {
        let whole = self.retry_after.as_secs();
        (whole + u64::from(self.retry_after.subsec_nanos() > 0)).max(1)
    }
}

/// What each connection has used. One entry for each that ever called.
#[derive(Debug, Default)]
pub(crate) struct Meters(DashMap<ConnectionId, Meter>);

/// What a connection has used.
#[derive(Debug, Default)]
struct Meter {
    requests: Bucket,
    bytes: Bucket,
    /// When it was last told in an event that the connection was over its limits.
    told: Option<Duration>,
    /// How often it was since.
    untold: u64,
}

impl Hub {
    /// What callers are held to.
    #[must_use]
    pub fn policy(&self) -> Policy {
        **self.inner.policy.load()
    }

    /// Holds callers to something else.
    pub fn set_policy(&self, policy: Policy) {
        self.inner.policy.store(std::sync::Arc::new(policy));
    }

    /// Counts a request. To be asked before anything is done for it.
    ///
    /// # Errors
    /// If the connection has used its share; that is recorded.
    pub fn take_request(&self, caller: &Caller) -> Result<(), FairUseExceeded> {
        self.take(&caller.connection, || caller.actor(), FairUseLimit::Requests, 1)
    }

    /// Counts bytes of a request: those that it announces before they are read, others as they
    /// arrive.
    ///
    /// # Errors
    /// If the connection has used its share; that is recorded.
    pub fn take_bytes(&self, caller: &Caller, bytes: usize) -> Result<(), FairUseExceeded> {
        self.take(&caller.connection, || caller.actor(), FairUseLimit::Bytes, bytes as u64)
    }

    /// Counts a request of so many bytes that did not come over the network.
    pub(crate) fn take_both(
        &self,
        connection: &Connection,
        actor: &Actor,
        bytes: usize,
    ) -> Result<(), FairUseExceeded> {
        self.take(connection, || actor.clone(), FairUseLimit::Requests, 1)?;
        self.take(connection, || actor.clone(), FairUseLimit::Bytes, bytes as u64)
    }

    fn take(
        &self,
        connection: &Connection,
        actor: impl FnOnce() -> Actor,
        limit: FairUseLimit,
        many: u64,
    ) -> Result<(), FairUseExceeded> {
        // As it is now: the operator may have changed it since the caller was identified.
        let allowed = self.inner.policy.load().limit(limit, connection);
        let now = self.clock().monotonic();
        let taken = {
            let mut meter = self.inner.meters.0.entry(connection.id).or_default();
            let bucket = match limit {
                FairUseLimit::Requests => &mut meter.requests,
                _ => &mut meter.bytes,
            };
            bucket.take(now, allowed, many)
        };
        let Err(retry_after) = taken else { return Ok(()) };
        let (noun, remedy) = match limit {
            FairUseLimit::Requests => {
                ("requests", "ask for each envelope under way at most once a minute")
            }
            _ => ("bytes of requests", "spread what is large"),
        };
        let what =
            format!("fair use: {} may send {allowed} {noun} in a minute and has", connection.code);
        let over = FairUseExceeded { what, remedy, retry_after };
        Err(self.exceeded(connection, actor, limit, over))
    }

    /// Whether one more envelope of this caller may wait in an inbox. `to` is how the recipient
    /// is told.
    pub(crate) fn check_pending(
        &self,
        connection: &Connection,
        actor: &Actor,
        mailbox: ConnectionId,
        to: &str,
    ) -> Result<(), CallError> {
        let limit = FairUseLimit::Pending;
        let allowed = self.inner.policy.load().limit(limit, connection);
        let (store, sender) = (&self.inner.store, connection.id);
        // The two lengths cost nothing; what they share is counted when it could be too much.
        let could_be = allowed > 0
            && store.queue_len(sender, Queue::Outbox) >= allowed
            && store.queue_len(mailbox, Queue::Inbox) >= allowed;
        if !could_be || store.pending_between(sender, mailbox) < allowed {
            return Ok(());
        }
        let what = format!(
            "fair use: {allowed} envelopes of {} wait for {to}, which must take some first",
            connection.code
        );
        let remedy = "ask the recipient whether its system is well";
        let over = FairUseExceeded { what, remedy, retry_after: PENDING_RETRY_AFTER };
        Err(self.exceeded(connection, || actor.clone(), limit, over).into())
    }

    /// Records that a caller was turned away: counted each time, told once a minute.
    fn exceeded(
        &self,
        connection: &Connection,
        actor: impl FnOnce() -> Actor,
        limit: FairUseLimit,
        over: FairUseExceeded,
    ) -> FairUseExceeded {
        self.metrics().count_fair_use(connection.code.as_str(), limit);
        let now = self.clock().monotonic();
        let untold = {
            let mut meter = self.inner.meters.0.entry(connection.id).or_default();
            let told = meter.told.is_some_and(|told| now.saturating_sub(told) < TOLD_AGAIN);
            if told {
                meter.untold += 1;
                return over;
            }
            meter.told = Some(now);
            std::mem::take(&mut meter.untold)
        };
        let mut event = Event::new(EventKind::FairUseExceeded, actor());
        event.mode = Some(connection.mode);
        connection.code.as_str().clone_into(&mut event.from);
        event.detail.clone_from(&over.what);
        if untold > 0 {
            event.detail.push_str(&format!(" ({untold} more times before, not recorded)"));
        }
        self.record(event);
        over
    }
}

/// National systems fetch every five minutes.
const PENDING_RETRY_AFTER: Duration = Duration::from_secs(300);
/// One event a minute for each connection: 200,000 a day if all of 136 never stop.
const TOLD_AGAIN: Duration = Duration::from_secs(60);
