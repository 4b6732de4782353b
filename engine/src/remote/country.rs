//! One connection of the hub elsewhere, with its own certificate: what comes for it, and what
//! becomes of what it sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{InboxCredit, QuicClient, QuicError, ReceivedEnvelope, StateChange};
use phytohub_domain::{Clock as _, ContentHash, HubDeliveryNumber};
use phytohub_exchange::Alarm as _;
use phytohub_exchange::admin::LineView;
use phytohub_exchange::plugin::{PluginEnvelope, PluginError};
use phytohub_server::{Shutdown, SystemClock, Tasks};
use phytohub_wire::quic::{KnownConnection, RefusalCode};
use phytohub_wire::soap::Content;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::Way;
use super::journal::Journal;
use super::line::Line;
use super::waiting::Waiting;
use crate::failure::told;

/// A connection of the hub elsewhere.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: String,
    /// How the hub is called now.
    way: watch::Sender<Way>,
    /// True once the hub has said that the certificate is this connection's.
    known: watch::Sender<bool>,
    /// Until then plugins wait for that.
    grace: Instant,
    /// Until then the hub, which did not answer, is not asked for plugins.
    resting: Mutex<Option<Instant>>,
    waiting: Mutex<Waiting>,
    line: Mutex<Line>,
    /// Who is connected there, and when it told that.
    directory: Mutex<Option<(Instant, Arc<Vec<KnownConnection>>)>>,
}

impl Country {
    pub(super) fn new(code: String, way: Way, clock: SystemClock) -> Self {
        Self {
            code,
            way: watch::channel(way).0,
            known: watch::channel(false).0,
            grace: Instant::now() + GRACE,
            resting: Mutex::default(),
            waiting: Mutex::default(),
            line: Mutex::new(Line::new(clock.now())),
            directory: Mutex::default(),
        }
    }

    /// Calls the hub in another way from now on; whether it is another.
    pub(super) fn take(&self, way: Way, clock: SystemClock) -> bool {
        let other = !self.way.borrow().is_same(&way);
        if other {
            // Whose certificate the new one is must be asked.
            self.known.send_replace(false);
            self.stands(false, clock);
            *lock(&self.resting) = None;
            self.way.send_replace(way);
        }
        other
    }

    fn client(&self) -> QuicClient {
        self.way.borrow().client.clone()
    }

    /// How the line is, for the operator.
    pub(super) async fn view(&self, journal: &Journal) -> Result<LineView, PluginError> {
        let (line, hub) = (lock(&self.line).clone(), self.way.borrow().address.clone());
        Ok(LineView {
            connection: self.code.clone(),
            hub,
            up: line.up,
            since: line.since.to_string(),
            trouble: line.trouble,
            under_way: journal.count_under_way(&self.code).await?,
            waiting: self.waiting().len() as u64,
        })
    }

