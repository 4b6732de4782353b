//! The circumstances of a hook's call.

use std::time::Duration;

use crate::{Error, ErrorKind, Result, ffi};

/// What accompanies every call of a hook: how long the hub waits, whether it still does, which
/// trace the call belongs to.
///
/// Calls to the hub that a hook makes on its own thread inherit all this by themselves.
#[derive(Debug)]
pub struct Call<'a> {
    deadline_ns: u64,
    trace_id: [u8; 16],
    span_id: [u8; 8],
    probe: Option<ffi::Probe<'a>>,
}

impl<'a> Call<'a> {
    pub(crate) const fn new(
        deadline_ns: u64,
        trace_id: [u8; 16],
        span_id: [u8; 8],
        probe: Option<ffi::Probe<'a>>,
    ) -> Self {
        Self { deadline_ns, trace_id, span_id, probe }
    }

    /// A call of nobody's: no deadline, never cancelled. For tests of hooks.
    #[must_use]
    pub const fn detached() -> Self {
        Self::new(0, [0; 16], [0; 8], None)
    }

    /// Ends a loop early when nobody waits for its result any more:
    /// `call.check()?` every few hundred steps.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Deadline`] or [`ErrorKind::Cancelled`]; pass it on.
    pub fn check(&self) -> Result<()> {
        if !self.is_cancelled() {
            return Ok(());
        }
        if self.remaining() == Some(Duration::ZERO) {
            return Err(Error::new(ErrorKind::Deadline, "the call's deadline passed"));
        }
        Err(Error::new(ErrorKind::Cancelled, "the call was cancelled"))
    }

    /// Whether nobody waits for the result any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match &self.probe {
            Some(probe) if probe.cancelled() => true,
            _ => self.remaining() == Some(Duration::ZERO),
        }
    }

    /// How long the hub still waits; `None` for ever.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        if self.deadline_ns == 0 {
            return None;
        }
        Some(Duration::from_nanos(self.deadline_ns.saturating_sub(ffi::monotonic_ns())))
    }

    /// Trace that the call belongs to, as W3C Trace Context has it; zeros for none.
    #[must_use]
    pub const fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// Span that the call belongs to; zeros for none.
    #[must_use]
    pub const fn span_id(&self) -> [u8; 8] {
        self.span_id
    }
}
