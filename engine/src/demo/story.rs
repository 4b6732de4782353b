//! The steps of the demonstration as they are told on stdout.

use std::io;
use std::time::Duration;

use crate::output::line;

/// Tells one step after the other.
#[derive(Debug, Default)]
pub struct Story {
    steps: usize,
}

impl Story {
    /// Tells what was done, by which SOAP operation, how long it took, and what came of it.
    ///
    /// # Errors
    /// When stdout is closed.
    pub fn step(
        &mut self,
        what: &str,
        operation: &str,
        time: Duration,
        outcome: &str,
    ) -> io::Result<()> {
        self.steps += 1;
        let millis = time.as_secs_f64() * 1000.0;
        line(&format!("{:>2}  {what:<46} {operation:<27}{millis:>7.1} ms", self.steps))?;
        outcome.lines().try_for_each(|said| line(&format!("    {said}")))
    }
}
