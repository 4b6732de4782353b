//! The load: senders and recipients as national systems are, each a thread with its own socket.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rustls::ClientConfig;

use crate::Failure;
use crate::content::Content;
use crate::https::Client;
use crate::ledger::{EntryId, Ledger};
use crate::soap::Request;

mod worker;

use worker::Worker;

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
    /// Whether what was not answered is sent again.
    resends: AtomicBool,
    unanswered: Mutex<Vec<(Sent, String)>>,
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
        Self {
            identities,
            ledger,
            counter: AtomicU64::new(1),
            resends: AtomicBool::new(false),
            unanswered: Mutex::default(),
        }
    }

    /// From now on, what was not answered is sent again: the hub has a window for that.
    pub fn resend(&self) {
        self.resends.store(true, Ordering::Release);
    }

    fn resends(&self) -> bool {
        self.resends.load(Ordering::Acquire)
    }

    fn leave_unanswered(&self, sent: Sent, content: &Content) {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        unanswered.push((sent, content.xml.clone()));
    }

    fn unanswered(&self, from: &str) -> Option<(Sent, String)> {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let place = unanswered.iter().position(|(sent, _)| sent.from == from)?;
        Some(unanswered.swap_remove(place))
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

/// A delivery that may be sent again.
#[derive(Clone, Debug)]
struct Sent {
    id: EntryId,
    from: &'static str,
    to: &'static str,
    certificate: String,
    named: bool,
}

impl Sent {
    fn request<'a>(&'a self, content: &'a str) -> Request<'a> {
        let channel = if self.named { CHANNEL } else { "" };
        let Self { from, to, certificate, .. } = self;
        Request::Deliver { from, to, certificate, channel, content }
    }
}

/// With the five recipients, twenty-one sockets: enough that a batch is made while one is written.
const SENDERS: usize = 16;

/// Deliveries of 2 to 3 MiB in one round; more would fill the disk in a thousand rounds.
const BIG_PER_LOAD: u32 = 3;
