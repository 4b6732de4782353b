//! Where a call into a plugin lies while it runs: its `HubCall`, and what the plugin's answers go
//! to.
//!
//! A plugin is given no pointer into the host's memory to write to, only the number of a desk with
//! the turn that the call has there. Desks are never freed, and a turn comes again only after four
//! thousand million others; so a sink, a visitor or a call that a plugin kept beyond its call is
//! found out and refused. Visitors and sinks are for the thread of their call, since the host's
//! functions behind them are; diagnostics and the question whether a call was cancelled are for all.
#![expect(unsafe_code, reason = "keeps what is borrowed for a call where a plugin finds it")]

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::mem::transmute;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{fn_addr_eq, without_provenance_mut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phytohub_plugin_api::*;

use super::given::Given;
use super::host::struct_size;
use super::visitors::Taker;
use crate::instance::{CallContext, monotonic_ns};
use crate::limits;
use crate::services::{Answer, Refusal};

/// A call that runs.
pub(super) struct Turn<'a> {
    desk: &'static Desk,
    ctx: *mut c_void,
    borrowed: std::marker::PhantomData<&'a mut ()>,
}

/// What remains of a call.
pub(super) struct Remains {
    /// What the plugin said in the diagnostics.
    pub(super) diagnostics: String,
    /// What it gave that cannot be used, the first of it.
    pub(super) breach: Option<Refusal>,
}

impl<'a> Turn<'a> {
    /// Begins a call, whose answers go to `taker`.
    pub(super) fn begin(context: &CallContext, taker: Taker<'a>) -> Option<Self> {
        let (index, desk) = free_desk()?;
        // SAFETY: the turn's end, which cannot be missed (`Drop`), takes it back; and nobody but
        // this thread, which holds the turn, gets to it in between.
        let taker = unsafe { transmute::<Taker<'a>, Taker<'static>>(taker) };
        let mut state = desk.lock();
        let ctx = state.begin(index, context, taker);
        drop(state);
        let call = HubCall {
            struct_size: struct_size::<HubCall>(),
            flags: 0,
            deadline_ns: context.deadline_ns,
            trace_id: context.trace_id,
            span_id: context.span_id,
            cancelled: Some(cancelled),
            diagnostics: HubSink { ctx, write: Some(diagnose) },
        };
        // SAFETY: who took the desk (`busy`) is alone with it.
        unsafe { desk.call.get().write(call) };
        Some(Self { desk, ctx, borrowed: std::marker::PhantomData })
    }

    /// What the plugin gets as its call.
    pub(super) const fn call(&self) -> *const HubCall {
        self.desk.call.get().cast_const()
    }

    /// What the plugin gets as the `ctx` of a visitor or a sink.
    pub(super) const fn ctx(&self) -> *mut c_void {
        self.ctx
    }

