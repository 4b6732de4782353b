//! The hub's fast door: `phytohub/1` over QUIC, by the hub's own client.
//!
//! As a system with volume would: all deliveries on one long stream, envelopes brought as they come
//! on another, all acknowledgements on a third, each message with a request of its own.

mod ceiling;
mod echo;
mod lane;

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{
    AddressPolicy, Delivery, Identity, Inbox, InboxCredit, PipelineAnswer, QuicClient, QuicConfig,
    ServerTrust,
};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, ContentForm, EnvelopeHeader, HubDeliveryNumber,
    TrackingInfo,
};
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::Content;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::sync::Mutex;

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::hub::unlimited;
use crate::compare::peer::Peer;
use crate::hub::Site;
pub(super) use ceiling::QuicCeiling;
pub use echo::serve;
pub(crate) use lane::{Lane, Request};

/// A hub of its own, with its own settings but for those that protect partners from each other.
pub(super) struct QuicHub {
    peer: Peer,
    ways: Arc<Ways>,
    delay: Duration,
}

impl QuicHub {
    pub(super) async fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let site = start.site.another(&start.dir.join("hub-quic"), &["NO", "LK"])?;
        site.open_quic()?;
        unlimited(&site)?;
        let (program, words) = site.serving();
        let peer = Peer::start(&program, &words, start.sync_delay, "ready")?;
        let address = peer.quic().ok_or("the hub did not say where it listens on QUIC")?;
        let ways = Ways::open(&site, address, start.in_flight).await?;
        Ok(Self { peer, ways: Arc::new(ways), delay: start.sync_delay })
    }
}

impl Contender for QuicHub {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        told(&[
            (
                "settings",
                "hub.toml as 'phytohub init' writes it, with 'quic', [fair_use] switched off",
            ),
            ("durability", "each answer waits for the fdatasync of its batch"),
            ("client", CLIENT),
            ("message", MESSAGE),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        let session = QuicSession::new(Arc::clone(&self.ways), worker);
        Box::pin(async move { Ok(Box::new(session) as Box<dyn Session>) })
    }
}

/// What all workers share: a connection of the sender, one of the recipient, three streams.
struct Ways {
    deliveries: Lane,
    inbox: Mutex<Inbox>,
    acknowledgements: Lane,
}

impl Ways {
    async fn open(site: &Site, address: SocketAddr, in_flight: usize) -> Result<Self, Failure> {
        let (sender, recipient) = (client(site, address, "NO")?, client(site, address, "LK")?);
        let credit =
            InboxCredit { envelopes: u32::try_from(in_flight)?.saturating_mul(2), bytes: 4 << 20 };
        Ok(Self {
            deliveries: Lane::open(&sender, in_flight).await?,
            inbox: Mutex::new(recipient.inbox(credit)),
            acknowledgements: Lane::open(&recipient, in_flight).await?,
        })
    }
}

pub(crate) fn client(site: &Site, address: SocketAddr, code: &str) -> Result<QuicClient, Failure> {
    let pki = site.pki();
    let read = |kind: &str| fs::read(pki.join(format!("{code}.{kind}")));
    let identity = Identity::from_pem(&read("pem")?, &read("key")?)?;
    let authority = CertificateDer::from_pem_file(pki.join("ca.pem"))?;
    let trust = ServerTrust::Authorities(vec![authority]);
    let config = QuicConfig::new(format!("quic://{address}").parse()?, trust, identity);
    Ok(QuicClient::new(QuicConfig { addresses: AddressPolicy::any(), ..config })?)
}

/// One worker's way to a hub, or to what looks like one.
struct QuicSession {
    ways: Arc<Ways>,
    /// Begins its certificate numbers, and its keys: in another round they must be others.
    series: String,
    sent: u64,
    came: Option<HubDeliveryNumber>,
}

impl QuicSession {
    fn new(ways: Arc<Ways>, worker: usize) -> Self {
        let series = format!("Q{:08x}-{worker}", rand::random::<u32>());
        Self { ways, series, sent: 0, came: None }
    }
}

impl Session for QuicSession {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move {
            self.sent += 1;
            let number = format!("{}-{}", self.series, self.sent);
            let header = EnvelopeHeader {
                to: "LK".into(),
                certificate_type: 851,
                certificate_status: 70,
                nppo_certificate_number: number.clone(),
                ..EnvelopeHeader::default()
            };
            let raw = Bytes::copy_from_slice(body.as_bytes());
            let delivery = Delivery {
                header,
                content: Content { raw, form: ContentForm::Escaped },
                key: Some(number.into()),
                validate: false,
            };
            match self.ways.deliveries.ask(Request::Deliver(delivery)).await? {
                PipelineAnswer::Delivered(header)
                    if header.tracking_info != Some(TrackingInfo::FailedDelivery) =>
                {
                    Ok(())
                }
                other => Err(format!("deliver: {other:?}").into()),
            }
        })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            let envelope = self.ways.inbox.lock().await.next().await?;
            self.came = Some(envelope.number);
            // As it was sent, escapes included.
            Ok(envelope.content.raw.len())
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            let number = self.came.take().ok_or("nothing came")?;
            let kind = AcknowledgementKind::Received;
            let acknowledgement = Acknowledgement { kind, message: String::new() };
            let request = Request::Acknowledge(number, acknowledgement);
            match self.ways.acknowledgements.ask(request).await? {
                PipelineAnswer::Acknowledged(outcomes)
                    if matches!(outcomes.as_slice(), [AckOutcome::Stands(_)]) =>
                {
                    Ok(())
                }
                other => Err(format!("acknowledge: {other:?}").into()),
            }
        })
    }
}

const CLIENT: &str = "phytohub-client, a connection of the sender and one of the recipient, with \
    client certificates";
const MESSAGE: &str = "deliver with a key on one stream, envelopes brought within credit on another, \
    acknowledge, each by itself, on a third";
