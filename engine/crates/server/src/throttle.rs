//! Keeps a peer from filling the log: a line may be written so often, then it is only counted.

use std::sync::Mutex;
use std::time::Duration;

/// Lets [`LINES_PER_WINDOW`] lines through per [`WINDOW`], and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    start: Duration,
    lines: u32,
    silenced: u64,
}

impl Throttle {
    /// Whether to write a line at `now` (monotonic), and how many were silenced since the last.
    pub(crate) fn admit(&self, now: Duration) -> Option<u64> {
        let mut window = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.saturating_sub(window.start) >= WINDOW {
            window.start = now;
            window.lines = 0;
        }
        if window.lines == LINES_PER_WINDOW {
            window.silenced += 1;
            return None;
        }
        window.lines += 1;
        Some(std::mem::take(&mut window.silenced))
    }
}

/// A burst long enough to see a pattern.
const LINES_PER_WINDOW: u32 = 10;
/// Short enough that a person watching sees that it goes on.
const WINDOW: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_counted() {
        let throttle = Throttle::default();
        let passed = (0..100).filter(|_| throttle.admit(Duration::from_secs(1)).is_some()).count();
        assert_eq!(passed, 10);
        assert_eq!(throttle.admit(Duration::from_secs(20)), Some(90));
        assert_eq!(throttle.admit(Duration::from_secs(21)), Some(0));
    }
}
