//! Takes a request's body in, within its limits and the budget.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use phytohub_domain::Limits;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::budget::{Admission, Hold, Place, Share};

/// A body that arrived whole. Its bytes hold their part of the budget until the last reference to
/// them is gone, wherever that is.
pub(super) struct Upload {
    pub(super) body: Bytes,
    /// How far it may have filled the budgets.
    pub(super) share: Share,
}

/// The share of a request whose body has this many bytes, as far as is known.
pub(super) fn share_of(bytes: usize) -> Share {
    if bytes <= SMALL_BYTES { Share::Last } else { Share::Bulk }
}

/// Reads a body to its end.
pub(super) async fn read(
    incoming: &mut Incoming,
    declared: usize,
    admission: &Arc<Admission>,
    place: &Place,
    limits: &Limits,
) -> Result<Upload, Refusal> {
    let mut buffer = Buffer::new(admission, declared);
    loop {
        let frame = timeout(limits.idle_time, incoming.frame())
            .await
            .map_err(|_| Refusal::Idle { seconds: limits.idle_time.as_secs() })?;
        let Some(frame) = frame else {
            return Ok(buffer.finish());
        };
        // Trailers say nothing to us.
        let Ok(data) = frame.map_err(Refusal::Body)?.into_data() else { continue };
        let total = buffer.bytes.len().saturating_add(data.len());
        if total > limits.request_bytes {
            return Err(Refusal::TooLarge { limit: limits.request_bytes });
        }
        if share_of(total) == Share::Bulk {
            place.check(limits, Share::Bulk)?;
        }
        buffer.push(&data, limits)?;
    }
}

/// The body so far. Its capacity, not its length, is what the budget knows of it.
struct Buffer {
    bytes: Vec<u8>,
    hold: Hold,
    /// `Content-Length`, or 0.
    declared: usize,
}

impl Buffer {
    fn new(admission: &Arc<Admission>, declared: usize) -> Self {
        Self { bytes: Vec::new(), hold: admission.hold(), declared }
    }

    fn push(&mut self, data: &[u8], limits: &Limits) -> Result<(), Refusal> {
        let needed = self.bytes.len() + data.len();
        if needed > self.bytes.capacity() {
            self.reserve(needed, limits)?;
        }
        // The one copy between the socket and the store: hyper's buffer is reused meanwhile.
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    /// Grows in steps: what is promised in a header costs nothing until it arrives. A big block is
    /// moved by the allocator's page tables, not copied.
    fn reserve(&mut self, needed: usize, limits: &Limits) -> Result<(), Refusal> {
        let len = self.bytes.len();
        let step = len.clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        // Nothing declared is chunked: then any size may come.
        let cap = if self.declared == 0 { usize::MAX } else { self.declared };
        let wanted = (len + step).min(cap).max(needed);
        let share = share_of(needed.max(self.declared));
        let more = wanted - self.bytes.capacity();
        self.hold.grow(limits, share, more)?;
        let reserved = self.bytes.try_reserve_exact(wanted - len);
        reserved.map_err(|_| Refusal::Room(crate::budget::NoRoom::Bytes))
    }

    fn finish(self) -> Upload {
        let share = share_of(self.bytes.len());
        Upload { body: Bytes::from_owner(Owned { bytes: self.bytes, _hold: self.hold }), share }
    }
}

/// The memory of a body, with its part of the budget.
struct Owned {
    bytes: Vec<u8>,
    _hold: Hold,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Every operation but a delivery fits in it: an acknowledgement's message has at most 64 KiB.
const SMALL_BYTES: usize = 64 << 10;
/// Most requests fit in the first step.
const STEP_BYTES_MIN: usize = 8 << 10;
/// A slow upload holds at most this much that it does not fill.
const STEP_BYTES_MAX: usize = 4 << 20;
