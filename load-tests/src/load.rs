//! The load: senders and recipients as national systems are, each a thread with its own socket.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rustls::ClientConfig;

use crate::Failure;
use crate::content::{Content, hash_of};
use crate::https::{CallError, Client};
use crate::ledger::{Acknowledge, Broken, EntryId, Ledger};
use crate::soap::{Answer, Envelope, Request};

/// The connections of every hub under test: three that pull, one that has a service of its own,
/// one that at times has the mail of `AR`, and a channel that gets copies.
pub const CODES: [&str; 6] = ["NO", "LK", "AR", PUSHED, DELEGATE, CHANNEL];
/// Has a service of its own, to which envelopes are brought.
pub const PUSHED: &str = "TH";
/// At times has the mail of [`DELEGATING`].
pub const DELEGATE: &str = "EU";
/// Gets copies of all that comes for [`COPIED`], and of what names it.
pub const CHANNEL: &str = "ASW";
/// Whose mail is at times its delegate's.
pub const DELEGATING: &str = "AR";
/// Of whose mail the channel gets copies.
pub const COPIED: &str = "LK";
/// Whose service is told what becomes of what it sent.
pub const TOLD: &str = "NO";

/// Those that send.
const SENDING: [&str; 3] = ["NO", "LK", "AR"];
/// Those that pull; one thread for each inbox.
const PULLING: [&str; 5] = ["NO", "LK", "AR", DELEGATE, CHANNEL];

/// What all threads of one hub's life share.
#[derive(Debug)]
pub struct Field {
    /// Each connection's client identity, in the order of [`CODES`].
    identities: Vec<Arc<ClientConfig>>,
    ledger: Arc<Mutex<Ledger>>,
    /// Counts deliveries: the seed of each content, and its certificate number.
    counter: AtomicU64,
}

/// One round of load.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who start a load")]
pub struct Load {
    /// Where the hub listens.
    pub address: SocketAddr,
    /// Of every decision.
    pub seed: u64,
    /// Whether faults were ordered: then an honest refusal is no finding.
    pub faults_expected: bool,
}

/// What is known when a load is over.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct LoadEnd {
    /// Sockets that broke before the load was told to stop.
    pub broken_early: u32,
}

impl Field {
    /// A field for a new hub.
    #[must_use]
    pub fn new(identities: Vec<Arc<ClientConfig>>) -> Self {
        let mut ledger = Ledger::default();
        ledger.shared = &[DELEGATING];
        let ledger = Arc::new(Mutex::new(ledger));
        Self { identities, ledger, counter: AtomicU64::new(1) }
    }

    /// The ledger, for a service that notes what comes to it.
    #[must_use]
    pub fn shared_ledger(&self) -> Arc<Mutex<Ledger>> {
        Arc::clone(&self.ledger)
    }

    /// The TLS side of a connection's clients.
    #[must_use]
    pub fn identity(&self, code: &str) -> Arc<ClientConfig> {
        let place = CODES.iter().position(|known| *known == code).unwrap_or_default();
        Arc::clone(&self.identities[place])
    }

    /// The ledger.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client of a connection.
    #[must_use]
    pub fn client(&self, code: &str, address: SocketAddr) -> Client {
        Client::new(address, self.identity(code))
    }

    /// Loads a hub while `during` runs, then stops. `during` is told when a socket breaks.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn load<R>(
        &self,
        load: &Load,
        broken: SyncSender<()>,
        during: impl FnOnce(&AtomicBool) -> R,
    ) -> Result<(R, LoadEnd), Failure> {
        let stop = AtomicBool::new(false);
        let broken_early = AtomicU32::new(0);
        let big_left = AtomicU32::new(BIG_PER_LOAD);
        let result = thread::scope(|scope| -> Result<R, Failure> {
            for number in 0..SENDERS + PULLING.len() {
                let seed = load.seed.wrapping_mul(31).wrapping_add(number as u64);
                // One recipient for each inbox: what is offered in which order is known only then.
                let recipient = PULLING.get(number);
                let code = recipient.unwrap_or(&SENDING[number % SENDING.len()]);
                let mut worker = Worker {
                    field: self,
                    code,
                    client: self.client(code, load.address),
                    rng: StdRng::seed_from_u64(seed),
                    stop: &stop,
                    broken: broken.clone(),
                    broken_early: &broken_early,
                    big_left: &big_left,
                    faults_expected: load.faults_expected,
                    over: false,
                };
                let is_recipient = recipient.is_some();
                let name = if is_recipient { "recipient" } else { "sender" };
                thread::Builder::new().name(name.into()).spawn_scoped(scope, move || {
                    if is_recipient { worker.receive() } else { worker.send() }
                })?;
            }
            let result = during(&stop);
            stop.store(true, Ordering::Release);
            Ok(result)
        });
        let broken_early = broken_early.load(Ordering::Relaxed);
        Ok((result?, LoadEnd { broken_early }))
    }
}

