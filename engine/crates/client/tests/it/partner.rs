//! A partner's server whose every word is written by the test.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use phytohub_client::{AddressPolicy, ClientConfig, Endpoint, ServerTrust, SoapClient};
use phytohub_server::Tasks;
use phytohub_testkit::{TestCa, TestCertificate};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What the partner does with a request that it has read.
#[derive(Clone)]
pub(crate) enum Act {
    /// Writes this, and waits for the next request.
    Say(String),
    /// Writes this and closes the socket.
    SayAndClose(String),
    /// Writes this, then the same bytes again and again.
    SayForEver(String),
    /// Says nothing and keeps the socket open.
    Hang,
}

/// A running partner.
pub(crate) struct Partner {
    pub(crate) address: SocketAddr,
    pub(crate) ca: TestCa,
    shared: Arc<Shared>,
    _tasks: Tasks,
}

struct Shared {
    acts: Mutex<Vec<Act>>,
    requests: Mutex<Vec<String>>,
    sockets: AtomicUsize,
}

impl Partner {
    /// One that does this with each request, the last of them with all that follow.
    pub(crate) async fn doing(acts: &[Act]) -> Self {
        let ca = TestCa::new("Partner CA");
        let certificate = ca.server(&["localhost", "127.0.0.1"]);
        Self::start(ca, &certificate, None, acts).await
    }

    /// One that says this.
    pub(crate) async fn saying(reply: &str) -> Self {
        Self::doing(&[Act::Say(reply.to_owned())]).await
    }

    /// One with this certificate, which asks for one of that authority.
    pub(crate) async fn start(
        ca: TestCa,
        certificate: &TestCertificate,
        asks_for: Option<&TestCa>,
        acts: &[Act],
    ) -> Self {
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match asks_for {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(authority.der().clone()).expect("an authority");
                let provider = Arc::new(aws_lc_rs::default_provider());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let config = builder.with_single_cert(certificate.chain(), certificate.key());
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            acts: Mutex::new(acts.iter().rev().cloned().collect()),
            requests: Mutex::default(),
            sockets: AtomicUsize::new(0),
        });
        let tasks = Tasks::new();
        let (all, state) = (tasks.clone(), Arc::clone(&shared));
        tasks.spawn("partner", async move {
            while let Ok((stream, _)) = listener.accept().await {
                state.sockets.fetch_add(1, Ordering::Relaxed);
                let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
                all.spawn("partner socket", async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        state.serve(stream).await;
                    }
                });
            }
        });
        Self { address, ca, shared, _tasks: tasks }
    }

    /// How many sockets came.
    pub(crate) fn sockets(&self) -> usize {
        self.shared.sockets.load(Ordering::Relaxed)
    }

    /// The requests that came, with their heads.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How a client reaches it: trusting its authority, on the loopback that it is on.
    pub(crate) fn config(&self) -> ClientConfig {
        let trust = ServerTrust::Authorities(vec![self.ca.der().clone()]);
        config(&format!("https://localhost:{}/partner/Service", self.address.port()), trust)
    }

    /// A client of it.
    pub(crate) fn client(&self) -> SoapClient {
        SoapClient::new(self.config()).expect("a client")
    }
}

impl Shared {
    async fn serve(&self, mut stream: TlsStream<TcpStream>) {
        while let Some(request) = read_request(&mut stream).await {
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            let act = {
                let mut acts = self.acts.lock().unwrap_or_else(PoisonError::into_inner);
                if acts.len() > 1 { acts.pop() } else { acts.first().cloned() }
            };
            match act.expect("the test says what to do") {
                Act::Say(text) => {
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Act::SayAndClose(text) => {
                    let _ = stream.write_all(text.as_bytes()).await;
                    let _ = stream.shutdown().await;
                    return;
                }
                Act::SayForEver(text) => while stream.write_all(text.as_bytes()).await.is_ok() {},
                Act::Hang => std::future::pending().await,
            }
        }
    }
}

async fn read_request(stream: &mut TlsStream<TcpStream>) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
    }
}

/// A client of an address on the loopback.
pub(crate) fn config(endpoint: &str, trust: ServerTrust) -> ClientConfig {
    let endpoint: Endpoint = endpoint.parse().expect("an endpoint");
    ClientConfig { addresses: AddressPolicy::any(), ..ClientConfig::new(endpoint, trust) }
}

/// An HTTP reply.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

/// A reply in SOAP.
pub(crate) fn soap(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:e=\"http://ephyto.ippc.int/\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// The answer to an acknowledgement.
pub(crate) fn acknowledged() -> String {
    let body = soap("<e:AcknowledgeEnvelopeReceiptResponse/>");
    http("200 OK", "Content-Type: text/xml\r\n", &body)
}
