//! A partner's own service, as good or bad as a test wants it: each request is an event that the
//! test sees, and answers byte by byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, Fingerprint, Limits, TrackingInfo};
use phytohub_server::{Shutdown, ShutdownTrigger, Tasks};
use phytohub_wire::soap::{self, Header, Request};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::{TestCa, TestCertificate};

/// A partner that listens on a loopback address with TLS.
#[derive(Debug)]
pub struct TestPartner {
    address: SocketAddr,
    calls: Mutex<mpsc::Receiver<TestCall>>,
    /// Dropped with this: then it listens no more, and its sockets close.
    _open: ShutdownTrigger,
}

/// A request that arrived whole and waits for its answer; dropping it closes the socket.
#[derive(Debug)]
pub struct TestCall {
    /// What it asks for.
    pub request: Request,
    /// Header and body as they arrived.
    pub raw: Bytes,
    /// The certificate that was shown.
    pub certificate: Option<Fingerprint>,
    /// Which socket it came on, counted from 1.
    pub socket: usize,
    answer: oneshot::Sender<PartnerAnswer>,
}

/// What a partner writes.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "tests name every kind")]
pub enum PartnerAnswer {
    /// These bytes; then the next request is awaited.
    Raw(Vec<u8>),
    /// These bytes; then the socket is closed.
    Last(Vec<u8>),
    /// These bytes, then letters for as long as they are read.
    Endless(Vec<u8>),
}

impl PartnerAnswer {
    /// A reply with its length told.
    #[must_use]
    pub fn http(status: &str, content_type: &str, body: &str) -> Self {
        Self::Raw(http(status, content_type, body).into_bytes())
    }

    /// `DeliverEnvelope` answered with this header.
    #[must_use]
    pub fn header(header: &EnvelopeHeader) -> Self {
        let reply = soap::deliver_envelope(header);
        Self::soap(&String::from_utf8_lossy(&reply.splice(&[])))
    }

    /// `DeliverEnvelope` answered without a result.
    #[must_use]
    pub fn taken() -> Self {
        Self::soap(&envelope("<e:DeliverEnvelopeResponse/>"))
    }

    /// `SetTrackingInfoUpdate` answered.
    #[must_use]
    pub fn told() -> Self {
        Self::soap(&envelope("<e:SetTrackingInfoUpdateResponse/>"))
    }

    /// A fault with status 500.
    #[must_use]
    pub fn fault(message: &str) -> Self {
        let fault = format!(
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>{message}</faultstring></s:Fault>"
        );
        Self::http("500 Internal Server Error", XML, &envelope(&fault))
    }

    /// This message with status 200.
    #[must_use]
    pub fn soap(body: &str) -> Self {
        Self::http("200 OK", XML, body)
    }

    /// The same, twice on one connection.
    #[must_use]
    pub fn twice(self) -> Self {
        match self {
            Self::Raw(bytes) => Self::Raw(bytes.repeat(2)),
            other => other,
        }
    }

    /// Only its first half, then the socket is closed.
    #[must_use]
    pub fn half(self) -> Self {
        match self {
            Self::Raw(bytes) | Self::Last(bytes) | Self::Endless(bytes) => {
                let half = bytes.get(..bytes.len() - 40).unwrap_or_default();
                Self::Last(half.to_vec())
            }
        }
    }
}

impl TestPartner {
    /// A partner with a certificate for `localhost` by this authority, which also proves callers.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start(ca: &TestCa) -> Self {
        Self::start_with(ca, &ca.server(&["localhost"])).await
    }

    /// With this certificate.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start_with(ca: &TestCa, certificate: &TestCertificate) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let acceptor = TlsAcceptor::from(Arc::new(tls(ca, certificate)));
        let (sender, calls) = mpsc::channel(CALLS_MAX);
        let (trigger, stop) = ShutdownTrigger::new();
        let tasks = Tasks::new();
        tasks.clone().spawn("test partner", listen(listener, acceptor, sender, tasks, stop));
        Self { address, calls: Mutex::new(calls), _open: trigger }
    }

    /// Its address as an endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://localhost:{}/services/DeliveryService", self.address.port())
    }

    /// The next request.
    ///
    /// # Panics
    /// When none arrives in half a minute.
    pub async fn call(&self) -> TestCall {
        let call = async { self.calls.lock().await.recv().await };
        let call = timeout(PATIENCE, call).await.expect("a request arrives");
        call.expect("the partner listens")
    }

    /// Requests that arrived and were not looked at.
    ///
    /// # Panics
    /// When somebody waits for one at the same time.
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.calls.try_lock().expect("nobody waits for a request").len()
    }
}

