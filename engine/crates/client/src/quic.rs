//! Calls a hub by its fast door: `phytohub/1` over QUIC.
//!
//! One connection serves all calls of a client, each on a stream of its own; the hub's limit of
//! streams is the back-pressure. When the connection ends, the next call makes another; a call that
//! was not answered is asked again, for each may be: a delivery has a key.

mod address;
mod arriving;
mod connect;
mod deliver;
mod directory;
mod error;
mod inbox;
mod peer;
mod pipeline;
mod reply;
mod retry;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use phytohub_domain::{Acknowledgement, EnvelopeHeader, HubDeliveryNumber};
use phytohub_wire::quic::{
    AckItem, AckOutcome, Acknowledge, Acknowledged, CodeList, CodeLists, Finding, GetProfile, Head,
    Kind, KnownList, Message, Profile, Pull, StateFrame, Track, Validate, encode,
};
use phytohub_wire::soap::{Content, ValidationResult};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::{AddressPolicy, Identity, ServerTrust, SetUpError, TimeLimits};
pub use address::{ParseQuicAddressError, QuicAddress};
pub use arriving::{Arriving, Pulled, ReceivedEnvelope};
use connect::Link;
pub use deliver::{Delivery, StreamedDelivery};
pub use directory::FoundEnvelope;
pub use error::QuicError;
pub use inbox::{Inbox, InboxCredit};
pub use pipeline::{PipelineAnswer, PipelineReceiver, PipelineSender};
use reply::Replies;
use retry::Retry;
pub use watch::{StateChange, StateWatch};

/// What a client of the fast door is made of.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by `new` and changed field by field")]
pub struct QuicConfig {
    /// Where the hub is.
    pub address: QuicAddress,
    /// How it is known.
    pub trust: ServerTrust,
    /// What we show it: the hub talks to nobody else.
    pub identity: Identity,
    /// Which addresses its name may lead to.
    pub addresses: AddressPolicy,
    /// How long connecting, shaking hands and a whole call with all its attempts may take.
    pub times: TimeLimits,
    /// The largest content that is taken in one piece, in bytes.
    pub content_bytes_max: usize,
    /// After how long a hub from which nothing comes any more is taken for gone.
    pub idle: Duration,
}

impl QuicConfig {
    /// A hub on the public internet; contents up to the hub's own limit.
    #[must_use]
    pub fn new(address: QuicAddress, trust: ServerTrust, identity: Identity) -> Self {
        Self {
            address,
            trust,
            identity,
            addresses: AddressPolicy::public(),
            times: TimeLimits::default(),
            content_bytes_max: phytohub_domain::CONTENT_BYTES_MAX,
            idle: connect::IDLE,
        }
    }
}

/// Calls one hub. Cheap to clone; clones share their connection.
#[derive(Clone, Debug)]
pub struct QuicClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: QuicConfig,
    tls: quinn::ClientConfig,
    live: Mutex<Option<Link>>,
}

impl QuicClient {
    /// A client that connects when it first calls.
    ///
    /// # Errors
    /// When TLS cannot be made of these certificates.
    pub fn new(config: QuicConfig) -> Result<Self, SetUpError> {
        let tls = connect::client_config(&config)?;
        Ok(Self(Arc::new(Inner { config, tls, live: Mutex::new(None) })))
    }

    /// Acknowledges envelopes, at most [`phytohub_wire::quic::BATCH_MAX`]; each has its own outcome.
    ///
    /// # Errors
    /// When the hub refuses all of it, or did not answer in time.
    pub async fn acknowledge(
        &self,
        acknowledgements: Vec<(HubDeliveryNumber, Acknowledgement)>,
    ) -> Result<Vec<AckOutcome>, QuicError> {
        let item = |(number, acknowledgement)| AckItem { number, acknowledgement };
        let items: Vec<AckItem> = acknowledgements.into_iter().map(item).collect();
        let asked = items.len();
        let request = request(&Acknowledge { items }, Bytes::new());
        self.call(&request, |mut replies| async move {
            let outcomes = replies.one::<Acknowledged>().await?.outcomes;
            if outcomes.len() == asked { Ok(outcomes) } else { Err(QuicError::OutOfStep) }
        })
        .await
    }

