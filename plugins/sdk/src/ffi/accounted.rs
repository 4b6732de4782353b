//! The system's allocator with a counter.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// The system's allocator, counting what is held, for [`Health::allocated`](crate::Health):
///
/// `#[global_allocator] static HEAP: Accounted = Accounted::new();`
///
/// The one allocator that suits a plugin: others reserve thread-local storage that a library which
/// is loaded late cannot have. `phytohub-plugin-check` remarks on any; this one is meant.
#[derive(Debug, Default)]
pub struct Accounted {
    held: AtomicU64,
}

impl Accounted {
    /// An allocator that holds nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: AtomicU64::new(0) }
    }

    /// Bytes that are held now.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.held.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn subtract(&self, bytes: usize) {
        self.held.fetch_sub(bytes as u64, Ordering::Relaxed);
    }
}

// SAFETY: everything is done by the system's allocator; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Accounted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's contract.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            self.add(layout.size());
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's contract.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            self.add(layout.size());
        }
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: by the caller's contract.
        let block = unsafe { System.realloc(block, layout, size) };
        if !block.is_null() {
            self.add(size);
            self.subtract(layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: by the caller's contract.
        unsafe { System.dealloc(block, layout) };
        self.subtract(layout.size());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_until_it_is_freed() {
        let heap = Accounted::new();
        let small = Layout::array::<u8>(100).expect("a small layout");
        let large = Layout::array::<u8>(300).expect("a small layout");
        // SAFETY: the layout is not empty.
        let block = unsafe { heap.alloc(small) };
        assert_eq!(heap.held(), 100);
        // SAFETY: the block has that layout.
        let block = unsafe { heap.realloc(block, small, 300) };
        assert_eq!(heap.held(), 300);
        // SAFETY: the block has that layout now.
        unsafe { heap.dealloc(block, large) };
        assert_eq!(heap.held(), 0);
    }
}
