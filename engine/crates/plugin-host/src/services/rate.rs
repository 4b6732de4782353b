//! So many in a second, and how many were more.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Lets so many through in a second and counts the rest.
#[derive(Debug)]
pub(crate) struct Rate {
    most: u32,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    second: u64,
    passed: u32,
    dropped: u64,
}

impl Rate {
    pub(crate) fn new(most: u32) -> Self {
        Self { most, window: Mutex::default() }
    }

    /// Whether one more may pass at this time; if so, how many were turned away since the last one
    /// that might.
    pub(crate) fn pass(&self, monotonic: Duration) -> Option<u64> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != monotonic.as_secs() {
            (window.second, window.passed) = (monotonic.as_secs(), 0);
        }
        if window.passed == self.most {
            window.dropped += 1;
            return None;
        }
        window.passed += 1;
        Some(std::mem::take(&mut window.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted_and_told_with_the_next() {
        let (rate, at) = (Rate::new(3), Duration::from_secs);
        assert_eq!((0..10).filter(|_| rate.pass(at(1)).is_some()).count(), 3);
        assert_eq!((rate.pass(at(2)), rate.pass(at(2))), (Some(7), Some(0)));
    }
}
