//! The threads that run a plugin: few, with large stacks, behind a queue that is never long.
//!
//! A call that does not return cannot be stopped. Its thread is counted as stuck and another takes
//! its place, a limited number of times; should it return after all, one of the two ends.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_domain::Clock;
use tokio::sync::Notify;

use crate::breadcrumb::Breadcrumbs;
use crate::generation::{Inside, InsideCell};
use crate::hook::Hook;
use crate::settings::{GRACE, STACK_BYTES};

/// Something to be done on a worker.
pub(crate) struct Job {
    pub(crate) hook: Hook,
    /// When its thread counts as stuck.
    pub(crate) limit: TimeLimit,
    /// Raised when nobody waits any more; a job that has not begun by then never does.
    pub(crate) cancelled: Arc<AtomicBool>,
    /// Given the instance, if there is one.
    pub(crate) work: Box<dyn FnOnce(Option<Arc<Inside>>) + Send>,
}

/// When a thread that does not return counts as stuck.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TimeLimit {
    /// This long after it began, and a little.
    FromBegin(Duration),
    /// This long after nobody waits any more: as long as somebody does, it may go on.
    FromCancel(Duration),
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("hook", &self.hook).finish_non_exhaustive()
    }
}

/// How many threads, and how many calls may wait for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolSize {
    pub(crate) workers: usize,
    pub(crate) queue: usize,
    pub(crate) stuck_max: usize,
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// As many wait as may.
    Full,
    /// The pool is closed.
    Closed,
}

/// The workers of one instance. Closing is explicit; threads that hang are left behind.
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    plugin: Arc<str>,
    size: PoolSize,
    breadcrumbs: Arc<Breadcrumbs>,
    clock: Arc<dyn Clock>,
    inside: Arc<InsideCell>,
    state: Mutex<PoolState>,
    work_came: Condvar,
    /// Told when a job or a thread ends, or counts as stuck.
    something_ended: Notify,
    named: AtomicU64,
}

#[derive(Default)]
struct PoolState {
    jobs: VecDeque<Job>,
    running: HashMap<u64, Running>,
    next: u64,
    /// Threads that serve, those that hang not counted.
    serving: usize,
    stuck: usize,
    /// No more calls are taken: what is still done belongs to the end.
    no_calls: bool,
    closed: bool,
}

struct Running {
    hook: Hook,
    limit: TimeLimit,
    /// Known from the beginning, or from when it was seen that nobody waits.
    stuck_at: Option<Duration>,
    cancelled: Arc<AtomicBool>,
    stuck: bool,
}

impl Running {
    fn is_late(&mut self, now: Duration) -> bool {
        if let (None, TimeLimit::FromCancel(time)) = (self.stuck_at, self.limit)
            && self.cancelled.load(Ordering::Acquire)
        {
            self.stuck_at = Some(now + time);
        }
        !self.stuck && self.stuck_at.is_some_and(|at| at <= now)
    }
}

/// What a look at the workers showed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Look {
    /// Hooks whose threads count as stuck from now on.
    pub(crate) newly_stuck: Vec<Hook>,
    /// Threads that hang.
    pub(crate) stuck: usize,
    /// Whether more hang than may: no thread is left that could take their places.
    pub(crate) too_many: bool,
}

