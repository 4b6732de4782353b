//! What a national system asks of the hub, each request with what its answer says to the ledger.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, ContentForm, Fingerprint, TrackingInfo,
};
use phytohub_exchange::{AdminRequest, CallError, Caller, Hub, PulledEnvelope};
use phytohub_wire::soap::{Content, Request};

use super::ledger::{Ledger, Offering};
use crate::it::fixture::{ADDRESS, OPERATOR, header, read, text};

/// Who takes part, by the byte of its certificate. AR and NO have an endpoint.
pub(crate) const CODES: [&str; 4] = ["NO", "LK", "AR", "TH"];

/// The system of one connection, on the line to one process of the hub.
#[derive(Clone)]
pub(crate) struct Client {
    hub: Hub,
    ledger: Arc<Mutex<Ledger>>,
    code: &'static str,
}

impl Client {
    pub(crate) fn new(hub: Hub, ledger: Arc<Mutex<Ledger>>, code: &'static str) -> Self {
        Self { hub, ledger, code }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nothing panics")
    }

    fn caller(&self) -> Caller {
        let index = CODES.iter().position(|code| *code == self.code).expect("it takes part");
        let fingerprint = Fingerprint([u8::try_from(index).expect("few"); 32]);
        self.hub.identify(Some(fingerprint), ADDRESS).expect("it is registered")
    }

    /// Delivers what was drafted, once more or for the first time.
    pub(crate) async fn deliver(self, place: usize) {
        let (envelope, attempt) = {
            let mut ledger = self.ledger();
            let attempt = ledger.delivering(place);
            let sent = ledger.sent(place);
            let header = header(sent.from, sent.to, &sent.certificate);
            let bytes = phytohub_wire::soap::client::deliver_envelope(&header, "");
            let Request::DeliverEnvelope(mut envelope) = read(bytes) else {
                panic!("a delivery is read as one");
            };
            let raw = Bytes::copy_from_slice(sent.content.as_bytes());
            envelope.content = Content { raw, form: ContentForm::Plain };
            (envelope, attempt)
        };
        let answer = self.hub.deliver_envelope(&self.caller(), envelope).await;
        let answer = answer.as_ref().map_err(ToString::to_string);
        self.ledger().delivered((place, attempt), answer);
    }

    pub(crate) async fn headers(self) {
        let asked = self.ledger().now();
        let answer = self.hub.get_import_envelope_headers(&self.caller(), None).await;
        match answer {
            Ok(rows) => self.ledger().offered(self.code, Offering::Headers, &rows, asked),
            Err(error) => self.failed("headers", &error),
        }
    }

    /// Takes what waits, and perhaps acknowledges it at once.
    pub(crate) async fn pull(self, acknowledges: bool) {
        let asked = self.ledger().now();
        let answer = self.hub.pull_import_envelope(&self.caller(), |_| true).await;
        let pulled = match answer {
            Ok(pulled) => pulled,
            Err(error) => return self.failed("pull", &error),
        };
        let rows: Vec<_> = pulled.iter().map(|envelope| envelope.header.clone()).collect();
        for envelope in &pulled {
            self.got(envelope).await;
        }
        self.ledger().offered(self.code, Offering::Envelopes, &rows, asked);
        for envelope in pulled.iter().filter(|_| acknowledges) {
            let client = self.clone();
            client.acknowledge(envelope.number.to_string(), TrackingInfo::Delivered).await;
        }
    }

    /// Takes one, whatever became of it.
    pub(crate) async fn pull_single(self, number: String) {
        let answer = self.hub.pull_single_import_envelope(&self.caller(), &text(&number)).await;
        match answer {
            Ok(envelope) => self.got(&envelope).await,
            Err(CallError::ContentDropped { .. }) => self.ledger().content_dropped(&number),
            Err(error @ CallError::NoSuchEnvelope) => {
                self.ledger().finding(format!("lost: {number} cannot be taken: {error}"));
            }
            Err(error) => self.failed("pull single", &error),
        }
    }

    /// What was taken is what was sent; the hub is told that it went out.
    async fn got(&self, envelope: &PulledEnvelope) {
        let mut content = Vec::new();
        for index in 0..envelope.content.chunks() {
            match envelope.content.chunk(index).await {
                Ok(piece) => content.extend_from_slice(&piece),
                Err(error) => return self.failed("a piece", &error),
            }
        }
        let number = envelope.number.to_string();
        self.ledger().seen_content(&number, &content);
        self.hub.content_released(&self.caller(), &envelope.content);
        self.ledger().released(&number);
    }

    pub(crate) async fn acknowledge(self, number: String, info: TrackingInfo) {
        let kind = AcknowledgementKind::from_tracking_info(info).expect("a recipient's word");
        let message = if info == TrackingInfo::Delivered { "" } else { "a word about it" };
        let acknowledgement = Acknowledgement { kind, message: message.into() };
        let asked = self.ledger().acknowledging(&number, info);
        let answer = self.hub.acknowledge(&self.caller(), &text(&number), acknowledgement).await;
        match answer {
            Ok(answer) => {
                self.ledger().acknowledged(&number, (info, answer.tracking_info), asked);
            }
            Err(error @ CallError::NoSuchEnvelope) => {
                self.ledger().finding(format!("lost: {number} cannot be acknowledged: {error}"));
            }
            Err(error) => self.failed("acknowledge", &error),
        }
    }

    pub(crate) async fn track(self, number: String) {
        let asked = self.ledger().now();
        let answer = self.hub.get_envelope_tracking_info(&self.caller(), &text(&number)).await;
        match answer {
            Ok(header) => {
                let info = header.tracking_info.unwrap_or(TrackingInfo::EnvelopeNotExists);
                self.ledger().told_state(&number, info, asked, "tracking");
            }
            Err(error) => self.failed("track", &error),
        }
    }

    /// The operator gives an envelope up.
    pub(crate) async fn give_up(self, number: String) {
        self.ledger().giving_up(&number);
        let reason = "its sender asked for that".to_owned();
        let request = AdminRequest::EnvelopeFail { number: number.clone(), reason };
        let done = self.hub.admin(&OPERATOR, request).await;
        self.ledger().note(format!("gave {number} up: {}", done.is_ok()));
    }

    /// Nothing was answered, which is no answer; but a record that cannot be read is damage.
    fn failed(&self, what: &str, error: &CallError) {
        let mut ledger = self.ledger();
        if matches!(error, CallError::Read(_)) {
            ledger.finding(format!("{what} for {}: {error}", self.code));
        }
        ledger.note(format!("{what} for {}: {error}", self.code));
    }
}

/// One of those that take part, by its name.
pub(crate) fn code(name: &str) -> &'static str {
    CODES.into_iter().find(|code| *code == name).expect("it takes part")
}