impl TestCall {
    /// Answers.
    pub fn answer(self, answer: PartnerAnswer) {
        // The caller may have gone: that is what some tests want.
        let _ = self.answer.send(answer);
    }

    /// Takes an envelope without a word.
    pub fn take(self) {
        self.answer(PartnerAnswer::taken());
    }

    /// The header of what was brought or told.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    pub fn header(&self) -> EnvelopeHeader {
        match &self.request {
            Request::DeliverEnvelope(envelope) => told(&envelope.header),
            Request::SetTrackingInfoUpdate(header) => told(header),
            other => panic!("not what a hub asks a partner: {other:?}"),
        }
    }

    /// The hub delivery number.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn number(&self) -> String {
        self.header().hub_delivery_number.expect("the hub tells its number")
    }

    /// The content, as it is written.
    ///
    /// # Panics
    /// When it is no envelope.
    #[must_use]
    pub fn content(&self) -> Bytes {
        match &self.request {
            Request::DeliverEnvelope(envelope) => envelope.content.raw.clone(),
            other => panic!("no envelope: {other:?}"),
        }
    }
}

fn told(header: &Header) -> EnvelopeHeader {
    let text = |text: &soap::Text| text.decode().into_owned();
    let optional = |field: &soap::Text| Some(text(field)).filter(|text| !text.is_empty());
    EnvelopeHeader {
        from: text(&header.from),
        to: text(&header.to),
        certificate_type: header.certificate_type.value().unwrap_or_default(),
        certificate_status: header.certificate_status.value().unwrap_or_default(),
        nppo_certificate_number: text(&header.nppo_certificate_number),
        hub_delivery_number: optional(&header.hub_delivery_number),
        tracking_info: text(&header.hub_tracking_info).parse::<TrackingInfo>().ok(),
        error_message: optional(&header.hub_delivery_error_message),
        forwardings: Vec::new(),
    }
}

async fn listen(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    calls: mpsc::Sender<TestCall>,
    tasks: Tasks,
    mut stop: Shutdown,
) {
    for count in 1.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.requested() => break,
        };
        let Ok((stream, _)) = accepted else { break };
        let (acceptor, calls, mut stop) = (acceptor.clone(), calls.clone(), stop.clone());
        tasks.spawn("test partner's socket", async move {
            let served = async {
                // A caller that breaks off, or does not trust us, is what some tests want.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, count, calls).await;
                }
            };
            tokio::select! {
                () = served => {}
                () = stop.requested() => {}
            }
        });
    }
}

async fn serve(mut stream: TlsStream<TcpStream>, socket: usize, calls: mpsc::Sender<TestCall>) {
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let certificate =
        shown.map(|der: &CertificateDer<'_>| Fingerprint(Sha256::digest(der.as_ref()).into()));
    while let Some((raw, body)) = read_request(&mut stream).await {
        let request = soap::read_request(body, None, &Limits::default());
        let request = request.expect("the hub writes what it reads");
        let (answer, answered) = oneshot::channel();
        let call = TestCall { request, raw, certificate, socket, answer };
        if calls.send(call).await.is_err() {
            return;
        }
        let written = match answered.await {
            Err(_) => return,
            Ok(PartnerAnswer::Raw(bytes)) => stream.write_all(&bytes).await,
            Ok(PartnerAnswer::Last(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Ok(PartnerAnswer::Endless(bytes)) => {
                let mut written = stream.write_all(&bytes).await;
                while written.is_ok() {
                    written = stream.write_all(&[b'a'; 16 << 10]).await;
                }
                written
            }
        };
        if written.is_err() {
            return;
        }
    }
}

/// A request with a told length: all of it, and its body; nothing when the caller has gone.
async fn read_request(stream: &mut TlsStream<TcpStream>) -> Option<(Bytes, Bytes)> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|four: &[u8]| four == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(bytes.get(..head)?).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.expect("the length is told").trim().parse().ok()?;
            if bytes.len() >= head + 4 + length {
                let raw = Bytes::from(bytes);
                let body = raw.slice(head + 4..head + 4 + length);
                return Some((raw, body));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn tls(ca: &TestCa, certificate: &TestCertificate) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).expect("the authority is one");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .expect("one authority is enough");
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificate.chain(), certificate.key())
        .expect("key and certificate belong together")
}

fn http(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:e=\"http://ephyto.ippc.int/\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

const XML: &str = "text/xml; charset=utf-8";
/// Far above what a healthy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests that no test has looked at yet.
const CALLS_MAX: usize = 1024;