struct Worker<'a> {
    field: &'a Field,
    code: &'static str,
    client: Client,
    rng: StdRng,
    stop: &'a AtomicBool,
    broken: SyncSender<()>,
    broken_early: &'a AtomicU32,
    big_left: &'a AtomicU32,
    faults_expected: bool,
    over: bool,
}

impl Worker<'_> {
    fn goes_on(&self) -> bool {
        !self.over && !self.stop.load(Ordering::Acquire)
    }

    /// An answer, or none: then the hub is gone, or refused for now.
    fn call(&mut self, request: &Request<'_>) -> Option<Answer> {
        let stopped = self.stop.load(Ordering::Acquire);
        match self.client.call(request) {
            Ok(Answer::Fault(fault)) if self.faults_expected => self.refused(&fault),
            Ok(answer) => return Some(answer),
            Err(CallError::Busy(fault)) => self.refused(&fault),
            Err(error @ (CallError::NotSent(_) | CallError::Unanswered(_))) => {
                self.over = true;
                if matches!(error, CallError::Unanswered(_)) {
                    self.field.ledger().unanswered();
                }
                if !stopped && !self.stop.load(Ordering::Acquire) {
                    self.broken_early.fetch_add(1, Ordering::Relaxed);
                }
                // Full means that somebody else has told already.
                let _ = self.broken.try_send(());
            }
            Err(CallError::Odd(text)) => {
                self.over = true;
                self.field.ledger().find(Broken::Misbehaved, text);
            }
        }
        None
    }

    fn refused(&mut self, fault: &str) {
        self.field.ledger().refused(fault);
        thread::park_timeout(AFTER_REFUSAL);
    }

    // ---- senders

    fn send(&mut self) {
        let mut series: Option<(String, &'static str)> = None;
        let mut own = Vec::new();
        while self.goes_on() {
            let waits = self.field.ledger().backlog() > BACKLOG_MAX;
            if (waits || self.rng.random_bool(0.1))
                && let Some(id) = own.choose(&mut self.rng).copied()
            {
                self.track(id);
                continue;
            }
            let counter = self.field.counter.fetch_add(1, Ordering::Relaxed);
            let to = match self.rng.random_range(0..20) {
                0..4 => PUSHED,
                place => SENDING[place % SENDING.len()],
            };
            let fresh = (format!("C-{counter}"), to);
            let in_series = series.is_some() || self.rng.random_bool(0.2);
            let (certificate, to) = series.take().unwrap_or(fresh);
            // Contents of one certificate number must differ, and short ones may not.
            let bytes = self.size().max(if in_series { 64 } else { 1 });
            if in_series && self.rng.random_bool(0.6) {
                series = Some((certificate.clone(), to));
            }
            let content = Content::new(counter, bytes);
            own.extend(self.deliver(to, &certificate, &content));
        }
    }

    /// Mostly small, evenly over the orders of magnitude; a few that the hub takes in chunks.
    fn size(&mut self) -> usize {
        let one_more = |left: u32| left.checked_sub(1);
        let big = self.rng.random_ratio(1, 16)
            && self.big_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok();
        if big {
            return self.rng.random_range(2 << 20..3 << 20);
        }
        let magnitude = self.rng.random_range(0..=15);
        self.rng.random_range(1 << magnitude..=2 << magnitude)
    }

    fn deliver(
        &mut self,
        to: &'static str,
        certificate: &str,
        content: &Content,
    ) -> Option<EntryId> {
        let from = self.code;
        let named = self.rng.random_ratio(1, 10);
        let id = {
            let mut ledger = self.field.ledger();
            if named || to == COPIED {
                let parties = (from, to);
                ledger.copied_delivery_begins(parties, CHANNEL, certificate, content.hash)
            } else {
                ledger.delivery_begins(from, to, certificate, content.hash)
            }
        };
        let channel = if named { CHANNEL } else { "" };
        let content = &content.xml;
        let request = Request::Deliver { from, to, certificate, channel, content };
        let answer = self.call(&request)?;
        let mut ledger = self.field.ledger();
        match answer {
            Answer::Envelopes(envelopes) if envelopes.len() == 1 => {
                let header = &envelopes[0];
                if header.number.is_empty() || header.state != "PendingDelivery" {
                    ledger.find(Broken::Misbehaved, format!("a delivery was rejected: {header:?}"));
                    return None;
                }
                ledger.delivery_answered(id, &header.number);
                ledger.copies_told(id, &header.forwardings);
                Some(id)
            }
            other => {
                ledger.find(Broken::Misbehaved, format!("a delivery was answered {other:?}"));
                None
            }
        }
    }

    fn track(&mut self, id: EntryId) {
        let (before, number) = {
            let ledger = self.field.ledger();
            (ledger.entry(id).possible, ledger.entry(id).number.clone())
        };
        let Some(number) = number else { return };
        match self.call(&Request::Track(&number)) {
            // It was given back since it was pulled, and is its delegate's no more.
            Some(Answer::Envelopes(headers))
                if self.code == DELEGATE
                    && headers.iter().all(|header| header.state == "EnvelopeNotExists") => {}
            Some(Answer::Envelopes(headers)) if headers.len() == 1 => {
                self.field.ledger().state_told(id, before, &headers[0]);
            }
            Some(other) => self.field.ledger().missing(id, &format!("tracking: {other:?}")),
            None => {}
        }
    }

    // ---- recipients

    fn receive(&mut self) {
        while self.goes_on() {
            let whole = self.rng.random_bool(0.6);
            let request = if whole { Request::Pull } else { Request::Headers };
            let Some(Answer::Envelopes(envelopes)) = self.call(&request) else {
                self.field.ledger().order_begins_anew(self.code);
                continue;
            };
            if envelopes.is_empty() {
                thread::park_timeout(WHEN_EMPTY);
            }
            for envelope in envelopes {
                if !self.goes_on() {
                    break;
                }
                let id = if whole { self.take(&envelope) } else { self.take_single(&envelope) };
                if let Some(id) = id
                    && self.rng.random_bool(0.85)
                {
                    self.acknowledge(id, &envelope.number);
                }
            }
        }
    }

    fn take(&mut self, envelope: &Envelope) -> Option<EntryId> {
        let mut ledger = self.field.ledger();
        let hash = envelope.content.as_deref().map(hash_of);
        if !ledger.offered(whose_mail(self.code), envelope, hash) {
            ledger.find(Broken::Lost, format!("{} was pulled without content", envelope.number));
        }
        ledger.by_number(&envelope.number)
    }

    /// Takes an envelope that a list named. One that is not known yet must be looked into at once,
    /// or its place in the order would be missed.
    fn take_single(&mut self, header: &Envelope) -> Option<EntryId> {
        let known = self.field.ledger().offered(whose_mail(self.code), header, None);
        if known && self.rng.random_bool(0.5) {
            return None;
        }
        match self.call(&Request::PullSingle(&header.number))? {
            Answer::Envelopes(envelopes) if envelopes.len() == 1 => self.take(&envelopes[0]),
            // It was moved between the two requests.
            Answer::Fault(_) if header.to == DELEGATING && self.code != CHANNEL => None,
            other => {
                let text = format!("{} is listed and not pulled: {other:?}", header.number);
                self.field.ledger().find(Broken::Lost, text);
                None
            }
        }
    }

    fn acknowledge(&mut self, id: EntryId, number: &str) {
        self.acknowledge_once(id, number);
        if self.rng.random_bool(0.1) {
            self.acknowledge_once(id, number);
        }
        if self.rng.random_bool(0.3) {
            self.track(id);
        }
    }

    fn acknowledge_once(&mut self, id: EntryId, number: &str) {
        let kind = match self.rng.random_range(0..10) {
            0..=6 => Acknowledge::Receipt,
            7 | 8 => Acknowledge::Advanced,
            _ => Acknowledge::Failed,
        };
        let words = {
            let mut ledger = self.field.ledger();
            ledger.acknowledgement_begins(id, kind);
            kind.state().words(&ledger.entry(id).certificate).unwrap_or_default()
        };
        let request = match kind {
            Acknowledge::Receipt => Request::Acknowledge(number),
            Acknowledge::Advanced => Request::AcknowledgeWithWarnings(number, &words),
            Acknowledge::Failed => Request::AcknowledgeFailed(number, &words),
        };
        match self.call(&request) {
            Some(Answer::Envelopes(_)) => self.field.ledger().acknowledgement_answered(id, kind),
            // Moved since it was pulled: its new holder acknowledges.
            Some(Answer::Fault(_)) if self.may_have_moved(id) => {}
            Some(Answer::Fault(fault)) => self.field.ledger().missing(id, &fault),
            None => {}
        }
    }

    fn may_have_moved(&self, id: EntryId) -> bool {
        let ledger = self.field.ledger();
        let entry = ledger.entry(id);
        entry.to == DELEGATING && !entry.is_copy
    }
}

/// In a delegate's inbox lies what is for its country.
fn whose_mail(code: &'static str) -> &'static str {
    if code == DELEGATE { DELEGATING } else { code }
}

/// With the five recipients, nine sockets: enough that commits are shared.
const SENDERS: usize = 4;

/// Deliveries of 2 to 3 MiB in one round; more would fill the disk in a thousand rounds.
const BIG_PER_LOAD: u32 = 3;

/// With more than this untaken, senders track instead: the check after a restart reads it all.
const BACKLOG_MAX: u64 = 300;

const AFTER_REFUSAL: Duration = Duration::from_millis(5);
const WHEN_EMPTY: Duration = Duration::from_millis(2);
