//! Bytes between a task and a thread that may block, never many at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use phytohub_plugin_loader::Status;

/// One direction of a request: of its four ends two are for a task and two for a thread.
#[derive(Debug)]
pub(super) struct Pipe {
    state: Mutex<State>,
    moved: Condvar,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Bytes>,
    bytes: usize,
    end: Option<End>,
    /// The task that waits, at whichever end it is.
    task: Option<Waker>,
}

/// How a pipe ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// All was put in; what is left may be taken out.
    Whole,
    /// Nothing goes in or out any more, for this reason.
    Broken(Status),
}

/// What came of waiting on a thread.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Blocked {
    /// It was not done in time.
    Late,
    /// The pipe is at its end.
    Ended(End),
}

impl Pipe {
    /// An empty pipe, which takes another piece while fewer bytes than this are in it.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { state: Mutex::default(), moved: Condvar::new(), bytes_max }
    }

    /// A thread puts a piece in, waiting for room.
    pub(super) fn put_blocking(&self, piece: Bytes, time: Duration) -> Result<(), Blocked> {
        let full = |state: &mut State| state.bytes >= self.bytes_max && state.end.is_none();
        let (mut state, waited) = self.wait(time, full);
        match state.end {
            Some(end) => return Err(Blocked::Ended(end)),
            None if waited => return Err(Blocked::Late),
            None => {}
        }
        self.put(&mut state, piece);
        Ok(())
    }

    /// A thread takes a piece out, waiting for one; nothing at the end.
    pub(super) fn take_blocking(&self, time: Duration) -> Result<Option<Bytes>, Blocked> {
        let empty = |state: &mut State| state.pieces.is_empty() && state.end.is_none();
        let (mut state, _) = self.wait(time, empty);
        match (take(&mut state), state.end) {
            (_, Some(end @ End::Broken(_))) => Err(Blocked::Ended(end)),
            (Some(piece), _) => {
                self.tell(&mut state);
                Ok(Some(piece))
            }
            (None, Some(End::Whole)) => Ok(None),
            (None, None) => Err(Blocked::Late),
        }
    }

    /// A task waits until a piece may be put in; an error once none ever may.
    pub(super) fn poll_room(&self, context: &mut Context<'_>) -> Poll<Result<(), End>> {
        let mut state = self.lock();
        match state.end {
            Some(end) => Poll::Ready(Err(end)),
            None if state.bytes < self.bytes_max => Poll::Ready(Ok(())),
            None => {
                state.task = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// A task puts a piece in, there being room.
    pub(super) fn put_now(&self, piece: Bytes) {
        let mut state = self.lock();
        if state.end.is_none() {
            self.put(&mut state, piece);
        }
    }

    /// A task takes a piece out; `None` at the end.
    pub(super) fn poll_take(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Status>> {
        let mut state = self.lock();
        if let Some(End::Broken(status)) = state.end {
            return Poll::Ready(Err(status));
        }
        match (take(&mut state), state.end) {
            (Some(piece), _) => {
                self.moved.notify_all();
                Poll::Ready(Ok(Some(piece)))
            }
            (None, Some(_)) => Poll::Ready(Ok(None)),
            (None, None) => {
                state.task = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// A task waits until all was put in, or this many bytes were.
    pub(super) fn poll_settled(&self, context: &mut Context<'_>, bytes: usize) -> Poll<()> {
        let mut state = self.lock();
        if state.end.is_some() || state.bytes >= bytes.min(self.bytes_max) {
            return Poll::Ready(());
        }
        state.task = Some(context.waker().clone());
        Poll::Pending
    }

    /// All pieces, if all were put in.
    pub(super) fn take_whole(&self) -> Option<Vec<Bytes>> {
        let mut state = self.lock();
        if state.end != Some(End::Whole) {
            return None;
        }
        state.bytes = 0;
        Some(state.pieces.drain(..).collect())
    }

    /// Ends it; the first end counts, but a broken pipe is broken whatever it was before.
    pub(super) fn end(&self, end: End) {
        let mut state = self.lock();
        match (state.end, end) {
            (Some(End::Broken(_)), _) | (Some(End::Whole), End::Whole) => return,
            _ => state.end = Some(end),
        }
        if matches!(end, End::Broken(_)) {
            state.pieces.clear();
            state.bytes = 0;
        }
        self.tell(&mut state);
    }

    fn put(&self, state: &mut State, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        state.bytes += piece.len();
        state.pieces.push_back(piece);
        self.tell(state);
    }

    fn tell(&self, state: &mut State) {
        self.moved.notify_all();
        if let Some(task) = state.task.take() {
            task.wake();
        }
    }

    fn wait(
        &self,
        time: Duration,
        condition: impl FnMut(&mut State) -> bool,
    ) -> (MutexGuard<'_, State>, bool) {
        let waited = self.moved.wait_timeout_while(self.lock(), time, condition);
        let (state, result) = waited.unwrap_or_else(PoisonError::into_inner);
        (state, result.timed_out())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(state: &mut State) -> Option<Bytes> {
    let piece = state.pieces.pop_front()?;
    state.bytes -= piece.len();
    Some(piece)
}
