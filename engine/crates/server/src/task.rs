//! The only place that starts tasks: each has a name, is counted, and is joined at the drain.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_exchange::{Boxed, StartTask};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// Starts tasks and knows which ones run. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    running: Mutex<Running>,
    /// Told whenever the last task ends.
    idle: Notify,
}

#[derive(Debug, Default)]
struct Running {
    next: u64,
    tasks: HashMap<u64, Task>,
}

#[derive(Debug)]
struct Task {
    name: &'static str,
    /// Absent only between the task's registration and the return of its start.
    abort: Option<AbortHandle>,
}

impl Tasks {
    /// No tasks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task on the current runtime. A task that panics ends itself alone, with a log line.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts tasks")]
    pub fn spawn<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let id = {
            let mut running = self.0.lock();
            let id = running.next;
            running.next += 1;
            running.tasks.insert(id, Task { name, abort: None });
            id
        };
        // Made before the task starts and dropped with it: an aborted or panicked task leaves too.
        let place = Place { inner: Arc::clone(&self.0), id, name };
        let handle = tokio::spawn(async move {
            let _place = place;
            future.await;
        });
        if let Some(task) = self.0.lock().tasks.get_mut(&id) {
            task.abort = Some(handle.abort_handle());
        }
    }

    /// How many tasks run.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.lock().tasks.len()
    }

    /// Waits until every task has ended.
    ///
    /// # Errors
    /// When some still run after `deadline`: they are aborted and named.
    pub async fn join(&self, deadline: Duration) -> Result<(), TasksLeft> {
        let ended = async {
            loop {
                let mut idle = std::pin::pin!(self.0.idle.notified());
                // Registered before the count is read, so that no end goes unheard.
                idle.as_mut().enable();
                if self.count() == 0 {
                    return;
                }
                idle.await;
            }
        };
        if timeout(deadline, ended).await.is_ok() {
            return Ok(());
        }
        let mut names: Vec<(&'static str, usize)> = Vec::new();
        for task in self.0.lock().tasks.values() {
            if let Some(abort) = &task.abort {
                abort.abort();
            }
            match names.iter_mut().find(|(name, _)| *name == task.name) {
                Some((_, count)) => *count += 1,
                None => names.push((task.name, 1)),
            }
        }
        names.sort_unstable();
        if names.is_empty() { Ok(()) } else { Err(TasksLeft { names }) }
    }
}

impl StartTask for Tasks {
    fn start(&self, name: &'static str, future: Boxed<()>) {
        self.spawn(name, future);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Running> {
        // Nothing panics while the lock is held, and the map is right at every step.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running task's place in the map.
struct Place {
    inner: Arc<Inner>,
    id: u64,
    name: &'static str,
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "a task panicked: this is a bug");
        }
        let empty = {
            let mut running = self.inner.lock();
            running.tasks.remove(&self.id);
            running.tasks.is_empty()
        };
        if empty {
            self.inner.idle.notify_waiters();
        }
    }
}

/// Tasks were aborted, since they had not ended in time.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub struct TasksLeft {
    /// Name and number of what was left.
    pub names: Vec<(&'static str, usize)>,
}

impl fmt::Display for TasksLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tasks did not end in time and were aborted")?;
        self.names.iter().try_for_each(|(name, count)| write!(f, " {name}={count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn join_waits_for_every_task() {
        let tasks = Tasks::new();
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn("waits", async move {
            let _ = receiver.await;
        });
        tasks.spawn("tells", async move {
            let _ = sender.send(());
        });
        assert_eq!(tasks.join(Duration::from_secs(10)).await, Ok(()));
        assert_eq!(tasks.count(), 0);
    }

    #[tokio::test]
    async fn what_does_not_end_is_aborted_and_named() {
        let tasks = Tasks::new();
        tasks.spawn("stuck", std::future::pending());
        tasks.spawn("stuck", std::future::pending());
        let left = tasks.join(Duration::from_millis(5)).await.expect_err("two never end");
        assert_eq!(left.names, [("stuck", 2)]);
        assert_eq!(tasks.join(Duration::from_secs(10)).await, Ok(()), "aborted tasks leave");
    }

    #[tokio::test]
    async fn a_panicking_task_leaves_its_place() {
        let tasks = Tasks::new();
        tasks.spawn("panics", async { panic!("on purpose") });
        assert_eq!(tasks.join(Duration::from_secs(10)).await, Ok(()));
    }
}
