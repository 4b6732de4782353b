//! Reading what a plugin gives.
#![expect(unsafe_code, reason = "follows pointers that a plugin gave")]

use std::borrow::Cow;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, offset_of};

use phytohub_plugin_api::*;

use crate::limits;
use crate::services::{Answer, Refusal};

/// A structure that begins with `struct_size`.
///
/// # Safety
///
/// The type is `repr(C)`, begins with `struct_size: u32`, and is valid when all its bytes are zero.
pub(crate) unsafe trait Structure: Copy {
    /// Its name in the contract.
    const NAME: &'static str;
    /// Where its last field of version 1.0 ends.
    const END: usize;
}

macro_rules! structures {
    ($($name:ident . $last:ident : $type:ty),* $(,)?) => {$(
        // SAFETY: numbers, pointers and optional functions only, in `repr(C)`, the size first.
        unsafe impl Structure for $name {
            const NAME: &'static str = stringify!($name);
            const END: usize = offset_of!($name, $last) + size_of::<$type>();
        }
    )*};
}

structures! {
    HubCall.diagnostics: HubSink,
    HubCode.language: HubStr,
    HubConnection.allowed_count: usize,
    HubDocuments.render: usize,
    HubDraft.forwarding_count: usize,
    HubFinding.offset: u64,
    HubHealth.allocated: usize,
    HubHttp.request: usize,
    HubHttpAsset.bytes: HubBytes,
    HubHttpRoute.body_bytes_max: u64,
    HubKind.content_bytes_max: u64,
    HubKindStatus.name: HubStr,
    HubKvOperation.expected: HubBytes,
    HubLifecycle.events: usize,
    HubLogRecord.field_count: usize,
    HubMetric.boundary_count: usize,
    HubPluginVtable.destroy: usize,
    HubRouting.route: usize,
    HubSnapshot.snapshot: usize,
    HubWake.wake: usize,
}

/// A type whose every pattern of bytes is valid, without a size of its own.
///
/// # Safety
///
/// As it says.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: numbers and pointers only.
unsafe impl Plain for HubAllowedDocument {}
// SAFETY: numbers and pointers only.
unsafe impl Plain for HubHttpHeader {}
// SAFETY: numbers and pointers only.
unsafe impl Plain for HubLogField {}
// SAFETY: numbers and pointers only.
unsafe impl Plain for HubStr {}
// SAFETY: a number.
unsafe impl Plain for f64 {}
// SAFETY: a number.
unsafe impl Plain for u32 {}
// SAFETY: a number.
unsafe impl Plain for u64 {}
// SAFETY: a pointer, and a function that may be null: what is not null is a function by the
// contract, as everywhere.
unsafe impl Plain for HubKvVisitor {}
// SAFETY: as `HubKvVisitor`.
unsafe impl Plain for HubCodeVisitor {}
// SAFETY: as `HubKvVisitor`.
unsafe impl Plain for HubConnectionVisitor {}
// SAFETY: as `HubKvVisitor`.
unsafe impl Plain for HubEnvelopeVisitor {}

/// The right to read what a plugin gave, as long as it lent it.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a>(PhantomData<&'a ()>);

impl<'a> Given<'a> {
    /// # Safety
    ///
    /// All that will be read through it came from a plugin, whose pointers point, by the contract
    /// ("What a call is given is borrowed until the call returns"), to as much memory as the length
    /// or `struct_size` beside them says, unchanged for `'a`.
    pub(crate) const unsafe fn new() -> Self {
        Self(PhantomData)
    }