impl Pool {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system gives none.
    pub(crate) fn start(
        plugin: Arc<str>,
        size: PoolSize,
        breadcrumbs: Arc<Breadcrumbs>,
        clock: Arc<dyn Clock>,
        inside: Arc<InsideCell>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            plugin,
            size,
            breadcrumbs,
            clock,
            inside,
            state: Mutex::default(),
            work_came: Condvar::new(),
            something_ended: Notify::new(),
            named: AtomicU64::new(1),
        });
        let pool = Self(shared);
        for _ in 0..size.workers {
            if let Err(error) = pool.0.start_thread() {
                pool.close();
                return Err(error);
            }
        }
        Ok(pool)
    }

    /// Takes a call, or gives it back at once.
    pub(crate) fn submit(&self, job: Job) -> Result<(), (Refused, Job)> {
        let mut state = self.0.lock();
        if state.no_calls {
            return Err((Refused::Closed, job));
        }
        if state.jobs.len() >= self.0.size.queue {
            // What nobody waits for any more makes room.
            state.jobs.retain(|job| !job.cancelled.load(Ordering::Acquire));
            if state.jobs.len() >= self.0.size.queue {
                return Err((Refused::Full, job));
            }
        }
        state.jobs.push_back(job);
        drop(state);
        self.0.work_came.notify_one();
        Ok(())
    }

    /// Takes what belongs to an instance's life, as long as there are threads.
    pub(crate) fn submit_own(&self, job: Job) -> Result<(), (Refused, Job)> {
        let mut state = self.0.lock();
        if state.closed {
            return Err((Refused::Closed, job));
        }
        state.jobs.push_back(job);
        drop(state);
        self.0.work_came.notify_one();
        Ok(())
    }

    /// From now on no calls are taken.
    pub(crate) fn refuse_calls(&self) {
        self.0.lock().no_calls = true;
    }

    /// Finds threads that hang now and puts others in their places, as many as may be.
    pub(crate) fn look(&self) -> Look {
        let now = self.0.clock.monotonic();
        let (mut look, mut missing) = (Look::default(), 0);
        {
            let mut state = self.0.lock();
            for one in state.running.values_mut() {
                if !one.is_late(now) {
                    continue;
                }
                one.stuck = true;
                one.cancelled.store(true, Ordering::Release);
                look.newly_stuck.push(one.hook);
            }
            let before = state.stuck;
            state.stuck += look.newly_stuck.len();
            state.serving = state.serving.saturating_sub(look.newly_stuck.len());
            let replaceable = self.0.size.stuck_max.saturating_sub(before);
            if !state.closed {
                missing = look.newly_stuck.len().min(replaceable);
            }
            look.stuck = state.stuck;
            look.too_many = state.stuck > self.0.size.stuck_max;
        }
        if !look.newly_stuck.is_empty() {
            self.0.something_ended.notify_waiters();
        }
        for _ in 0..missing {
            if let Err(error) = self.0.start_thread() {
                let plugin = &*self.0.plugin;
                tracing::error!(plugin, %error, "no thread for one that hangs");
                look.too_many = true;
            }
        }
        look
    }

    /// Threads that hang.
    pub(crate) fn stuck(&self) -> usize {
        self.0.lock().stuck
    }

    /// Calls that wait for a thread.
    pub(crate) fn waiting(&self) -> usize {
        self.0.lock().jobs.len()
    }

    /// Tells every call that nobody waits for it.
    pub(crate) fn cancel_all(&self) {
        let state = self.0.lock();
        let waiting = state.jobs.iter().map(|job| &job.cancelled);
        let running = state.running.values().map(|one| &one.cancelled);
        waiting.chain(running).for_each(|flag| flag.store(true, Ordering::Release));
    }

    /// Takes no more jobs; those that wait are still done.
    pub(crate) fn close(&self) {
        {
            let mut state = self.0.lock();
            (state.no_calls, state.closed) = (true, true);
        }
        self.0.work_came.notify_all();
    }

    /// Waits until no job waits or runs but those that hang.
    pub(crate) async fn idle(&self) {
        self.until(|state| state.jobs.is_empty() && state.running.values().all(|one| one.stuck))
            .await;
    }

    /// Waits until every thread has ended that does not hang.
    pub(crate) async fn ended(&self) {
        self.until(|state| state.serving == 0).await;
    }

    async fn until(&self, so: impl Fn(&PoolState) -> bool) {
        loop {
            let mut ended = std::pin::pin!(self.0.something_ended.notified());
            // Registered before the state is read, so that no end goes unheard.
            ended.as_mut().enable();
            if so(&self.0.lock()) {
                return;
            }
            ended.await;
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("plugin", &self.0.plugin).finish_non_exhaustive()
    }
}

impl Shared {
    fn start_thread(self: &Arc<Self>) -> std::io::Result<()> {
        let shared = Arc::clone(self);
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        // Counted before it runs, so that nobody sees a pool without threads at its start.
        self.lock().serving += 1;
        let thread = std::thread::Builder::new()
            .name(format!("plugin-{}-{number}", self.plugin))
            .stack_size(STACK_BYTES)
            .spawn(move || shared.serve());
        if thread.is_err() {
            self.lock().serving -= 1;
        }
        // Not joined by its handle, since one that hangs never ends: `Pool::ended` counts.
        thread.map(drop)
    }

    fn serve(&self) {
        let slot = self.breadcrumbs.slot(&self.plugin);
        while let Some((number, job)) = self.next_job() {
            let Job { hook, work, .. } = job;
            let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner).clone();
            slot.enter(hook);
            // A panic of the plugin never gets here; one of the bridge must not cost the thread.
            if catch_unwind(AssertUnwindSafe(|| work(inside))).is_err() {
                tracing::error!(plugin = &*self.plugin, %hook, "the bridge panicked: a bug");
            }
            slot.leave();
            if !self.done(number) {
                break;
            }
        }
        self.something_ended.notify_waiters();
    }

    /// The next job, or nothing: then the thread is no longer counted and ends.
    fn next_job(&self) -> Option<(u64, Job)> {
        let mut state = self.lock();
        loop {
            match state.jobs.pop_front() {
                // Dropped without being begun: whoever waited is told by that.
                Some(job) if job.cancelled.load(Ordering::Acquire) => drop(job),
                Some(job) => {
                    let number = state.next;
                    state.next += 1;
                    let (hook, limit) = (job.hook, job.limit);
                    let stuck_at = match limit {
                        TimeLimit::FromBegin(time) => Some(self.clock.monotonic() + time + GRACE),
                        TimeLimit::FromCancel(_) => None,
                    };
                    let cancelled = Arc::clone(&job.cancelled);
                    let running = Running { hook, limit, stuck_at, cancelled, stuck: false };
                    state.running.insert(number, running);
                    return Some((number, job));
                }
                None if state.closed => {
                    state.serving -= 1;
                    return None;
                }
                None => {
                    state = self.work_came.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// A job returned; answers whether its thread goes on.
    fn done(&self, number: u64) -> bool {
        let mut state = self.lock();
        self.something_ended.notify_waiters();
        let stuck = state.running.remove(&number).is_some_and(|one| one.stuck);
        if !stuck {
            return true;
        }
        state.stuck -= 1;
        // Its place was taken, unless there were too many.
        let wanted = state.serving < self.size.workers && !state.closed;
        state.serving += usize::from(wanted);
        wanted
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
