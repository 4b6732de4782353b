//! What surrounds a call into a plugin, and what may come of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use phytohub_plugin_api::*;

use crate::ffi;
use crate::services::{Refusal, Status};

/// The circumstances of a call into a plugin.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "what the contract says in `HubCall`")]
pub struct CallContext {
    /// When the caller stops waiting, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
    pub deadline_ns: u64,
    /// Trace that the call belongs to; zeros for none.
    pub trace_id: [u8; 16],
    /// Span that the call belongs to; zeros for none.
    pub span_id: [u8; 8],
    /// Set by the caller when it no longer waits. The deadline need not set it.
    pub cancelled: Arc<AtomicBool>,
}

impl CallContext {
    /// A call with this deadline, without a trace.
    #[must_use]
    pub fn new(deadline_ns: u64) -> Self {
        Self { deadline_ns, ..Self::default() }
    }

    /// A call that may take this long from now, without a trace.
    #[must_use]
    pub fn within(time: Duration) -> Self {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self::new(monotonic_ns().saturating_add(time))
    }
}

/// The time by which deadlines are told: nanoseconds of `CLOCK_MONOTONIC`.
#[must_use]
pub fn monotonic_ns() -> u64 {
    ffi::monotonic_ns()
}

/// How a hook ended that may put its end off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a call is done or not")]
pub enum Completion {
    /// It is done.
    Done,
    /// The ticket that was given will be completed.
    Pending,
}

/// Why a call into a plugin was not done, or not in a way that can be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {diagnostics}", name_of(*.status))]
#[expect(clippy::exhaustive_structs, reason = "a status and its reason, as the contract has it")]
pub struct CallFailure {
    /// A `HUB_` number of the contract, other than `HUB_OK` and `HUB_PENDING`.
    pub status: Status,
    /// What the plugin said about it, or what it did wrong; for people.
    pub diagnostics: String,
}

impl CallFailure {
    /// A failure in place of which this refusal stands.
    pub(crate) fn of(refusal: Refusal) -> Self {
        Self { status: refusal.status, diagnostics: refusal.reason.into_owned() }
    }

    /// The plugin does not offer that.
    pub(crate) fn not_offered() -> Self {
        Self::of(Refusal::new(HUB_UNSUPPORTED, "the plugin does not offer this"))
    }
}

/// The name of a status in the contract, without its prefix.
#[must_use]
pub fn name_of(status: Status) -> Cow<'static, str> {
    let name = match status {
        HUB_OK => "OK",
        HUB_PENDING => "PENDING",
        HUB_AGAIN => "AGAIN",
        HUB_INVALID => "INVALID",
        HUB_NOT_FOUND => "NOT_FOUND",
        HUB_DENIED => "DENIED",
        HUB_CONFLICT => "CONFLICT",
        HUB_EXHAUSTED => "EXHAUSTED",
        HUB_DEADLINE => "DEADLINE",
        HUB_CANCELLED => "CANCELLED",
        HUB_UNAVAILABLE => "UNAVAILABLE",
        HUB_UNSUPPORTED => "UNSUPPORTED",
        HUB_CORRUPT => "CORRUPT",
        HUB_INTERNAL => "INTERNAL",
        HUB_PANICKED => "PANICKED",
        other => return Cow::Owned(format!("status {other}")),
    };
    Cow::Borrowed(name)
}
