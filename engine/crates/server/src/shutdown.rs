//! The word that it is time to stop, heard by everything that listens or serves.

use tokio::sync::watch;

/// Says when to stop. Dropping it says so too.
#[derive(Debug)]
pub struct ShutdownTrigger(watch::Sender<bool>);

/// Hears when to stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

impl ShutdownTrigger {
    /// A trigger and what hears it.
    #[must_use]
    pub fn new() -> (Self, Shutdown) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Shutdown(receiver))
    }

    /// Tells everybody to stop.
    pub fn fire(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Resolves once it is time to stop; at once if it already was.
    pub async fn requested(&mut self) {
        // An error means that the trigger is gone, which says the same.
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    /// Whether it is time to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_hears_the_trigger_even_when_late() {
        let (trigger, shutdown) = ShutdownTrigger::new();
        assert!(!shutdown.is_requested());
        trigger.fire();
        let mut late = shutdown.clone();
        late.requested().await;
        assert!(shutdown.is_requested());
    }

    #[tokio::test]
    async fn a_dropped_trigger_stops_too() {
        let (trigger, mut shutdown) = ShutdownTrigger::new();
        drop(trigger);
        shutdown.requested().await;
        assert!(shutdown.is_requested());
    }
}
