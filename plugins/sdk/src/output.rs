//! Where hooks write what they make: terms and pages.

use std::fmt;
use std::io;

use crate::{Error, ErrorKind, Result};

/// Takes what a document is about, one term after the other.
pub struct Terms<'a> {
    take: &'a mut dyn FnMut(&str, &str) -> bool,
}

impl<'a> Terms<'a> {
    /// Terms that go to a function, which answers whether it wants more. For tests of hooks.
    pub fn new(take: &'a mut dyn FnMut(&str, &str) -> bool) -> Self {
        Self { take }
    }

    /// One more: a name such as `commodity` and what the document says. Answers whether more are
    /// wanted; the hub takes 100.
    pub fn add(&mut self, name: &str, value: &str) -> bool {
        (self.take)(name, value)
    }
}

impl fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").finish_non_exhaustive()
    }
}

/// Takes a page, piece by piece: with [`Output::push`], `std::io::Write` or `std::fmt::Write`.
pub struct Output<'a> {
    take: &'a mut dyn FnMut(&[u8]) -> bool,
}

impl<'a> Output<'a> {
    /// Output that goes to a function, which answers whether it wants more. For tests of hooks.
    pub fn new(take: &'a mut dyn FnMut(&[u8]) -> bool) -> Self {
        Self { take }
    }

    /// The next piece. Larger pieces cost less: each is one call to the hub.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exhausted`]: no more is wanted; pass it on.
    pub fn push(&mut self, piece: impl AsRef<[u8]>) -> Result<()> {
        if (self.take)(piece.as_ref()) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Exhausted, "the receiver wants no more of it"))
    }
}

impl io::Write for Output<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.push(piece).map_err(io::Error::other)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Write for Output<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.push(piece).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}
