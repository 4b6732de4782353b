//! A hub over a store in a temporary directory, with three test connections and a live one.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{ContentForm, EnvelopeHeader, Fingerprint, Limits, TrackingInfo};
use phytohub_exchange::admin::CertificateInput;
use phytohub_exchange::{AdminReply, AdminRequest, Caller, Hub, Operator};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use phytohub_testkit::FakeClock;
use phytohub_wire::soap::{self, Envelope, Request, Text};

pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(crate) const OPERATOR: Operator = Operator { uid: 0 };

/// A hub and what it stands on.
pub(crate) struct Fixture {
    pub(crate) hub: Hub,
    pub(crate) store: Store,
    pub(crate) clock: Arc<FakeClock>,
    directory: tempfile::TempDir,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::with(limits, 0).await
    }

    /// With so many bytes of the disk to be kept free.
    pub(crate) async fn with(limits: Limits, disk_reserve_bytes: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let fixture =
            Self::open(directory, Arc::new(FakeClock::default()), limits, disk_reserve_bytes);
        for (index, (code, mode)) in CONNECTIONS.into_iter().enumerate() {
            let certificates = vec![certificate(u8::try_from(index).expect("few"), "all")];
            fixture.add(code, mode, certificates).await;
        }
        fixture
    }

    fn open(
        directory: tempfile::TempDir,
        clock: Arc<FakeClock>,
        limits: Limits,
        disk_reserve_bytes: u64,
    ) -> Self {
        let mut config = StoreConfig::new(directory.path());
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (disk_reserve_bytes, 0);
        let metrics = Arc::new(Metrics::new());
        let opened = Store::open(config, clock.clone(), metrics.clone());
        let (store, _) = opened.expect("a store opens");
        let hub = Hub::open(store.clone(), limits, clock.clone(), metrics).expect("a hub");
        Self { hub, store, clock, directory }
    }

    /// Closes the store and opens it again, with default limits.
    pub(crate) fn reopen(self) -> Self {
        let Self { hub, store, clock, directory } = self;
        hub.close().expect("closed");
        drop((hub, store));
        Self::open(directory, clock, Limits::default(), 0)
    }

    pub(crate) async fn add(&self, code: &str, mode: &str, certificates: Vec<CertificateInput>) {
        let request = AdminRequest::ConnectionAdd {
            code: code.into(),
            name: format!("Plant health of {code}"),
            mode: mode.into(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates,
        };
        self.hub.admin(&OPERATOR, request).await.expect("registered");
    }

    pub(crate) async fn admin(&self, request: AdminRequest) -> AdminReply {
        self.hub.admin(&OPERATOR, request).await.expect("done")
    }

    /// The system of one of [`CONNECTIONS`].
    pub(crate) fn caller(&self, code: &str) -> Caller {
        let index = CONNECTIONS.iter().position(|(known, _)| *known == code).expect("a connection");
        let fingerprint = Fingerprint([u8::try_from(index).expect("few"); 32]);
        self.hub.identify(Some(fingerprint), ADDRESS).expect("a caller")
    }

    pub(crate) async fn deliver(&self, from: &str, to: &str, number: &str) -> EnvelopeHeader {
        self.deliver_header(from, &header(from, to, number)).await
    }

    pub(crate) async fn deliver_header(
        &self,
        caller: &str,
        header: &EnvelopeHeader,
    ) -> EnvelopeHeader {
        let envelope = read_envelope(header, "<a>&amp; å</a>");
        self.hub.deliver_envelope(&self.caller(caller), envelope).await.expect("answered")
    }

    /// The content of an envelope, as its recipient reads it.
    pub(crate) async fn content(&self, recipient: &str, reply: &EnvelopeHeader) -> String {
        let caller = self.caller(recipient);
        let pulled = self.hub.pull_single_import_envelope(&caller, &number(reply)).await;
        let pulled = pulled.expect("answered");
        let raw = pulled.content.ready().expect("small").clone();
        let mut text = Vec::new();
        // Every other form is read the same when it is read as this one.
        let form = ContentForm::Mixed;
        soap::decode_content(&raw, form, &mut |piece| text.extend_from_slice(piece));
        String::from_utf8(text).expect("UTF-8")
    }

    pub(crate) async fn track(&self, caller: &str, number: &Text) -> EnvelopeHeader {
        let header = self.hub.get_envelope_tracking_info(&self.caller(caller), number).await;
        header.expect("answered")
    }

    pub(crate) async fn state(&self, caller: &str, number: &Text) -> TrackingInfo {
        self.track(caller, number).await.tracking_info.expect("a state")
    }
}

pub(crate) const CONNECTIONS: [(&str, &str); 4] =
    [("NO", "test"), ("LK", "test"), ("AR", "test"), ("NL", "live")];

/// A certificate whose fingerprint is one byte repeated, valid in 2026.
pub(crate) fn certificate(byte: u8, scope: &str) -> CertificateInput {
    CertificateInput {
        label: format!("system {byte}"),
        fingerprint: Fingerprint([byte; 32]).to_string(),
        scope: scope.into(),
        not_before_ms: 1_767_225_600_000,
        not_after_ms: 1_798_761_599_000,
    }
}

pub(crate) fn header(from: &str, to: &str, number: &str) -> EnvelopeHeader {
    EnvelopeHeader {
        from: from.into(),
        to: to.into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.into(),
        ..EnvelopeHeader::default()
    }
}

/// An envelope as it is read from the wire.
pub(crate) fn read_envelope(header: &EnvelopeHeader, content: &str) -> Envelope {
    match read(soap::client::deliver_envelope(header, content)) {
        Request::DeliverEnvelope(envelope) => envelope,
        other => panic!("another request: {other:?}"),
    }
}

pub(crate) fn read(request: Vec<u8>) -> Request {
    soap::read_request(Bytes::from(request), None, &Limits::default()).expect("a request of ours")
}

/// A number as a text of a request.
pub(crate) fn text(number: &str) -> Text {
    match read(soap::client::get_envelope_tracking_info(number)) {
        Request::GetEnvelopeTrackingInfo { hub_tracking_number } => hub_tracking_number,
        other => panic!("another request: {other:?}"),
    }
}

/// The number that a delivery was answered with.
pub(crate) fn number(header: &EnvelopeHeader) -> Text {
    text(header.hub_delivery_number.as_deref().expect("a number"))
}
