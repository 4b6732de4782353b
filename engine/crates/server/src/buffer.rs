//! The bytes of a request while they arrive, within the budget.

use std::sync::Arc;

use bytes::Bytes;
use memmap2::{Advice, MmapMut, MmapOptions};
use phytohub_domain::Limits;

use crate::budget::{Admission, Hold, NoRoom, Share};

/// A body that arrived whole. Its bytes hold their part of the budget until the last reference to
/// them is gone, wherever that is.
pub(crate) struct Upload {
    pub(crate) body: Bytes,
    /// How far it may have filled the budgets.
    pub(crate) share: Share,
}

/// The share of a request whose body has this many bytes, as far as is known.
pub(crate) fn share_of(bytes: usize) -> Share {
    if bytes <= SMALL_BYTES { Share::Last } else { Share::Bulk }
}

/// The body so far. What the budget knows of it is ahead of its length by a step at most.
pub(crate) struct Buffer {
    memory: Memory,
    pub(crate) len: usize,
    /// Bytes that the budget knows of.
    held: usize,
    hold: Hold,
    /// How many are announced, or 0.
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
    pub(crate) fn new(admission: &Arc<Admission>, declared: usize) -> Self {
        let memory = Memory::Heap(Vec::new());
        Self { memory, len: 0, held: 0, hold: admission.hold(), declared }
    }

    /// Appends what arrived.
    pub(crate) fn push(&mut self, data: &[u8], limits: &Limits) -> Result<(), NoRoom> {
        let needed = self.len + data.len();
        if needed > self.held {
            self.reserve(needed, limits)?;
        }
        // The one copy between the socket and the store: hyper's buffer is reused meanwhile.
        match &mut self.memory {
            Memory::Heap(bytes) => bytes.extend_from_slice(data),
            Memory::Pages(pages) => {
                let place = pages.get_mut(self.len..needed).ok_or(NoRoom::Bytes)?;
                place.copy_from_slice(data);
            }
        }
        self.len = needed;
        Ok(())
    }

    /// Takes its part of the budget in steps: what is promised in a header costs nothing until it
    /// arrives.
    fn reserve(&mut self, needed: usize, limits: &Limits) -> Result<(), NoRoom> {
        let step = self.len.clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        // Nothing declared is chunked: then any size may come.
        let whole = if self.declared == 0 { limits.request_bytes } else { self.declared };
        let wanted = (self.len + step).min(whole).max(needed);
        let share = share_of(needed.max(self.declared));
        self.hold.grow(limits, share, wanted - self.held)?;
        self.held = wanted;
        let no_memory = |_| NoRoom::Bytes;
        if let Memory::Heap(bytes) = &mut self.memory {
            if wanted <= SMALL_BYTES {
                return bytes.try_reserve_exact(wanted - self.len).map_err(no_memory);
            }
            let pages = MmapOptions::new().len(whole.max(wanted)).no_reserve_swap().map_anon();
            let mut pages = pages.map_err(|_| NoRoom::Bytes)?;
            // One byte in a huge page would cost all of it. Old kernels have none to refuse.
            let _ = pages.advise(Advice::NoHugePage);
            pages.get_mut(..self.len).ok_or(NoRoom::Bytes)?.copy_from_slice(bytes);
            self.memory = Memory::Pages(pages);
        }
        Ok(())
    }

    /// The whole.
    pub(crate) fn finish(self) -> Upload {
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
