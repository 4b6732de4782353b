//! Waiting for a time: what is due is known, so nothing asks again and again.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{Clock, Timestamp};

/// A future on the heap.
pub type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wakes at a moment of a clock's monotonic time. The binary's uses the runtime's timer, a test's
/// is moved by hand.
pub trait Alarm: Send + Sync + fmt::Debug {
    /// Resolves when the monotonic time of the clock has come to this.
    fn at(&self, monotonic: Duration) -> Boxed<()>;
}

/// Starts tasks that run until the hub stops. The server's `Tasks` is one.
pub trait StartTask: Send + Sync + fmt::Debug {
    /// Starts a task.
    fn start(&self, name: &'static str, future: Boxed<()>);
}

/// A clock with its alarm. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    clock: Arc<dyn Clock>,
    alarm: Arc<dyn Alarm>,
}

impl Waiter {
    pub(crate) fn new(clock: Arc<dyn Clock>, alarm: Arc<dyn Alarm>) -> Self {
        Self { clock, alarm }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits for a wall time, or for ever; may end earlier, so that a wall clock that was set
    /// meanwhile is noticed.
    pub(crate) async fn until(&self, time: Option<Timestamp>) {
        let Some(time) = time else { return std::future::pending().await };
        // Read in this order: a clock that moves in between makes the wait too short, never long.
        let monotonic = self.clock.monotonic();
        let wait = time.since(self.clock.now()).min(LOOK_AGAIN);
        self.alarm.at(monotonic + wait).await;
    }

    /// A moment so much after this one, for [`Waiter::at`].
    pub(crate) fn after(&self, time: Duration) -> Duration {
        self.clock.monotonic() + time
    }

    /// Waits for a moment of monotonic time.
    pub(crate) async fn at(&self, monotonic: Duration) {
        self.alarm.at(monotonic).await;
    }
}

/// How long a step of the wall clock may go unnoticed by something that waits for a time.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
