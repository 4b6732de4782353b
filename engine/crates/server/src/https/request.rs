//! One request's life, for its socket and for the metrics: from its header to its reply's last byte.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use phytohub_exchange::CallError;
use phytohub_telemetry::Outcome;

use super::Door;
use super::socket::{Release, Socket};
use crate::budget::{Hold, Place};

/// A request being answered. It ends when the last piece of its reply is dropped.
pub(super) struct InFlight {
    door: Arc<Door>,
    socket: Arc<Socket>,
    started: Duration,
    replying: AtomicBool,
    told: Mutex<Told>,
}

/// What is known of a request so far.
struct Told {
    operation: &'static str,
    outcome: Outcome,
    /// What the request holds of the budgets until its reply is out.
    held: (Option<Place>, Vec<Hold>),
}

impl InFlight {
    pub(super) fn new(door: &Arc<Door>, socket: &Arc<Socket>) -> Arc<Self> {
        socket.activity.request_started();
        // Who goes away before the reply has refused it.
        let told =
            Told { operation: "unknown", outcome: Outcome::Refused, held: (None, Vec::new()) };
        Arc::new(Self {
            door: Arc::clone(door),
            socket: Arc::clone(socket),
            started: door.hub.clock().monotonic(),
            replying: AtomicBool::new(false),
            told: Mutex::new(told),
        })
    }

    /// The operation, once it is known.
    pub(super) fn set_operation(&self, operation: &'static str) {
        self.told().operation = operation;
    }

    /// How it ended.
    pub(super) fn set_outcome(&self, outcome: Outcome) {
        self.told().outcome = outcome;
    }

    /// Keeps the request's place until the end.
    pub(super) fn keep_place(&self, place: Place) {
        self.told().held.0 = Some(place);
    }

    /// Keeps some of the reply's bytes until the end.
    pub(super) fn keep_hold(&self, hold: Hold) {
        self.told().held.1.push(hold);
    }

    /// The reply begins.
    pub(super) fn reply_started(&self) {
        self.replying.store(true, Ordering::Relaxed);
        self.socket.activity.reply_started();
    }

    /// Bytes of the reply were taken, and with them a content ended.
    pub(super) fn progressed(&self, released: Option<Release>) {
        self.socket.progressed(released);
    }

    /// The reply cannot be finished: its status is long out, so all that is left is to break off.
    pub(super) fn broke_off(&self, error: &CallError) {
        self.set_outcome(Outcome::Failed);
        if let Some(silenced) = self.door.request_trouble.admit(self.door.hub.clock().monotonic()) {
            let peer = self.socket.address;
            tracing::error!(%peer, %error, silenced, "a content broke off while being sent");
        }
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let (operation, outcome) = {
            let told = self.told();
            (told.operation, told.outcome)
        };
        let time = self.door.hub.clock().monotonic().saturating_sub(self.started);
        self.door.hub.metrics().count_request(operation, outcome, time);
        if self.replying.load(Ordering::Relaxed) {
            self.socket.activity.reply_ended();
        }
        self.socket.activity.request_ended();
    }
}