    /// Ends the call.
    pub(super) fn end(self) -> Remains {
        let mut state = self.desk.lock();
        let diagnostics = String::from_utf8_lossy(state.said()).into_owned();
        Remains { diagnostics, breach: state.breach.take().map(|breach| *breach) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.desk.lock();
        state.turn = state.turn.wrapping_add(1);
        state.taker = Taker::Nothing;
        state.cancelled = None;
        state.breach = None;
        state.said = 0;
        state.refusal = 0..0;
        drop(state);
        self.desk.busy.store(false, Ordering::Release);
    }
}

struct Desk {
    busy: AtomicBool,
    call: UnsafeCell<HubCall>,
    state: Mutex<State>,
}

// SAFETY: `call` is written by the one who took the desk (`busy`), before the call; while it runs
// it is only read.
unsafe impl Sync for Desk {}

struct State {
    turn: u32,
    /// Who began the turn: a number of [`this_thread`].
    thread: usize,
    cancelled: Option<Arc<AtomicBool>>,
    deadline_ns: u64,
    taker: Taker<'static>,
    taken: u32,
    /// In a box, so that a desk where nobody sits is all zeros and takes no room in the binary.
    breach: Option<Box<Refusal>>,
    said: usize,
    /// Where the last refusal of the hub stands in the diagnostics.
    refusal: Range<usize>,
    diagnostics: [u8; limits::DIAGNOSTICS_BYTES],
}

// SAFETY: of `taker`, which alone is not `Send`, nothing is used but on the thread `thread`, to
// which it belongs.
unsafe impl Send for State {}

impl Desk {
    const fn new() -> Self {
        let call = HubCall {
            struct_size: 0,
            flags: 0,
            deadline_ns: 0,
            trace_id: [0; 16],
            span_id: [0; 8],
            cancelled: None,
            diagnostics: HubSink { ctx: std::ptr::null_mut(), write: None },
        };
        let state = State {
            turn: 0,
            thread: 0,
            cancelled: None,
            deadline_ns: 0,
            taker: Taker::Nothing,
            taken: 0,
            breach: None,
            said: 0,
            refusal: 0..0,
            diagnostics: [0; limits::DIAGNOSTICS_BYTES],
        };
        Self { busy: AtomicBool::new(false), call: UnsafeCell::new(call), state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A taker that panicked left nothing behind that another call could trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(&mut self, index: usize, context: &CallContext, taker: Taker<'static>) -> *mut c_void {
        self.thread = this_thread();
        self.cancelled = Some(Arc::clone(&context.cancelled));
        self.deadline_ns = context.deadline_ns;
        self.taker = taker;
        self.taken = 0;
        // One more than the index, so that no desk's number is null.
        without_provenance_mut((self.turn as usize) << 32 | (index + 1))
    }

    fn said(&self) -> &[u8] {
        self.diagnostics.get(..self.said).unwrap_or_default()
    }

    /// Takes words of the plugin.
    fn say(&mut self, bytes: &[u8]) -> HubStatus {
        if self.said > 0 && self.said == self.refusal.end {
            self.write(b"; ");
        }
        self.write(bytes)
    }

    /// Takes the reason of a refusal of the hub. One about which the plugin said nothing did not
    /// matter, and goes: else what is looked for and not found would leave no room for the reason.
    fn say_refusal(&mut self, reason: &[u8]) {
        if self.said > 0 && self.said == self.refusal.end {
            self.said = self.refusal.start;
        }
        let start = self.said;
        if start > 0 {
            self.write(b"; ");
        }
        self.write(reason);
        self.refusal = start..self.said;
    }

    fn write(&mut self, bytes: &[u8]) -> HubStatus {
        let room = self.diagnostics.get_mut(self.said..).unwrap_or_default();
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        let fits = bytes.len() <= room.len();
        self.said += bytes.len().min(room.len());
        if fits { HUB_OK } else { HUB_EXHAUSTED }
    }
}

/// Hands what a plugin gives to the taker of its call. Nothing unwinds out of it.
///
/// # Safety
///
/// What `take` reads was given by a plugin to the function that calls this.
pub(super) unsafe fn take(
    ctx: *mut c_void,
    take: impl for<'a> FnOnce(Given<'a>, &mut Taker<'_>, u32) -> Answer,
) -> HubStatus {
    let Some(mut state) = state_of(ctx) else { return HUB_NOT_FOUND };
    if state.thread != this_thread() {
        state.breach.get_or_insert_with(|| {
            let text = "a visitor was called on another thread than its call's";
            Box::new(Refusal::new(HUB_INVALID, text))
        });
        return HUB_INVALID;
    }
    state.taken = state.taken.saturating_add(1);
    // SAFETY: the caller's promise.
    let given = unsafe { Given::new() };
    let state = &mut *state;
    let (taker, taken) = (&mut state.taker, state.taken);
    let outcome = catch_unwind(AssertUnwindSafe(|| take(given, taker, taken)));
    let refusal = match outcome {
        Ok(Ok(())) => return HUB_OK,
        Ok(Err(refusal)) => refusal,
        Err(payload) => {
            // A payload may panic when it is dropped.
            std::mem::forget(payload);
            Refusal::new(HUB_INTERNAL, "the hub panicked")
        }
    };
    let status = refusal.status;
    if matches!(status, HUB_INVALID | HUB_INTERNAL) {
        state.breach.get_or_insert_with(|| Box::new(refusal));
    }
    status
}

/// `HubCall::diagnostics.write`.
pub(super) unsafe extern "C" fn diagnose(ctx: *mut c_void, bytes: HubBytes) -> HubStatus {
    let Some(mut state) = state_of(ctx) else { return HUB_NOT_FOUND };
    // SAFETY: the bytes are the plugin's argument.
    let given = unsafe { Given::new() };
    match given.bytes("diagnostics", bytes, limits::CUT_TEXT_BYTES) {
        Ok(bytes) => state.say(bytes),
        Err(refusal) => refusal.status,
    }
}

/// Writes why the hub refuses what a plugin asked in this call.
pub(super) fn refuse(sink: HubSink, reason: &[u8]) {
    let Some(write) = sink.write else { return };
    // The plugin may ask in the call that it is in.
    if fn_addr_eq(write, diagnose as unsafe extern "C" fn(*mut c_void, HubBytes) -> HubStatus) {
        if let Some(mut state) = state_of(sink.ctx) {
            state.say_refusal(reason);
        }
        return;
    }
    // SAFETY: `HubSink::write` with its own `ctx`, during the call that got it.
    unsafe { write(sink.ctx, HubBytes::new(reason)) };
}

/// `HubCall::cancelled`.
unsafe extern "C" fn cancelled(call: *const HubCall) -> u32 {
    // SAFETY: the call is the plugin's argument: one that it was given, or a copy of that.
    let given = unsafe { Given::new() };
    let state = given.structure(call).ok().and_then(|call| state_of(call.diagnostics.ctx));
    // A call that is over is one that nobody waits for.
    let Some(state) = state else { return 1 };
    let asked_to = state.cancelled.as_ref().is_none_or(|flag| flag.load(Ordering::Relaxed));
    let late = state.deadline_ns != 0 && monotonic_ns() >= state.deadline_ns;
    u32::from(asked_to || late)
}

fn state_of(ctx: *mut c_void) -> Option<MutexGuard<'static, State>> {
    let number = ctx.addr();
    let desk = DESKS.get((number & 0xFFFF_FFFF).checked_sub(1)?)?;
    if !desk.busy.load(Ordering::Acquire) {
        return None;
    }
    let state = desk.lock();
    (state.turn as usize == number >> 32).then_some(state)
}

/// Takes a desk that nobody has; the one that this thread had the last time, as a rule.
fn free_desk() -> Option<(usize, &'static Desk)> {
    let (before, after) = DESKS.split_at(this_thread() % DESKS.len());
    let at = before.len();
    let found = after.iter().chain(before).position(|desk| {
        desk.busy.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    })?;
    let index = (at + found) % DESKS.len();
    DESKS.get(index).map(|desk| (index, desk))
}

/// A number that no other thread has, nor had.
fn this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local! {
        static THIS: Cell<usize> = const { Cell::new(0) };
    }
    THIS.with(|this| {
        if this.get() == 0 {
            this.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        this.get()
    })
}

static DESKS: [Desk; limits::CALLS_AT_ONCE] = [const { Desk::new() }; limits::CALLS_AT_ONCE];
