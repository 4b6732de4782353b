//! Polls tasks one by one, in an order that the dice decide. There is no runtime and no thread, so
//! nothing happens that the dice did not decide.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use phytohub_exchange::{Boxed, StartTask};

use super::dice::Dice;

/// Tasks of one process: what the hub runs, and the requests that are under way.
#[derive(Default)]
pub(crate) struct Executor {
    tasks: Vec<Task>,
    nursery: Arc<Nursery>,
}

/// Tasks that were started since the executor last looked.
#[derive(Default)]
pub(crate) struct Nursery(Mutex<Vec<Boxed<()>>>);

struct Task {
    future: Boxed<()>,
    woken: Arc<Woken>,
    waker: Waker,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Nursery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nursery")
    }
}

impl StartTask for Nursery {
    fn start(&self, _name: &'static str, future: Boxed<()>) {
        self.0.lock().expect("nothing panics").push(future);
    }
}

impl Executor {
    pub(crate) fn nursery(&self) -> Arc<Nursery> {
        Arc::clone(&self.nursery)
    }

    pub(crate) fn start(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.nursery.start("", Box::pin(future));
    }

    /// Polls one task that wants to be; whether there was one.
    pub(crate) fn step(&mut self, dice: &mut Dice) -> bool {
        for future in self.nursery.0.lock().expect("nothing panics").drain(..) {
            let woken = Arc::new(Woken(AtomicBool::new(true)));
            let waker = Waker::from(Arc::clone(&woken));
            self.tasks.push(Task { future, woken, waker });
        }
        let ready: Vec<usize> = (0..self.tasks.len()).filter(|at| self.is_woken(*at)).collect();
        if ready.is_empty() {
            return false;
        }
        let at = dice.pick(&ready);
        let task = self.tasks.get_mut(at).expect("it is there");
        task.woken.0.store(false, Ordering::Relaxed);
        let polled = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
        if polled == Poll::Ready(()) {
            drop(self.tasks.remove(at));
        }
        true
    }

    /// Drops all tasks, as the death of a process does. Those that were just started know where
    /// tasks are started, and would keep each other alive.
    pub(crate) fn clear(&mut self) {
        self.tasks.clear();
        let started = std::mem::take(&mut *self.nursery.0.lock().expect("nothing panics"));
        drop(started);
    }

    fn is_woken(&self, at: usize) -> bool {
        self.tasks.get(at).is_some_and(|task| task.woken.0.load(Ordering::Relaxed))
    }
}
