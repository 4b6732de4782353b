//! The time, where the hub does not tell it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970. Documents and events bring the hub's time; a timer brings none.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
