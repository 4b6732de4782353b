//! Denials are events, at a bounded rate: a stranger must not be able to fill the disk.

use std::sync::Mutex;
use std::time::Duration;

/// Lets a few denials a second through and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct DenialGate {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    second: u64,
    passed: u32,
    held_back: u64,
}

impl DenialGate {
    /// Whether a denial at this time is to be recorded; if so, how many were not before it.
    pub(crate) fn pass(&self, monotonic: Duration) -> Option<u64> {
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.second != monotonic.as_secs() {
            (window.second, window.passed) = (monotonic.as_secs(), 0);
        }
        if window.passed == DENIALS_PER_SECOND_MAX {
            window.held_back += 1;
            return None;
        }
        window.passed += 1;
        Some(std::mem::take(&mut window.held_back))
    }
}

/// Enough to see who knocks; under a gigabyte a year if they never stop.
const DENIALS_PER_SECOND_MAX: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_denials_is_counted_and_not_written() {
        let gate = DenialGate::default();
        let at = Duration::from_secs;
        let passed = (0..100).filter(|_| gate.pass(at(1)).is_some()).count();
        assert_eq!(passed, 10);
        assert_eq!(gate.pass(at(2)), Some(90));
        assert_eq!(gate.pass(at(2)), Some(0));
    }
}