    /// Tells where envelopes stand, at most [`phytohub_wire::quic::BATCH_MAX`], in their order.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn track(
        &self,
        numbers: Vec<HubDeliveryNumber>,
    ) -> Result<Vec<EnvelopeHeader>, QuicError> {
        let asked = numbers.len();
        let request = request(&Track { numbers }, Bytes::new());
        self.call(&request, |mut replies| async move {
            let mut told = Vec::with_capacity(asked);
            while let Some(frame) = replies.next(Kind::State).await? {
                told.push(StateFrame::read(frame.fields)?.head.into());
            }
            if told.len() == asked { Ok(told) } else { Err(QuicError::OutOfStep) }
        })
        .await
    }

    /// Pulls one envelope.
    ///
    /// # Errors
    /// When the hub refuses, did not answer in time, or the content is larger than is taken.
    pub async fn pull(&self, number: HubDeliveryNumber) -> Result<ReceivedEnvelope, QuicError> {
        let request = request(&Pull { number: Some(number) }, Bytes::new());
        let bytes_max = self.0.config.content_bytes_max;
        self.call(&request, |mut replies| async move {
            let frame = replies.next(Kind::Envelope).await?.ok_or(QuicError::OutOfStep)?;
            Arriving::new(&mut replies, frame, None)?.whole(bytes_max).await
        })
        .await
    }

    /// Pulls some of what waits.
    ///
    /// # Errors
    /// As [`QuicClient::pull`].
    pub async fn pull_waiting(&self) -> Result<Vec<ReceivedEnvelope>, QuicError> {
        let request = request(&Pull::default(), Bytes::new());
        let bytes_max = self.0.config.content_bytes_max;
        self.call(&request, |mut replies| async move {
            let mut envelopes = Vec::new();
            while let Some(frame) = replies.next(Kind::Envelope).await? {
                let arriving = Arriving::new(&mut replies, frame, None)?;
                envelopes.push(arriving.whole(bytes_max).await?);
            }
            Ok(envelopes)
        })
        .await
    }

    /// What the hub knows of the caller.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn profile(&self) -> Result<Profile, QuicError> {
        let request = request(&GetProfile, Bytes::new());
        self.call(&request, |mut replies| async move { replies.one::<Profile>().await }).await
    }

    /// The code lists that are newer than those known, as JSON.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn code_lists(
        &self,
        known: Vec<KnownList>,
    ) -> Result<Vec<(CodeList, Bytes)>, QuicError> {
        let request = request(&CodeLists { known }, Bytes::new());
        let bytes_max = self.0.config.content_bytes_max;
        self.call(&request, |mut replies| async move {
            let mut lists = Vec::new();
            while let Some(frame) = replies.next(Kind::CodeList).await? {
                let list = CodeList::read(frame.fields)?;
                lists.push((list, replies.content(bytes_max).await?));
            }
            Ok(lists)
        })
        .await
    }

    /// What is wrong with a document.
    ///
    /// # Errors
    /// When the hub refuses, or did not answer in time.
    pub async fn validate(&self, document: &str) -> Result<Vec<ValidationResult>, QuicError> {
        let request = request(&Validate, Content::escaped(document).raw);
        self.call(&request, |mut replies| async move {
            let mut findings = Vec::new();
            while let Some(frame) = replies.next(Kind::Finding).await? {
                findings.push(Finding::read(frame.fields)?.result);
            }
            Ok(findings)
        })
        .await
    }

    /// What waits for the caller, and what comes, as it comes. It connects by itself, and again.
    #[must_use]
    pub fn inbox(&self, credit: InboxCredit) -> Inbox {
        Inbox::new(self.clone(), credit)
    }

    /// The states of what the caller sent, as they change. It connects by itself, and again.
    #[must_use]
    pub fn watch(&self) -> StateWatch {
        StateWatch::new(self.clone())
    }

    /// Ends the connection, if there is one. The next call makes another.
    pub async fn close(&self) {
        if let Some(link) = self.0.live.lock().await.take() {
            link.close();
        }
    }

    /// Whether there is a connection now; nothing while one is being made.
    #[must_use]
    pub fn is_connected(&self) -> Option<bool> {
        let live = self.0.live.try_lock().ok()?;
        Some(live.as_ref().is_some_and(Link::is_alive))
    }

    /// Asks until it is answered, by other connections if need be, or its time is up.
    async fn call<T, F>(
        &self,
        request: &[Bytes],
        read: impl Fn(Replies) -> F + Send,
    ) -> Result<T, QuicError>
    where
        F: Future<Output = Result<T, QuicError>> + Send,
    {
        self.attempt(|| self.ask(request), read).await
    }

    /// The same, of what is sent anew by each attempt.
    async fn attempt<T, A, F>(
        &self,
        ask: impl Fn() -> A + Send,
        read: impl Fn(Replies) -> F + Send,
    ) -> Result<T, QuicError>
    where
        A: Future<Output = Result<Replies, QuicError>> + Send,
        F: Future<Output = Result<T, QuicError>> + Send,
    {
        let deadline = Instant::now() + self.0.config.times.call;
        let mut retry = Retry::until(deadline);
        loop {
            let attempt = async { read(ask().await?).await };
            let result = timeout_at(deadline, attempt).await;
            match result.unwrap_or(Err(QuicError::Timeout)) {
                Ok(told) => return Ok(told),
                Err(error) => retry.after(self, error).await?,
            }
        }
    }

    /// Sends a request on a stream of its own.
    async fn ask(&self, request: &[Bytes]) -> Result<Replies, QuicError> {
        let link = self.link().await?;
        let (mut send, receive) = link.open().await?;
        let mut chunks: Vec<Bytes> = request.to_vec();
        let written = send.write_all_chunks(&mut chunks).await;
        // A request that the hub refuses while it is being sent has its answer all the same.
        if written.is_ok() {
            let _ = send.finish();
        }
        Ok(Replies::new(receive, link, Some(send)))
    }

    /// The connection, or a new one.
    async fn link(&self) -> Result<Link, QuicError> {
        let mut live = self.0.live.lock().await;
        if let Some(link) = live.as_ref().filter(|link| link.is_alive()) {
            return Ok(link.clone());
        }
        let link = connect::connect(&self.0.config, &self.0.tls).await?;
        *live = Some(link.clone());
        Ok(link)
    }

    /// Makes the next call look for another connection, if this one is dead or about to be.
    async fn forget(&self, error: &QuicError) {
        let mut live = self.0.live.lock().await;
        if error.is_farewell() || live.as_ref().is_some_and(|link| !link.is_alive()) {
            *live = None;
        }
    }
}

/// A request as it is sent: the frame, then its content.
fn request<M: Message>(message: &M, content: Bytes) -> [Bytes; 2] {
    let mut out = BytesMut::new();
    encode(&mut out, 0, Head::LAST, message, content.len() as u64);
    [out.freeze(), content]
}