    /// A structure. Fields beyond what the plugin knows of are zero.
    pub(crate) fn structure<T: Structure>(self, pointer: *const T) -> Answer<T> {
        let size = self.size_of(pointer)?;
        let mut copy = MaybeUninit::<T>::zeroed();
        let bytes = size_of::<T>().min(size as usize);
        // SAFETY: `Given::new`: the structure has the bytes that its size, looked at above, says;
        // the copy has no fewer.
        unsafe {
            pointer.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast::<u8>(), bytes);
        }
        // SAFETY: `Structure`: valid with all bytes zero; those copied are a structure's.
        Ok(unsafe { copy.assume_init() })
    }

    /// Structures one after the other, in steps of the first one's size.
    pub(crate) fn structures<T: Structure>(
        self,
        first: *const T,
        count: usize,
        max: usize,
    ) -> Answer<Vec<T>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        at_most(T::NAME, count, max)?;
        let step = self.size_of(first)? as usize;
        if !step.is_multiple_of(align_of::<T>()) {
            return Err(invalid(format!("{}: struct_size {step} is no step", T::NAME)));
        }
        (0..count).map(|index| self.structure(first.wrapping_byte_add(index * step))).collect()
    }

    /// Values one after the other.
    pub(crate) fn plain<T: Plain>(
        self,
        name: &str,
        first: *const T,
        count: usize,
        max: usize,
    ) -> Answer<&'a [T]> {
        if count == 0 {
            return Ok(&[]);
        }
        at_most(name, count, max)?;
        look_at(name, first)?;
        // SAFETY: `Given::new`, not null, aligned, and few; `Plain`: any bytes do.
        Ok(unsafe { std::slice::from_raw_parts(first, count) })
    }

    /// One value.
    pub(crate) fn one<T: Plain>(self, name: &str, pointer: *const T) -> Answer<T> {
        look_at(name, pointer)?;
        // SAFETY: `Given::new`, not null, aligned; `Plain`: any bytes do.
        Ok(unsafe { pointer.read() })
    }

    /// A place to write to.
    pub(crate) fn place<T: Plain>(self, name: &str, pointer: *mut T) -> Answer<Place<'a, T>> {
        look_at(name, pointer.cast_const())?;
        Ok(Place(pointer, PhantomData))
    }

    /// Bytes.
    pub(crate) fn bytes(self, name: &str, bytes: HubBytes, max: usize) -> Answer<&'a [u8]> {
        if bytes.len == 0 {
            return Ok(&[]);
        }
        if bytes.len > max {
            return Err(invalid(format!("{name}: {} bytes, at most {max}", bytes.len)));
        }
        look_at(name, bytes.ptr)?;
        // SAFETY: `Given::new`, not null, and no more than a limit far below `isize::MAX`.
        Ok(unsafe { std::slice::from_raw_parts(bytes.ptr, bytes.len) })
    }

    /// Text that must be whole.
    pub(crate) fn text(self, name: &str, text: HubStr, max: usize) -> Answer<&'a str> {
        let bytes = self.bytes(name, HubBytes { ptr: text.ptr, len: text.len }, max)?;
        std::str::from_utf8(bytes).map_err(|error| {
            invalid(format!("{name}: not UTF-8 after byte {}", error.valid_up_to()))
        })
    }

    /// Text for people: cut to `max` bytes where it is longer, mended where it is not UTF-8.
    pub(crate) fn cut_text(self, name: &str, text: HubStr, max: usize) -> Answer<Cow<'a, str>> {
        let bytes = HubBytes { ptr: text.ptr, len: text.len };
        let bytes = self.bytes(name, bytes, limits::CUT_TEXT_BYTES)?;
        Ok(cut(bytes, max))
    }

    /// The size that a structure says it has, if it can be one.
    fn size_of<T: Structure>(self, pointer: *const T) -> Answer<u32> {
        look_at(T::NAME, pointer)?;
        // SAFETY: `Given::new`, not null and aligned; every structure begins with its size.
        let size = unsafe { pointer.cast::<u32>().read() };
        if !reaches(size, T::END) || size > limits::STRUCTURE_BYTES {
            return Err(invalid(format!(
                "{}: struct_size {size}, expected {} to {}",
                T::NAME,
                T::END,
                limits::STRUCTURE_BYTES
            )));
        }
        Ok(size)
    }
}

/// The first `max` bytes, as text that is no longer either.
pub(crate) fn cut(bytes: &[u8], max: usize) -> Cow<'_, str> {
    let head = bytes.get(..max).unwrap_or(bytes);
    let end = match std::str::from_utf8(head) {
        // Nothing is wrong but the end, which the cut went through.
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => {
            error.valid_up_to()
        }
        _ => head.len(),
    };
    match String::from_utf8_lossy(head.get(..end).unwrap_or(head)) {
        // The mark for what is wrong is longer than what it stands for.
        Cow::Owned(mut mended) => {
            mended.truncate(mended.floor_char_boundary(max));
            Cow::Owned(mended)
        }
        whole => whole,
    }
}

/// A refusal of what is malformed.
pub(crate) fn invalid(reason: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(HUB_INVALID, reason)
}

fn at_most(name: &str, count: usize, max: usize) -> Answer {
    if count > max {
        return Err(invalid(format!("{name}: {count} of them, at most {max}")));
    }
    Ok(())
}

fn look_at<T>(name: &str, pointer: *const T) -> Answer {
    if pointer.is_null() {
        return Err(invalid(format!("{name}: the pointer is null")));
    }
    if !pointer.is_aligned() {
        return Err(invalid(format!("{name}: the pointer is not aligned")));
    }
    Ok(())
}

/// Where a plugin wants a number.
pub(crate) struct Place<'a, T>(*mut T, PhantomData<&'a ()>);

impl<T: Plain> Place<'_, T> {
    /// Writes it.
    pub(crate) fn put(self, value: T) {
        // SAFETY: `Given::new`, not null, aligned: `Given::place` looked.
        unsafe { self.0.write(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_text_is_cut_between_characters_and_mended() {
        for (bytes, max, expected) in [
            (&b""[..], 4, ""),
            (b"abcd", 4, "abcd"),
            (b"abcde", 4, "abcd"),
            ("abcü".as_bytes(), 4, "abc"),
            ("abcü".as_bytes(), 5, "abcü"),
            (b"abc\xC3", 4, "abc"),
            (b"a\xFF", 4, "a\u{fffd}"),
            (b"\xFF\xFF\xFF\xFF", 4, "\u{fffd}"),
            (b"abcd", 0, ""),
        ] {
            assert_eq!(cut(bytes, max), expected, "{} to {max}", bytes.escape_ascii());
        }
    }
}
