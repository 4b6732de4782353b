//! Memory in which a plugin that reads too far, or too late, dies at once.
#![expect(unsafe_code, reason = "pages whose end and whose life are watched by the processor")]

use std::io;
use std::ptr;

/// Bytes that end exactly where a page that nobody may read begins. [`Guarded::lend`] takes them
/// away after the call, for ever: their addresses are never used again.
#[derive(Debug)]
pub struct Guarded {
    start: *mut libc::c_void,
    mapped: usize,
    offset: usize,
    len: usize,
}

// SAFETY: the memory belongs to this value alone, as that of a `Vec` does.
unsafe impl Send for Guarded {}

impl Guarded {
    /// Copies bytes to the end of pages of their own.
    ///
    /// # Errors
    ///
    /// If the system has no memory for that.
    pub fn new(bytes: &[u8]) -> io::Result<Self> {
        let page = page_bytes();
        let readable = bytes.len().next_multiple_of(page);
        let mapped = readable + page;
        // SAFETY: a new mapping at an address of the system's choice touches no other memory.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                mapped,
                libc::PROT_NONE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let guarded = Self { start, mapped, offset: readable - bytes.len(), len: bytes.len() };
        if readable > 0 {
            // SAFETY: the pages were mapped above, and nothing refers to them yet.
            let changed =
                unsafe { libc::mprotect(start, readable, libc::PROT_READ | libc::PROT_WRITE) };
            if changed != 0 {
                return Err(io::Error::last_os_error());
            }
            let begin = start.cast::<u8>().wrapping_add(guarded.offset);
            // SAFETY: `begin` to the end of the readable pages has room for just these bytes, and
            // a new mapping overlaps nothing.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), begin, bytes.len()) };
            // SAFETY: as for the first change; writing is no longer needed.
            let _read_only = unsafe { libc::mprotect(start, readable, libc::PROT_READ) };
        }
        Ok(guarded)
    }

    /// Lends the bytes for a call, and takes them away when it has returned: whoever kept a pointer
    /// and looks there later, dies.
    pub fn lend<R>(self, call: impl FnOnce(&[u8]) -> R) -> R {
        let begin = self.start.cast::<u8>().wrapping_add(self.offset).cast_const();
        // SAFETY: `new` mapped and filled these bytes; they stay readable until the slice's
        // borrow, which is this call, has ended. Without bytes, `begin` is a dangling pointer that
        // is aligned and not null.
        let bytes = unsafe { std::slice::from_raw_parts(begin, self.len) };
        let result = call(bytes);
        // SAFETY: the mapping is this value's own, and no reference to it is left.
        let _gone = unsafe { libc::mprotect(self.start, self.mapped, libc::PROT_NONE) };
        // The addresses stay taken, so that nothing else can come to lie there.
        result
    }
}

fn page_bytes() -> usize {
    // SAFETY: asks for a number; touches no memory.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_lent_as_they_were_and_end_at_a_page() {
        for len in [0, 1, 4095, 4096, 4097] {
            let bytes = vec![7; len];
            let guarded = Guarded::new(&bytes).expect("memory");
            guarded.lend(|lent| {
                assert_eq!(lent, bytes);
                assert_eq!(lent.as_ptr_range().end.addr() % page_bytes(), 0);
            });
        }
    }
}
