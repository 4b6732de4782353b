//! `hub.timers/1`: timers that wake an instance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use phytohub_plugin_api as api;
use phytohub_plugin_loader::Answer;
use tokio::sync::oneshot;

use super::Services;
use super::answer::refused;
use crate::world::World;

/// Wakes the instance; answers whether that was done with, one way or the other. What could not
/// be asked now is asked again.
pub(crate) type Wake = Box<dyn Fn(u64) -> WakeFuture + Send + Sync>;
/// What a wake comes to.
pub(crate) type WakeFuture = std::pin::Pin<Box<dyn Future<Output = bool> + Send>>;

/// The timers of one instance.
pub(crate) struct Timers {
    most: usize,
    services: Weak<Services>,
    wake: OnceLock<Wake>,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    next: u64,
    ended: bool,
    by_token: HashMap<u64, Timer>,
}

struct Timer {
    number: u64,
    /// Dropped to stop it.
    _stop: oneshot::Sender<()>,
}

impl Timers {
    pub(crate) fn new(most: usize, services: Weak<Services>) -> Self {
        Self { most, services, wake: OnceLock::new(), running: Mutex::default() }
    }

    /// How the instance is woken; timers that ran off before wait for it.
    pub(crate) fn wake_by(&self, wake: Wake) {
        // Set once, by whoever made the instance.
        let _ = self.wake.set(wake);
    }

    pub(crate) fn after(&self, world: &Arc<World>, delay_ms: u64, token: u64) -> Answer {
        let at = world.now().saturating_add(Duration::from_millis(delay_ms));
        let (stop, mut stopped) = oneshot::channel::<()>();
        let number = {
            let mut running = self.lock();
            if running.ended {
                return Err(refused(api::HUB_UNAVAILABLE, "this instance is gone"));
            }
            if running.by_token.len() >= self.most && !running.by_token.contains_key(&token) {
                return Err(refused(api::HUB_EXHAUSTED, "as many timers run as may"));
            }
            running.next += 1;
            let number = running.next;
            running.by_token.insert(token, Timer { number, _stop: stop });
            number
        };
        let (services, world_of_timer) = (self.services.clone(), Arc::clone(world));
        world.spawn("plugin timer", async move {
            tokio::select! {
                () = world_of_timer.at(at) => {}
                _ = &mut stopped => return,
            }
            run_off(&services, &world_of_timer, (token, number), &mut stopped).await;
        });
        Ok(())
    }

    pub(crate) fn cancel(&self, token: u64) -> Answer {
        let timer = self.lock().by_token.remove(&token);
        timer.map(drop).ok_or_else(|| refused(api::HUB_NOT_FOUND, "no timer of this token runs"))
    }

    /// The instance is gone.
    pub(crate) fn end(&self) {
        let mut running = self.lock();
        running.ended = true;
        running.by_token.clear();
    }

    /// Takes the timer that ran off, so that its token is free while the instance is woken.
    fn take(&self, token: u64, number: u64) -> Option<Timer> {
        let mut running = self.lock();
        let counts = running.by_token.get(&token).is_some_and(|timer| timer.number == number);
        if counts { running.by_token.remove(&token) } else { None }
    }

    /// Puts it back, unless the token is in use again.
    fn restore(&self, token: u64, timer: Timer) -> bool {
        let mut running = self.lock();
        let free = !running.ended && !running.by_token.contains_key(&token);
        if free {
            running.by_token.insert(token, timer);
        }
        free
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the instance, and tries again while it cannot be asked: a reminder must not get lost
/// because a queue was full for a moment.
async fn run_off(
    services: &Weak<Services>,
    world: &World,
    (token, number): (u64, u64),
    stopped: &mut oneshot::Receiver<()>,
) {
    loop {
        let Some(services) = services.upgrade() else { return };
        if let Some(wake) = services.timers.wake.get() {
            let Some(timer) = services.timers.take(token, number) else { return };
            if wake(token).await || !services.timers.restore(token, timer) {
                return;
            }
        }
        drop(services);
        tokio::select! {
            () = world.at(world.now() + TRY_AGAIN) => {}
            _ = &mut *stopped => return,
        }
    }
}

const TRY_AGAIN: Duration = Duration::from_secs(1);
