//! Admission: how many requests, and how many bytes of them, are in memory at once.
//!
//! Nothing here waits. Who gets no room is turned away with 503 and holds nothing, so two half
//! arrived requests can never wait for each other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use phytohub_domain::Limits;
use phytohub_exchange::Hub;
use phytohub_telemetry::Metrics;
use thiserror::Error;

/// How far a request may fill a budget: who is shed first has the lowest ceiling.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Share {
    /// What subscriptions bring: a half. Whoever takes nothing of it holds it until the patience with
    /// him ends, and others go on delivering.
    Brought,
    /// Big bodies: seven eighths.
    Bulk,
    /// Small deliveries, and replies with many envelopes: fifteen sixteenths.
    Batch,
    /// Single pulls, acknowledgements, tracking: all of it.
    Last,
}

impl Share {
    /// How much of `limit` this share may see used, never less than one.
    fn ceiling(self, limit: usize) -> usize {
        let kept = match self {
            Self::Brought => limit / 2,
            Self::Bulk => limit / 8,
            Self::Batch => limit / 16,
            Self::Last => 0,
        };
        limit - kept
    }
}

/// What all doors of a hub have in use together. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Budgets(Arc<OnceLock<Arc<Admission>>>);

impl Budgets {
    pub(crate) fn of(&self, hub: &Hub) -> Arc<Admission> {
        Arc::clone(self.0.get_or_init(|| Admission::new(Arc::clone(hub.metrics()))))
    }
}

/// What is in use. One for all doors that share the limits.
#[derive(Debug)]
pub(crate) struct Admission {
    requests: AtomicUsize,
    bytes: AtomicUsize,
    metrics: Arc<Metrics>,
}

/// No room: the caller is to come again.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum NoRoom {
    /// Bytes.
    #[error(
        "the hub has no memory left for this request now; send it again in {RETRY_AFTER_SECONDS} seconds"
    )]
    Bytes,
    /// Requests.
    #[error(
        "the hub is busy with other requests; send this again in {RETRY_AFTER_SECONDS} seconds"
    )]
    Requests,
}

/// What `Retry-After` says: long enough for a commit and a large body on a good line.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 5;

impl Admission {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { requests: AtomicUsize::new(0), bytes: AtomicUsize::new(0), metrics })
    }

    /// A place for one request, given back when dropped.
    pub(crate) fn place(self: &Arc<Self>, limits: &Limits, share: Share) -> Result<Place, NoRoom> {
        let ceiling = share.ceiling(limits.requests_in_flight);
        take(&self.requests, 1, ceiling)
            .then(|| Place { admission: Arc::clone(self) })
            .ok_or(NoRoom::Requests)
    }

    /// A hold on no bytes yet.
    pub(crate) fn hold(self: &Arc<Self>) -> Hold {
        Hold { admission: Arc::clone(self), bytes: 0 }
    }

    fn show_bytes(&self) {
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.metrics.bytes_in_flight.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Bytes held now.
    #[cfg(test)]
    pub(crate) fn bytes_in_use(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// One request's place.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
}

impl Place {
    /// Whether a request of this share may stay, now that it is known to be one.
    pub(crate) fn check(&self, limits: &Limits, share: Share) -> Result<(), NoRoom> {
        let used = self.admission.requests.load(Ordering::Relaxed);
        let fits = used <= share.ceiling(limits.requests_in_flight);
        if fits { Ok(()) } else { Err(NoRoom::Requests) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bytes held of the budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    admission: Arc<Admission>,
    bytes: usize,
}

impl Hold {
    /// Takes `more` bytes, all or none.
    pub(crate) fn grow(
        &mut self,
        limits: &Limits,
        share: Share,
        more: usize,
    ) -> Result<(), NoRoom> {
        if !take(&self.admission.bytes, more, share.ceiling(limits.bytes_in_flight)) {
            return Err(NoRoom::Bytes);
        }
        self.bytes += more;
        self.admission.show_bytes();
        Ok(())
    }

    /// Whether bytes of this share may stay, now that they are known to be of it.
    pub(crate) fn check(&self, limits: &Limits, share: Share) -> Result<(), NoRoom> {
        let used = self.admission.bytes.load(Ordering::Relaxed);
        if used <= share.ceiling(limits.bytes_in_flight) { Ok(()) } else { Err(NoRoom::Bytes) }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.admission.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.admission.show_bytes();
    }
}

fn take(used: &AtomicUsize, more: usize, ceiling: usize) -> bool {
    let next = |used: usize| used.checked_add(more).filter(|sum| *sum <= ceiling);
    used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(requests: usize, bytes: usize) -> Limits {
        let mut limits = Limits::default();
        limits.requests_in_flight = requests;
        limits.bytes_in_flight = bytes;
        limits
    }

    #[test]
    fn deliveries_leave_room_for_pulls_and_acknowledgements() {
        let limits = limits(16, 1600);
        let admission = Admission::new(Arc::new(Metrics::new()));
        let bulk: Vec<_> =
            std::iter::from_fn(|| admission.place(&limits, Share::Bulk).ok()).collect();
        assert_eq!(bulk.len(), 14);
        let batch: Vec<_> =
            std::iter::from_fn(|| admission.place(&limits, Share::Batch).ok()).collect();
        assert_eq!(batch.len(), 1);
        let last = admission.place(&limits, Share::Last).expect("the last place");
        assert!(matches!(admission.place(&limits, Share::Last), Err(NoRoom::Requests)));
        assert!(last.check(&limits, Share::Bulk).is_err());
        drop(bulk);
        assert!(last.check(&limits, Share::Bulk).is_ok());
    }

    #[test]
    fn bytes_are_taken_whole_and_given_back() {
        let limits = limits(1, 800);
        let admission = Admission::new(Arc::new(Metrics::new()));
        let mut hold = admission.hold();
        hold.grow(&limits, Share::Bulk, 700).expect("seven eighths");
        assert_eq!(hold.grow(&limits, Share::Bulk, 1), Err(NoRoom::Bytes));
        assert_eq!(hold.grow(&limits, Share::Last, 101), Err(NoRoom::Bytes));
        assert_eq!(hold.grow(&limits, Share::Last, usize::MAX), Err(NoRoom::Bytes));
        hold.grow(&limits, Share::Last, 100).expect("the rest");
        assert_eq!(admission.bytes_in_use(), 800);
        drop(hold);
        assert_eq!(admission.bytes_in_use(), 0);
    }

    #[test]
    fn readers_that_take_nothing_leave_room_for_large_deliveries() {
        let limits = limits(1, 1600);
        let admission = Admission::new(Arc::new(Metrics::new()));
        let mut brought = admission.hold();
        while brought.grow(&limits, Share::Brought, 100).is_ok() {}
        let mut delivery = admission.hold();
        delivery.grow(&limits, Share::Bulk, 600).expect("from a half to seven eighths");
    }

    #[test]
    fn the_smallest_budgets_still_serve_one_request() {
        let limits = limits(1, 1);
        let admission = Admission::new(Arc::new(Metrics::new()));
        let place = admission.place(&limits, Share::Bulk);
        assert!(place.is_ok());
    }
}
