//! Takes a request's body in, within its limits and the budget.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use memmap2::{Advice, MmapMut, MmapOptions};
use phytohub_domain::Limits;
use phytohub_exchange::FairUseExceeded;
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

/// Reads a body to its end. `meter` is told of each part as it arrives.
pub(super) async fn read(
    incoming: &mut Incoming,
    declared: usize,
    admission: &Arc<Admission>,
    (place, meter): (&Place, impl Fn(usize) -> Result<(), FairUseExceeded>),
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
        let total = buffer.len.saturating_add(data.len());
        if total > limits.request_bytes {
            return Err(Refusal::TooLarge { limit: limits.request_bytes });
        }
        meter(data.len())?;
        if share_of(total) == Share::Bulk {
            place.check(limits, Share::Bulk)?;
        }
        buffer.push(&data, limits)?;
    }
}

/// The body so far. What the budget knows of it is ahead of its length by a step at most.
struct Buffer {
    memory: Memory,
    len: usize,
    /// Bytes that the budget knows of.
    held: usize,
    hold: Hold,
    /// `Content-Length`, or 0.
    declared: usize,
}

/// Small bodies lie in the allocator's memory. Others lie in pages of their own, addresses for the
/// whole of it from the start: a page costs nothing before a byte comes into it, nothing is ever
/// moved, and all of it goes back to the system with the request. The allocator would keep what
/// blocks of a few MiB leave behind, beside the budget.
enum Memory {
    Heap(Vec<u8>),
    Pages(MmapMut),
}

impl Buffer {
    fn new(admission: &Arc<Admission>, declared: usize) -> Self {
        let memory = Memory::Heap(Vec::new());
        Self { memory, len: 0, held: 0, hold: admission.hold(), declared }
    }

    fn push(&mut self, data: &[u8], limits: &Limits) -> Result<(), Refusal> {
        let needed = self.len + data.len();
        if needed > self.held {
            self.reserve(needed, limits)?;
        }
        // The one copy between the socket and the store: hyper's buffer is reused meanwhile.
        match &mut self.memory {
            Memory::Heap(bytes) => bytes.extend_from_slice(data),
            Memory::Pages(pages) => {
                let place = pages.get_mut(self.len..needed).ok_or(Refusal::Internal)?;
                place.copy_from_slice(data);
            }
        }
        self.len = needed;
        Ok(())
    }

    /// Takes its part of the budget in steps: what is promised in a header costs nothing until it
    /// arrives.
    fn reserve(&mut self, needed: usize, limits: &Limits) -> Result<(), Refusal> {
        let step = self.len.clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        // Nothing declared is chunked: then any size may come.
        let whole = if self.declared == 0 { limits.request_bytes } else { self.declared };
        let wanted = (self.len + step).min(whole).max(needed);
        let share = share_of(needed.max(self.declared));
        self.hold.grow(limits, share, wanted - self.held)?;
        self.held = wanted;
        let no_memory = |_| Refusal::Room(crate::budget::NoRoom::Bytes);
        if let Memory::Heap(bytes) = &mut self.memory {
            if wanted <= SMALL_BYTES {
                return bytes.try_reserve_exact(wanted - self.len).map_err(no_memory);
            }
            let pages = MmapOptions::new().len(whole.max(wanted)).no_reserve_swap().map_anon();
            let mut pages = pages.map_err(|_| Refusal::Room(crate::budget::NoRoom::Bytes))?;
            // One byte in a huge page would cost all of it. Old kernels have none to refuse.
            let _ = pages.advise(Advice::NoHugePage);
            pages.get_mut(..self.len).ok_or(Refusal::Internal)?.copy_from_slice(bytes);
            self.memory = Memory::Pages(pages);
        }
        Ok(())
    }

    fn finish(self) -> Upload {
        let (share, len) = (share_of(self.len), self.len);
        let owned = Owned { memory: self.memory, len, _hold: self.hold };
        Upload { body: Bytes::from_owner(owned), share }
    }
}

/// The memory of a body, with its part of the budget.
struct Owned {
    memory: Memory,
    len: usize,
    _hold: Hold,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        match &self.memory {
            Memory::Heap(bytes) => bytes,
            Memory::Pages(pages) => pages.get(..self.len).unwrap_or_default(),
        }
    }
}

/// Every operation but a delivery fits in it: an acknowledgement's message has at most 64 KiB.
const SMALL_BYTES: usize = 64 << 10;
/// Most requests fit in the first step.
const STEP_BYTES_MIN: usize = 8 << 10;
/// A slow upload holds at most this much that it does not fill.
const STEP_BYTES_MAX: usize = 4 << 20;
