//! The store as its users see it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use phytohub_domain::{ChannelRule, Clock, Connection, Timestamp};
use phytohub_telemetry::{Actor, Event, Metrics};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::ClockStatus;
use crate::command::{Accepted, Change, ChangeOutcome, Command, NewEnvelope};
use crate::committer::{Committer, Signals, Writer};
use crate::database::Database;
use crate::error::{CommitError, OpenError, StoreFailure};
use crate::held::HeldView;
use crate::mailbox::Mailboxes;
use crate::open::{OpenReport, Opened};
use crate::plugin::{PluginMetas, StoredPlugin};
use crate::recent::Recent;
use crate::record::{StoredCodeList, StoredEnvelope};
use crate::reserve::Reserve;
use crate::segment::AuditWrite;
use crate::staging::Abandoned;
use crate::{StoreConfig, open, options};

/// The hub's disk. Cheap to clone; the last clone dropped closes it.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What the committer tells whoever watches.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) clock: watch::Receiver<ClockStatus>,
    pub(crate) next_due: watch::Receiver<Option<Timestamp>>,
    pub(crate) paused: watch::Receiver<bool>,
    pub(crate) events: watch::Receiver<u64>,
}

#[derive(Debug)]
struct Inner {
    database: Arc<Database>,
    mailboxes: Arc<Mailboxes>,
    recent: Arc<Recent>,
    held: Arc<HeldView>,
    metas: Arc<PluginMetas>,
    reserve: Arc<Reserve>,
    commands: mpsc::Sender<Command>,
    abandoned: Abandoned,
    failure: watch::Receiver<Option<StoreFailure>>,
    signals: Watched,
    /// What the registry held when the store was opened.
    connections: Vec<Connection>,
    code_lists: Vec<StoredCodeList>,
    rules: Vec<ChannelRule>,
    plugins: Vec<StoredPlugin>,
    certificate_index: bool,
    committer: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens a store, making it if its directory holds none. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`]; each ends the process with exit code 74.
    pub fn open(
        config: StoreConfig,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, OpenReport), OpenError> {
        let (store, committer, report) = Self::assemble(config, clock, metrics)?;
        let thread = std::thread::Builder::new()
            .name("committer".into())
            .spawn(move || committer.run())
            .map_err(OpenError::Thread)?;
        *store.inner.committer.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok((store, report))
    }

    /// Opens a store whose committer works only when it is told to, for simulations.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "simulation")]
    pub fn open_by_hand(
        config: StoreConfig,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, crate::ByHand, OpenReport), OpenError> {
        let (store, committer, report) = Self::assemble(config, clock, metrics)?;
        Ok((store, committer.by_hand(), report))
    }

    /// The store with its committer, which does not work yet.
    fn assemble(
        config: StoreConfig,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, Committer, OpenReport), OpenError> {
        let opened = open::open(&config, &*clock)?;
        let (commands, receiver) = mpsc::channel(COMMANDS_MAX);
        let (failure_sender, failure) = watch::channel(None);
        let (signals, watched) = watched(&opened);
        let mailboxes = Arc::new(opened.mailboxes);
        let reserve = Arc::new(Reserve::new(&config));
        let recent = Arc::new(Recent::new(config.recent_bytes));
        let held = Arc::new(HeldView::new(opened.known.plugins.held.clone()));
        let metas = Arc::new(PluginMetas::new(&opened.known.plugins.metas));
        let certificate_index = config.certificate_index;
        metrics.pending_envelopes.set(i64::try_from(opened.report.pending).unwrap_or(i64::MAX));
        metrics.held_envelopes.set(i64::try_from(held.len()).unwrap_or(i64::MAX));
        let writer = Writer {
            database: Arc::clone(&opened.database),
            mailboxes: Arc::clone(&mailboxes),
            recent: Arc::clone(&recent),
            held: Arc::clone(&held),
            metas: Arc::clone(&metas),
            write_options: options::write(&config),
            clock,
            metrics,
            failure: failure_sender,
            signals,
        };
        let decides = (opened.clock_guard, opened.counters, opened.known);
        let abandoned = Abandoned::default();
        let asks = (receiver, abandoned.clone());
        let committer = Committer::new(writer, Arc::clone(&reserve), config, decides, asks);
        let inner = Inner {
            database: opened.database,
            mailboxes,
            recent,
            held,
            metas,
            reserve,
            commands,
            abandoned,
            failure,
            signals: watched,
            connections: opened.connections,
            code_lists: opened.code_lists,
            rules: opened.rules,
            plugins: opened.plugins,
            certificate_index,
            committer: Mutex::new(None),
        };
        Ok((Self { inner: Arc::new(inner) }, committer, opened.report))
    }

    /// Accepts an envelope. When this is answered, record, content, queue entries and event are
    /// on disk. Work once begun is finished even if the caller goes away.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn accept(&self, envelope: NewEnvelope) -> Result<Accepted, CommitError> {
        let envelope = Box::new(envelope);
        self.ask(|answer| Command::Accept { envelope, answer }).await
    }

    /// Changes an envelope's state; the outcome is on disk when this is answered.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn change(
        &self,
        envelope: StoredEnvelope,
        change: Change,
        actor: Actor,
    ) -> Result<ChangeOutcome, CommitError> {
        let envelope = Box::new(envelope);
        let command = |answer| Command::Change { envelope, change, actor, answer: Some(answer) };
        self.ask(command).await
    }

    /// Changes an envelope's state soon, without waiting. Whether there was room to note it; a
    /// store that closes takes no more notes, and has said why.
    #[must_use]
    pub fn change_soon(&self, envelope: StoredEnvelope, change: Change, actor: Actor) -> bool {
        let envelope = Box::new(envelope);
        let command = Command::Change { envelope, change, actor, answer: None };
        self.note(command)
    }

    /// Writes a connection, with the events that tell why.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn put_connection(
        &self,
        connection: Connection,
        events: Vec<Event>,
    ) -> Result<(), CommitError> {
        let connection = Box::new(connection);
        self.ask(|answer| Command::PutConnection { connection, events, answer }).await
    }

    /// Writes a channel rule, with the events that tell why.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn put_rule(&self, rule: ChannelRule, events: Vec<Event>) -> Result<(), CommitError> {
        let rule = Box::new(rule);
        self.ask(|answer| Command::PutRule { rule, events, answer }).await
    }

    /// Writes revisions of code lists, with the events that tell why.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn put_code_lists(
        &self,
        lists: Vec<StoredCodeList>,
        events: Vec<Event>,
    ) -> Result<(), CommitError> {
        self.ask(|answer| Command::PutCodeLists { lists, events, answer }).await
    }

    /// Records an event soon, without waiting. Whether there was room to note it.
    #[must_use]
    pub fn record_soon(&self, event: Event) -> bool {
        self.note(Command::Record { event: Box::new(event) })
    }

    /// The operator says that the wall clock is right.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn accept_clock(&self, actor: Actor) -> Result<(), CommitError> {
        self.ask(|answer| Command::AcceptClock { actor, answer }).await
    }

    /// What the store thinks of the wall clock.
    #[must_use]
    pub fn clock_status(&self) -> ClockStatus {
        self.inner.signals.clock.borrow().clone()
    }

    /// Connections that the registry held when the store was opened.
    #[must_use]
    pub fn connections(&self) -> &[Connection] {
        &self.inner.connections
    }

    /// Channel rules that the registry held when the store was opened.
    #[must_use]
    pub fn rules(&self) -> &[ChannelRule] {
        &self.inner.rules
    }

    /// Revisions of code lists that the registry held when the store was opened.
    #[must_use]
    pub fn code_lists(&self) -> &[StoredCodeList] {
        &self.inner.code_lists
    }

    /// The disk reserve.
    #[must_use]
    pub fn reserve(&self) -> &Reserve {
        &self.inner.reserve
    }

    /// Why the store can no longer be trusted, if so.
    #[must_use]
    pub fn failure(&self) -> Option<StoreFailure> {
        self.inner.failure.borrow().clone()
    }

    /// Waits until the store can no longer be trusted. Never ends for one that closes well.
    pub async fn failed(&self) -> StoreFailure {
        let mut failure = self.inner.failure.clone();
        let seen = failure.wait_for(Option::is_some).await.ok().and_then(|seen| seen.clone());
        match seen {
            Some(failure) => failure,
            None => std::future::pending().await,
        }
    }

    pub(crate) async fn audit(
        &self,
        write: AuditWrite,
        events: Vec<Event>,
    ) -> Result<(), CommitError> {
        self.ask(|answer| Command::Audit { write, events, answer }).await
    }

    /// Finishes what was asked, and ends the committer. Blocks.
    ///
    /// # Errors
    /// If the last commit failed.
    pub fn close(&self) -> Result<(), StoreFailure> {
        self.inner.close();
        self.failure().map_or(Ok(()), Err)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    pub(crate) fn mailboxes(&self) -> &Mailboxes {
        &self.inner.mailboxes
    }

    pub(crate) fn remembered(&self) -> &Recent {
        &self.inner.recent
    }

    pub(crate) fn held_view(&self) -> &HeldView {
        &self.inner.held
    }

    pub(crate) fn plugin_metas(&self) -> &PluginMetas {
        &self.inner.metas
    }

    pub(crate) fn has_certificate_index(&self) -> bool {
        self.inner.certificate_index
    }

    /// Plugins that had a number when the store was opened.
    #[must_use]
    pub fn plugins(&self) -> &[StoredPlugin] {
        &self.inner.plugins
    }

    pub(crate) fn watched(&self) -> &Watched {
        &self.inner.signals
    }

    fn note(&self, command: Command) -> bool {
        !matches!(self.inner.commands.try_send(command), Err(mpsc::error::TrySendError::Full(_)))
    }

    /// What a content that comes in piece by piece tells the committer by.
    pub(crate) fn staging(&self) -> (mpsc::Sender<Command>, Abandoned) {
        (self.inner.commands.clone(), self.inner.abandoned.clone())
    }

    pub(crate) async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, CommitError>>) -> Command,
    ) -> Result<T, CommitError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.inner.commands.send(command(answer)).await;
        sent.map_err(|_| CommitError::Closed)?;
        // A committer that died without an answer may have written it.
        answered.await.unwrap_or(Err(CommitError::OutcomeUnknown))
    }
}

fn watched(opened: &Opened) -> (Signals, Watched) {
    let (clock_sender, clock) = watch::channel(opened.clock_guard.status());
    let (due_sender, next_due) = watch::channel(opened.known.due.first);
    let (paused_sender, paused) = watch::channel(opened.known.paused);
    let (event_sender, events) = watch::channel(opened.counters.event);
    let senders = Signals {
        clock: clock_sender,
        next_due: due_sender,
        paused: paused_sender,
        events: event_sender,
    };
    (senders, Watched { clock, next_due, paused, events })
}

impl Inner {
    fn close(&self) {
        let mut slot = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = slot.take() else { return };
        let mut closing = Some(Command::Close);
        while let Some(command) = closing.take() {
            match self.commands.try_send(command) {
                Err(mpsc::error::TrySendError::Full(command)) => {
                    // The committer is busy emptying the queue; ask again after it moved on.
                    closing = Some(command);
                    std::thread::yield_now();
                }
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            }
        }
        if thread.join().is_err() {
            tracing::error!("the committer's thread panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Commands that may wait for the committer: several times the requests in flight, so that
/// releases and denials, which nobody waits for, find room.
const COMMANDS_MAX: usize = 16 << 10;
