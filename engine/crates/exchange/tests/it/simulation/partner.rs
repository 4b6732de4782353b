//! Partners with an endpoint, as good or bad as the dice want them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::{Clock as _, EnvelopeHeader, Limits, PushEndpoint, TrackingInfo};
use phytohub_exchange::push::{Message, Partner, PartnerError, Partners};
use phytohub_exchange::{Alarm as _, Boxed, Hub, StartTask as _};
use phytohub_testkit::FakeClock;
use phytohub_wire::soap::{self, Header, Request};

use super::client::{self, Client};
use super::dice::Dice;
use super::executor::Nursery;
use super::ledger::Ledger;

/// All partners with an endpoint, and the line on which they call the hub.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    shared: Arc<Mutex<Shared>>,
    ledger: Arc<Mutex<Ledger>>,
    clock: Arc<FakeClock>,
}

#[derive(Debug)]
struct Shared {
    dice: Dice,
    /// Whether they only do what is right.
    good: bool,
    /// Nothing while the hub is down.
    line: Option<(Hub, Arc<Nursery>)>,
}

/// What a partner does with a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    Takes,
    TakesWithHeader,
    /// Takes it, and is not heard of again.
    TakesAndBreaks,
    /// Answers after so many seconds; the hub waits 60.
    Late(u64),
    /// Acknowledges it while the call is open.
    AcknowledgesFirst,
    /// The same, twice, with two words.
    AcknowledgesTwice,
    Refuses,
    /// Answers that it failed.
    SaysFailed,
    /// Answers for another envelope.
    SpeaksOfAnother,
    /// Cannot be reached: nothing comes to it.
    Away,
}

impl Endpoints {
    pub(crate) fn new(seed: u64, ledger: Arc<Mutex<Ledger>>, clock: Arc<FakeClock>) -> Self {
        let shared = Shared { dice: Dice::new(!seed), good: false, line: None };
        Self { shared: Arc::new(Mutex::new(shared)), ledger, clock }
    }

    /// Which hub they call; none when it is down.
    pub(crate) fn connect(&self, line: Option<(Hub, Arc<Nursery>)>) {
        self.shared.lock().expect("nothing panics").line = line;
    }

    /// From now on they do only what is right.
    pub(crate) fn behave(&self) {
        self.shared.lock().expect("nothing panics").good = true;
    }

    fn manner(&self) -> Manner {
        let mut shared = self.shared.lock().expect("nothing panics");
        if shared.good {
            return Manner::Takes;
        }
        match shared.dice.roll(24) {
            0..6 => Manner::Takes,
            6..8 => Manner::TakesWithHeader,
            8..10 => Manner::TakesAndBreaks,
            10 => Manner::Late(20),
            11 => Manner::Late(59),
            12 => Manner::Late(300),
            13..17 => Manner::AcknowledgesFirst,
            17 => Manner::AcknowledgesTwice,
            18..20 => Manner::Refuses,
            20 => Manner::SaysFailed,
            21 => Manner::SpeaksOfAnother,
            _ => Manner::Away,
        }
    }

    async fn take(
        self,
        code: String,
        message: Message,
    ) -> Result<Option<EnvelopeHeader>, PartnerError> {
        let manner = self.manner();
        if manner == Manner::Away {
            return Err(unreachable());
        }
        let Some(Request::DeliverEnvelope(envelope)) = read(message).await else {
            return Err(unreachable());
        };
        let mut header = told(&envelope.header);
        let number = header.hub_delivery_number.clone().unwrap_or_default();
        self.ledger().brought(&code, &header, &envelope.content.raw);
        match manner {
            Manner::Late(seconds) => {
                self.clock.at(self.clock.monotonic() + Duration::from_secs(seconds)).await;
            }
            Manner::AcknowledgesFirst => {
                self.acknowledge(&code, &number, TrackingInfo::Delivered);
            }
            Manner::AcknowledgesTwice => {
                self.acknowledge(&code, &number, TrackingInfo::DeliveredNotReadable);
                self.acknowledge(&code, &number, TrackingInfo::Delivered);
            }
            _ => {}
        }
        match manner {
            Manner::TakesAndBreaks => Err(unreachable()),
            Manner::Refuses => Err(PartnerError::Refused { reason: "no".into() }),
            Manner::SaysFailed => {
                header.tracking_info = Some(TrackingInfo::FailedDelivery);
                Ok(Some(header))
            }
            Manner::SpeaksOfAnother => {
                header.hub_delivery_number = Some("another".into());
                Ok(Some(header))
            }
            Manner::TakesWithHeader => Ok(Some(header)),
            _ => Ok(None),
        }
    }

    async fn hear(self, message: Message) -> Result<(), PartnerError> {
        let manner = self.manner();
        if manner == Manner::Away {
            return Err(unreachable());
        }
        let Some(Request::SetTrackingInfoUpdate(header)) = read(message).await else {
            return Err(unreachable());
        };
        self.ledger().told(&told(&header));
        match manner {
            Manner::TakesAndBreaks => Err(unreachable()),
            Manner::Refuses => Err(PartnerError::Refused { reason: "no".into() }),
            _ => Ok(()),
        }
    }

    /// Acknowledges from the partner's own system, while its service has not answered yet.
    fn acknowledge(&self, code: &str, number: &str, info: TrackingInfo) {
        let line = self.shared.lock().expect("nothing panics").line.clone();
        let Some((hub, nursery)) = line else { return };
        let client = Client::new(hub, Arc::clone(&self.ledger), client::code(code));
        nursery.start("", Box::pin(client.acknowledge(number.to_owned(), info)));
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nothing panics")
    }
}

#[derive(Debug)]
struct Endpoint {
    code: String,
    endpoints: Endpoints,
}

impl Partners for Endpoints {
    fn partner(
        &self,
        endpoint: &PushEndpoint,
        _concurrency: usize,
    ) -> Result<Arc<dyn Partner>, PartnerError> {
        let code = endpoint.url.trim_start_matches("https://").to_uppercase();
        Ok(Arc::new(Endpoint { code, endpoints: self.clone() }))
    }
}

impl Partner for Endpoint {
    fn deliver_envelope(
        &self,
        message: Message,
    ) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>> {
        Box::pin(self.endpoints.clone().take(self.code.clone(), message))
    }

    fn set_tracking_info_update(&self, message: Message) -> Boxed<Result<(), PartnerError>> {
        Box::pin(self.endpoints.clone().hear(message))
    }
}

async fn read(mut message: Message) -> Option<Request> {
    let mut whole = Vec::new();
    while let Some(piece) = message.next().await {
        whole.extend_from_slice(&piece.ok()?);
    }
    soap::read_request(Bytes::from(whole), None, &Limits::default()).ok()
}

fn told(header: &Header) -> EnvelopeHeader {
    let text = |text: &soap::Text| text.decode().into_owned();
    EnvelopeHeader {
        from: text(&header.from),
        to: text(&header.to),
        certificate_type: header.certificate_type.value().unwrap_or_default(),
        certificate_status: header.certificate_status.value().unwrap_or_default(),
        nppo_certificate_number: text(&header.nppo_certificate_number),
        hub_delivery_number: Some(text(&header.hub_delivery_number)),
        tracking_info: text(&header.hub_tracking_info).parse().ok(),
        ..EnvelopeHeader::default()
    }
}

fn unreachable() -> PartnerError {
    PartnerError::Unreachable { reason: "the socket was closed".into() }
}