    /// Who is connected at the hub, by its last answer if it gives none now.
    pub(super) async fn addressees(&self) -> Result<Arc<Vec<KnownConnection>>, PluginError> {
        let last = lock(&self.directory).clone();
        let up = lock(&self.line).up;
        if let Some((at, told)) = &last
            && (!up || Instant::now() < *at + FRESH)
        {
            return Ok(Arc::clone(told));
        }
        match (self.ask(|client| async move { client.connections().await }).await, last) {
            (Ok(told), _) => {
                let told = Arc::new(told);
                *lock(&self.directory) = Some((Instant::now(), Arc::clone(&told)));
                Ok(told)
            }
            (Err(PluginError::Unavailable(_)), Some((_, told))) => Ok(told),
            (Err(error), _) => Err(error),
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
        let rests = lock(&self.resting).is_some_and(|until| Instant::now() < until);
        if rests || !heard {
            return Err(PluginError::Unavailable(NOT_REACHED.into()));
        }
        let answer = question(self.client()).await;
        let silent = !matches!(answer, Ok(_) | Err(QuicError::Refused { .. }));
        *lock(&self.resting) = silent.then(|| Instant::now() + REST);
        answer.map_err(refusal)
    }

    /// Has the hub say that the certificate is this connection's.
    async fn introduce(&self, client: &QuicClient, clock: SystemClock) -> Result<(), PluginError> {
        let profile = client.profile().await.map_err(refusal)?;
        if profile.code != self.code {
            let (own, said) = (&self.code, profile.code);
            let what = format!("the certificate of {own} is registered with {said} at the hub");
            return Err(PluginError::Unavailable(what));
        }
        if !self.known.send_replace(true) {
            self.stands(true, clock);
        }
        Ok(())
    }

    /// Notes that the line is up or down now.
    fn stands(&self, up: bool, clock: SystemClock) {
        if lock(&self.line).stands(up, clock.now()) {
            let connection = &*self.code;
            match up {
                true => tracing::info!(connection, "the hub is reached"),
                false => tracing::warn!(connection, "the line to the hub is down"),
            }
        }
    }

    pub(super) fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
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
                () = stop.requested() => this.client().close().await,
            }
        });
        let (this, book, mut stop) = (Arc::clone(self), Arc::clone(journal), shutdown.clone());
        tasks.spawn("states of a remote hub", async move {
            tokio::select! {
                () = this.hear(&book, clock) => {}
                () = stop.requested() => {}
            }
        });
        let (this, mut stop) = (Arc::clone(self), shutdown.clone());
        tasks.spawn("line to a remote hub", async move {
            tokio::select! {
                () = this.attend(clock) => {}
                () = stop.requested() => {}
            }
        });
    }

    /// Sees when the line goes down, and when it is up again.
    async fn attend(&self, clock: SystemClock) {
        loop {
            clock.at(clock.monotonic() + LOOK_EVERY).await;
            let known = *self.known.borrow();
            let client = self.client();
            // Nothing is told while it is being tried.
            let Some(up) = client.is_connected() else { continue };
            self.stands(up && known, clock);
            if !up && let Err(error) = client.profile().await {
                lock(&self.line).fails(&told(&refusal(error)));
            }
        }
    }

    async fn receive(&self, journal: &Journal, clock: SystemClock) {
        let mut ways = self.way.subscribe();
        loop {
            let client = ways.borrow_and_update().client.clone();
            self.until_known(&client, &mut ways, clock).await;
            let mut inbox = client.inbox(InboxCredit::default());
            let error = loop {
                // What arrives in the middle of a change comes again.
                let next = tokio::select! {
                    next = inbox.next() => next,
                    _ = ways.changed() => break None,
                };
                let taken = match next {
                    Ok(received) => self.take_in(journal, received).await,
                    Err(error) => Err(refusal(error)),
                };
                if let Err(error) = taken {
                    break Some(error);
                }
            };
            drop(inbox);
            match error {
                // Another subscription begins with all that is not acknowledged.
                Some(error) => self.pause(clock, "what comes is not taken in", &error).await,
                // Its subscription would be given what is meant for the next one.
                None => client.close().await,
            }
        }
    }

    async fn take_in(
        &self,
        journal: &Journal,
        received: ReceivedEnvelope,
    ) -> Result<(), PluginError> {
        let (envelope, document) = opened(&received);
        if !self.waiting().came(envelope.clone(), &document) {
            return Ok(());
        }
        let told = journal.came(&envelope).await;
        if told.is_err() {
            // Of what comes again the plugin must hear.
            self.waiting().forget(envelope.number);
        }
        told
    }

    async fn hear(&self, journal: &Journal, clock: SystemClock) {
        let mut ways = self.way.subscribe();
        loop {
            let client = ways.borrow_and_update().client.clone();
            self.until_known(&client, &mut ways, clock).await;
            // A new one begins with the word to look at everything.
            let mut watch = client.watch();
            let error = loop {
                let next = tokio::select! {
                    next = watch.next() => next,
                    _ = ways.changed() => break None,
                };
                let heard = match next {
                    Ok(StateChange::Changed(header)) => match number_of(&header) {
                        Some(number) => {
                            let envelope = PluginEnvelope::elsewhere(number, &header);
                            journal.stands(&self.code, envelope).await
                        }
                        None => Ok(()),
                    },
                    Ok(StateChange::Missed) => self.look(&client, journal).await,
                    Err(error) => Err(refusal(error)),
                };
                if let Err(error) = heard {
                    break Some(error);
                }
            };
            if let Some(error) = error {
                self.pause(clock, "states of what was sent are not heard", &error).await;
            }
        }
    }

    /// Asks after all that is under way.
    async fn look(&self, client: &QuicClient, journal: &Journal) -> Result<(), PluginError> {
        let mut after = None;
        loop {
            let numbers = journal.under_way(&self.code, after).await?;
            let Some(last) = numbers.last() else { return Ok(()) };
            after = Some(*last);
            let found = client.track(numbers.clone()).await.map_err(refusal)?;
            for (number, header) in numbers.into_iter().zip(found) {
                let envelope = PluginEnvelope::elsewhere(number, &header);
                journal.stands(&self.code, envelope).await?;
            }
        }
    }

    /// Waits until the hub knows whose certificate it is shown, or is to be called in another way.
    async fn until_known(
        &self,
        client: &QuicClient,
        ways: &mut watch::Receiver<Way>,
        clock: SystemClock,
    ) {
        while let Err(error) = self.introduce(client, clock).await {
            tokio::select! {
                () = self.pause(clock, "the hub is not reached", &error) => {}
                _ = ways.changed() => return ways.mark_changed(),
            }
        }
    }

    async fn pause(&self, clock: SystemClock, what: &str, error: &PluginError) {
        let (connection, error) = (&*self.code, told(error));
        lock(&self.line).fails(&error);
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
    envelope.response = received.response;
    (envelope, document)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
/// Who is connected changes when an operator registers somebody.
const FRESH: Duration = Duration::from_secs(10);
/// How soon it is seen that a line is up or down.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const NOT_REACHED: &str = "the hub is not reached at present";
/// Between two tries after something that does not pass by itself; what does is tried sooner by the
/// client.
const PAUSE: Duration = Duration::from_secs(15);
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
