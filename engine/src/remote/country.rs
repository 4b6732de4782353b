//! One connection of the hub elsewhere, with its own certificate: what comes for it, and what
//! becomes of what it sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{InboxCredit, QuicClient, QuicError, ReceivedEnvelope, StateChange};
use phytohub_domain::{Clock as _, ContentHash, HubDeliveryNumber};
use phytohub_exchange::Alarm as _;
use phytohub_exchange::plugin::{PluginEnvelope, PluginError};
use phytohub_server::{Shutdown, SystemClock, Tasks};
use phytohub_sps::{Limits, SpsDocument};
use phytohub_wire::quic::RefusalCode;
use phytohub_wire::soap::Content;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::journal::Journal;
use super::waiting::Waiting;
use crate::failure::told;

/// A connection of the hub elsewhere.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: String,
    client: QuicClient,
    /// True once the hub has said that the certificate is this connection's.
    known: watch::Sender<bool>,
    /// Until then plugins wait for that.
    grace: Instant,
    /// Until then the hub, which did not answer, is not asked for plugins.
    resting: Mutex<Option<Instant>>,
    waiting: Mutex<Waiting>,
}

impl Country {
    pub(super) fn new(code: String, client: QuicClient) -> Self {
        Self {
            code,
            client,
            known: watch::channel(false).0,
            grace: Instant::now() + GRACE,
            resting: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Asks the hub for a plugin. One that did not answer just now is not asked: the plugin comes
    /// again, and its threads are not held up by each thing that it has to say.
    pub(super) async fn ask<T, F>(
        &self,
        question: impl FnOnce(QuicClient) -> F,
    ) -> Result<T, PluginError>
    where
        F: Future<Output = Result<T, QuicError>>,
    {
        let mut known = self.known.subscribe();
        let heard =
            matches!(timeout_at(self.grace, known.wait_for(|known| *known)).await, Ok(Ok(_)));
        let rests = self.resting().is_some_and(|until| Instant::now() < until);
        if rests || !heard {
            return Err(PluginError::Unavailable(NOT_REACHED.into()));
        }
        let answer = question(self.client.clone()).await;
        let silent = !matches!(answer, Ok(_) | Err(QuicError::Refused { .. }));
        *self.resting() = silent.then(|| Instant::now() + REST);
        answer.map_err(refusal)
    }

    /// Has the hub say that the certificate is this connection's.
    async fn introduce(&self) -> Result<(), PluginError> {
        let profile = self.client.profile().await.map_err(refusal)?;
        if profile.code != self.code {
            let (own, said) = (&self.code, profile.code);
            let what = format!("the certificate of {own} is registered with {said} at the hub");
            return Err(PluginError::Unavailable(what));
        }
        if !self.known.send_replace(true) {
            tracing::info!(connection = self.code, "the hub is reached");
        }
        Ok(())
    }

    fn resting(&self) -> MutexGuard<'_, Option<Instant>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what comes and hears what becomes of what was sent, until it is time to stop.
    pub(super) fn run(
        self: &Arc<Self>,
        journal: &Arc<Journal>,
        clock: SystemClock,
        tasks: &Tasks,
        shutdown: &Shutdown,
    ) {
        let (this, book, mut stop) = (Arc::clone(self), Arc::clone(journal), shutdown.clone());
        tasks.spawn("inbox of a remote hub", async move {
            tokio::select! {
                () = this.receive(&book, clock) => {}
                () = stop.requested() => this.client.close().await,
            }
        });
        let (this, book, mut stop) = (Arc::clone(self), Arc::clone(journal), shutdown.clone());
        tasks.spawn("states of a remote hub", async move {
            tokio::select! {
                () = this.hear(&book, clock) => {}
                () = stop.requested() => {}
            }
        });
    }

    async fn receive(&self, journal: &Journal, clock: SystemClock) {
        self.until_known(clock).await;
        let mut inbox = self.client.inbox(InboxCredit::default());
        loop {
            let taken = match inbox.next().await {
                Ok(received) => self.take_in(journal, received).await,
                Err(error) => Err(refusal(error)),
            };
            if let Err(error) = taken {
                self.pause(clock, "what comes is not taken in", &error).await;
            }
        }
    }

    async fn take_in(
        &self,
        journal: &Journal,
        received: ReceivedEnvelope,
    ) -> Result<(), PluginError> {
        let (envelope, document) = opened(&received);
        if self.waiting().came(envelope.clone(), &document) {
            journal.came(&envelope).await?;
        }
        Ok(())
    }

    async fn hear(&self, journal: &Journal, clock: SystemClock) {
        self.until_known(clock).await;
        loop {
            // A new one begins with the word to look at everything.
            let mut watch = self.client.watch();
            let error = loop {
                let heard = match watch.next().await {
                    Ok(StateChange::Changed(header)) => match number_of(&header) {
                        Some(number) => {
                            let envelope = PluginEnvelope::elsewhere(number, &header);
                            journal.stands(&self.code, &envelope).await
                        }
                        None => Ok(()),
                    },
                    Ok(StateChange::Missed) => self.look(journal).await,
                    Err(error) => Err(refusal(error)),
                };
                if let Err(error) = heard {
                    break error;
                }
            };
            self.pause(clock, "states of what was sent are not heard", &error).await;
        }
    }

    /// Asks after all that is under way.
    async fn look(&self, journal: &Journal) -> Result<(), PluginError> {
        let mut after = None;
        loop {
            let numbers = journal.under_way(&self.code, after).await?;
            let Some(last) = numbers.last() else { return Ok(()) };
            after = Some(*last);
            let found = self.client.track(numbers.clone()).await.map_err(refusal)?;
            for (number, header) in numbers.into_iter().zip(found) {
                let envelope = PluginEnvelope::elsewhere(number, &header);
                journal.stands(&self.code, &envelope).await?;
            }
        }
    }

    async fn until_known(&self, clock: SystemClock) {
        while let Err(error) = self.introduce().await {
            self.pause(clock, "the hub is not reached", &error).await;
        }
    }

    async fn pause(&self, clock: SystemClock, what: &str, error: &PluginError) {
        let (connection, error) = (&*self.code, told(error));
        tracing::warn!(connection, error, "{what}; tried again in {} s", PAUSE.as_secs());
        clock.at(clock.monotonic() + PAUSE).await;
    }
}

/// An envelope and its document, as plugins are shown them.
pub(super) fn opened(received: &ReceivedEnvelope) -> (PluginEnvelope, Bytes) {
    let mut envelope = PluginEnvelope::elsewhere(received.number, &received.header);
    envelope.content_bytes = received.content.raw.len() as u64;
    envelope.content_hash = hash(&received.content);
    let document = Bytes::from(received.document());
    let marked = document.starts_with(BYTE_ORDER_MARK);
    let document = if marked { document.slice(BYTE_ORDER_MARK.len()..) } else { document };
    let reading = SpsDocument::read(&document, &Limits::default());
    envelope.response = reading.document.acknowledgement().is_some();
    (envelope, document)
}

/// The hash by which the hub knows a content.
pub(super) fn hash(content: &Content) -> ContentHash {
    let mut hasher = Sha256::new();
    hasher.update(ContentHash::DOMAIN);
    content.decode(&mut |piece| hasher.update(piece));
    ContentHash(hasher.finalize().into())
}

/// The number in a header that the hub told.
pub(super) fn number_of(header: &phytohub_domain::EnvelopeHeader) -> Option<HubDeliveryNumber> {
    header.hub_delivery_number.as_deref()?.parse().ok()
}

/// What a plugin is told when the hub elsewhere did not do what it asked. Only what cannot succeed
/// by being asked again is told as final.
fn refusal(error: QuicError) -> PluginError {
    let words = told(&error);
    match error {
        QuicError::Refused { code, message, .. } => refusal_of(code, message),
        _ => PluginError::Unavailable(words),
    }
}

pub(super) fn refusal_of(code: RefusalCode, message: String) -> PluginError {
    match code {
        RefusalCode::Invalid | RefusalCode::TooLarge => PluginError::Invalid(message),
        RefusalCode::Denied => PluginError::Denied,
        RefusalCode::NotFound => PluginError::NotFound,
        RefusalCode::Conflict => PluginError::Conflict(message),
        RefusalCode::Exhausted => PluginError::Exhausted(message),
        _ => PluginError::Unavailable(message),
    }
}

/// A hub that is there has said so by then.
const GRACE: Duration = Duration::from_secs(5);
/// After a question that was not answered.
const REST: Duration = Duration::from_secs(5);
const NOT_REACHED: &str = "the hub is not reached at present";
/// Between two tries after something that does not pass by itself; what does is tried sooner by the
/// client.
const PAUSE: Duration = Duration::from_secs(15);
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
