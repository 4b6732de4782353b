//! The hub itself: SOAP over mTLS.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::Peer;
use crate::https;
use crate::hub::Site;
use crate::soap::Request;
use crate::speed::{Caller, Target};

/// A hub with its own settings, but for those that protect partners from each other.
#[derive(Debug)]
pub(super) struct HubUnderTest {
    peer: Peer,
    caller: Arc<Caller>,
    delay: Duration,
}

impl HubUnderTest {
    pub(super) fn start(start: &Start<'_>) -> Result<Self, Failure> {
        unlimited(start.site)?;
        let (program, words) = start.site.serving();
        let peer = Peer::start(&program, &words, start.sync_delay, "ready")?;
        let address = peer.address().ok_or("the hub did not say where it listens")?;
        let caller = caller(start.site, Target::own(address), start.in_flight)?;
        Ok(Self { peer, caller, delay: start.sync_delay })
    }
}

impl Contender for HubUnderTest {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        told(&[
            ("settings", "hub.toml as 'phytohub init' writes it, [fair_use] switched off"),
            ("durability", "each answer waits for the fdatasync of its batch"),
            ("client", "HTTP/1.1 over TLS with client certificates, a socket for each in flight"),
            ("message", "DeliverEnvelope, PULLSingleImportEnvelope, AcknowledgeEnvelopeReceipt"),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        let caller = Arc::clone(&self.caller);
        Box::pin(async move { Ok(Box::new(Soap::new(caller, worker)) as Box<dyn Session>) })
    }
}

/// Switches off what protects partners from each other.
pub(crate) fn unlimited(site: &Site) -> Result<(), Failure> {
    for limit in ["requests_per_minute", "bytes_per_minute", "pending_per_recipient"] {
        site.configure("fair_use", limit, 0)?;
    }
    site.configure("limits", "sockets_per_address", 4096)
}

/// A caller for two connections.
pub(super) fn caller(site: &Site, target: Target, sockets: usize) -> Result<Arc<Caller>, Failure> {
    let identities = ["NO", "LK"].map(|code| https::identity(&site.pki(), code));
    let [one, two] = identities;
    let identities = vec![(one?, None), (two?, None)];
    Ok(Arc::new(Caller::new(target, identities, sockets, ANSWER_TIME_MAX)))
}

/// One worker's way to a hub, or to what looks like one. Answers are searched, not parsed: the hub
/// and its ceiling cost the generator the same, and little.
#[derive(Debug)]
pub(super) struct Soap {
    caller: Arc<Caller>,
    /// Begins its certificate numbers. In another round they must be others: a hub takes what it
    /// was sent before for a repetition, and stores nothing.
    series: String,
    sent: u64,
    number: String,
}

impl Soap {
    pub(super) fn new(caller: Arc<Caller>, worker: usize) -> Self {
        let series = format!("C{:08x}-{worker}", rand::random::<u32>());
        Self { caller, series, sent: 0, number: String::new() }
    }

    async fn call(&self, country: usize, request: &Request<'_>) -> Result<bytes::Bytes, Failure> {
        let operation = request.operation();
        let (status, body) = self.caller.call(country, operation, request.to_xml()).await?;
        if status.as_u16() == 200 {
            return Ok(body);
        }
        let words = String::from_utf8_lossy(&body);
        Err(format!("{operation}: {status}: {words:.300}").into())
    }
}

impl Session for Soap {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move {
            self.sent += 1;
            let certificate = format!("{}-{}", self.series, self.sent);
            let request = Request::Deliver {
                from: "NO",
                to: "LK",
                certificate: &certificate,
                channel: "",
                content: body,
            };
            let answer = self.call(0, &request).await?;
            let text = std::str::from_utf8(&answer)?;
            let (_, rest) = text.split_once("hubDeliveryNumber>").ok_or("no number")?;
            let (number, _) = rest.split_once('<').ok_or("no number")?;
            number.clone_into(&mut self.number);
            Ok(())
        })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            let answer = self.call(1, &Request::PullSingle(&self.number)).await?;
            let text = std::str::from_utf8(&answer)?;
            let (_, rest) = text.split_once("Content>").ok_or("no content")?;
            let end = rest.find("Content>").ok_or("no end of the content")?;
            // As it was sent, escapes included; no '<' but that of the end tag stands in it.
            Ok(rest[..end].rfind("</").unwrap_or_default())
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            self.call(1, &Request::Acknowledge(&self.number)).await?;
            Ok(())
        })
    }
}

const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
