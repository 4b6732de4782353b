//! Structures, bytes and texts from the other side.

use std::ptr;
use std::slice;

use phytohub_plugin_api as abi;

use crate::{Error, Result};

/// A structure of the contract.
///
/// # Safety
///
/// `repr(C)`; begins with `struct_size: u32`; all bytes zero is a value of it; dropping it does
/// nothing.
pub(super) unsafe trait Grown: Copy {}

macro_rules! grown {
    ($($name:ident)*) => {
        $(
            // SAFETY: the contract's rule "Every structure begins with struct_size"; every field is
            // a number, a raw pointer or an optional function, for all of which zero is a value.
            unsafe impl Grown for abi::$name {}
        )*
    };
}

grown! {
    HubAudit HubCall HubCode HubCodeLists HubConnection HubData HubDocument HubEnvelope
    HubEnvelopes HubEvent HubHost HubHttpRequest HubHttpRespond HubKeptBytes HubKv HubLog
    HubMetrics HubRegistry HubSecrets HubTickets HubTimers
}

/// A copy of a structure as far as its own size reaches; what is beyond is zero. `None` for null.
///
/// # Safety
///
/// `from` is null or points to a structure whose `struct_size` bytes may be read.
pub(super) unsafe fn copied<T: Grown>(from: *const T) -> Option<T> {
    if from.is_null() {
        return None;
    }
    // SAFETY: not null, and readable by this function's own contract for at least the size field,
    // with which every `Grown` begins.
    let size = unsafe { from.cast::<u32>().read_unaligned() };
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(size_of::<T>());
    // SAFETY: all bytes zero is a value of every `Grown`.
    let mut copy: T = unsafe { std::mem::zeroed() };
    // SAFETY: `size` bytes are readable by this function's contract and fit into `copy`; the two do
    // not overlap, one being a local.
    unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), (&raw mut copy).cast::<u8>(), size) };
    Some(copy)
}

/// The elements of an array whose elements may have another size than here.
///
/// # Safety
///
/// `first` points to `count` structures that lie one after the other, each of the first one's
/// `struct_size`, readable for as long as the iterator is used.
pub(super) unsafe fn walked<T: Grown>(first: *const T, count: usize) -> impl Iterator<Item = T> {
    let step = if first.is_null() || count == 0 {
        0
    } else {
        // SAFETY: not null and not empty: the first element's size can be read.
        unsafe { first.cast::<u32>().read_unaligned() }
    };
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let count = if step == 0 { 0 } else { count };
    (0..count).filter_map(move |index| {
        let at = first.cast::<u8>().wrapping_add(index.wrapping_mul(step)).cast::<T>();
        // SAFETY: the element at `index` is within the array by this function's contract: "An array
        // of structures is walked in steps of its first element's struct_size".
        unsafe { copied(at) }
    })
}

/// The bytes, for as long as the other side lends them.
///
/// # Safety
///
/// `bytes.len` bytes at `bytes.ptr` are readable and unchanged for `'a`.
pub(super) unsafe fn bytes<'a>(bytes: abi::HubBytes) -> &'a [u8] {
    if bytes.len == 0 || bytes.ptr.is_null() {
        return &[];
    }
    // SAFETY: not null, and readable for `'a` by this function's own contract.
    unsafe { slice::from_raw_parts(bytes.ptr, bytes.len) }
}

/// The text, checked to be UTF-8.
///
/// # Safety
///
/// As of [`bytes`].
pub(super) unsafe fn text<'a>(text: abi::HubStr) -> Result<&'a str> {
    let text = abi::HubBytes { ptr: text.ptr, len: text.len };
    // SAFETY: by this function's own contract.
    let text = unsafe { bytes(text) };
    std::str::from_utf8(text)
        .map_err(|_| Error::invalid("a text is not UTF-8, against the contract"))
}

/// Size of a structure, as its first field says it.
pub(super) const fn size<T>() -> u32 {
    // A structure of the contract has some hundred bytes.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    let size = size_of::<T>() as u32;
    size
}

/// A writable pointer from the other side, if it is one.
///
/// # Safety
///
/// `to` is null or may be written.
pub(super) unsafe fn store<T>(to: *mut T, value: T) -> bool {
    if to.is_null() {
        return false;
    }
    // SAFETY: not null, and writable by this function's own contract.
    unsafe { to.write(value) };
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: abi::HubStr = abi::HubStr::EMPTY;

    const EVENT: abi::HubEvent = abi::HubEvent {
        struct_size: size::<abi::HubEvent>(),
        kind: 1,
        sequence: 2,
        at_ms: 3,
        flags: 4,
        state: 5,
        certificate_type: 6,
        certificate_status: 7,
        hub_delivery_number: abi::HubStr::new("H1"),
        from: EMPTY,
        to: EMPTY,
        nppo_certificate_number: EMPTY,
        message: abi::HubStr::new("m"),
    };

    #[test]
    fn what_a_shorter_structure_does_not_reach_is_zero() {
        let short = abi::HubEvent { struct_size: 24, ..EVENT };
        // SAFETY: the structure is longer than it says.
        let seen = unsafe { copied(&raw const short) }.expect("not null");
        assert_eq!((seen.kind, seen.sequence, seen.at_ms, seen.flags), (1, 2, 3, 0));
        assert_eq!(seen.message.len, 0);
        // SAFETY: null is allowed.
        assert!(unsafe { copied(ptr::null::<abi::HubEvent>()) }.is_none());
    }

    #[test]
    fn arrays_of_longer_structures_are_walked_in_their_steps() {
        #[repr(C)]
        struct Longer(abi::HubEvent, u64);
        let longer = |sequence| {
            let size = size::<Longer>();
            Longer(abi::HubEvent { struct_size: size, sequence, ..EVENT }, u64::MAX)
        };
        let all = [longer(1), longer(2), longer(3)];
        // SAFETY: three structures lie there, of the size that they say.
        let seen = unsafe { walked(all.as_ptr().cast::<abi::HubEvent>(), all.len()) };
        assert!(seen.map(|event| event.sequence).eq([1, 2, 3]));
        // SAFETY: nothing lies there.
        let none = unsafe { walked(ptr::null::<abi::HubEvent>(), 3) };
        assert_eq!(none.count(), 0);
    }

    #[test]
    fn empty_texts_may_point_anywhere_and_others_are_looked_through() {
        let dangling = abi::HubStr { ptr: ptr::dangling(), len: 0 };
        // SAFETY: nothing is read.
        assert_eq!(unsafe { text(dangling) }.ok(), Some(""));
        let wrong = abi::HubStr { ptr: b"\xff".as_ptr(), len: 1 };
        // SAFETY: one byte lies there.
        assert!(unsafe { text(wrong) }.is_err());
    }
}
