//! A client of the hub over mutual TLS, as small as a test wants it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use phytohub_server::{DELIVERY_SERVICE_PATH, Tasks};
use phytohub_wire::soap::client::{ClientReply, read_reply};
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{TestCa, TestCertificate};

/// How a client opens TLS.
#[derive(Clone, Debug)]
pub struct TestTls(ClientConfig);

impl TestTls {
    /// TLS 1.2 and 1.3, trusting this authority, with this certificate or none.
    #[must_use]
    pub fn new(ca: &TestCa, certificate: Option<&TestCertificate>) -> Self {
        Self::with_versions(ca, certificate, rustls::ALL_VERSIONS)
    }

    /// Only these versions of TLS.
    #[must_use]
    pub fn with_versions(
        ca: &TestCa,
        certificate: Option<&TestCertificate>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("the authority is one");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("the versions are known")
            .with_root_certificates(roots);
        Self(match certificate {
            None => builder.with_no_client_auth(),
            Some(certificate) => {
                let key = aws_lc_rs::sign::any_supported_type(&certificate.key());
                let key = key.expect("the kinds of keys are all supported");
                let presents = Arc::new(CertifiedKey::new(certificate.chain(), key));
                builder.with_client_cert_resolver(Arc::new(Presents(presents)))
            }
        })
    }

    /// Offers these protocols in ALPN.
    #[must_use]
    pub fn alpn(mut self, protocols: &[&[u8]]) -> Self {
        self.0.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        self
    }

    /// Opens a socket: for tests that write HTTP by hand.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn open(&self, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
        self.open_on(TcpStream::connect(address).await?).await
    }

    /// The same on a connected TCP socket.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn open_on(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").expect("a host name");
        TlsConnector::from(Arc::new(self.0.clone())).connect(name, stream).await
    }

    /// Opens a socket that speaks HTTP/1.1.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn connect(&self, address: SocketAddr) -> TestClient {
        let stream = self.open(address).await.expect("the hub takes the socket");
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("nothing is sent yet");
        let tasks = Tasks::new();
        tasks.spawn("test client", async {
            // What goes wrong shows in the request.
            let _ = connection.await;
        });
        TestClient { sender, address }
    }
}

/// Presents its certificate whatever the server asks for, and however odd it is.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesClientCert for Presents {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// One kept-alive socket of a client.
#[derive(Debug)]
pub struct TestClient {
    sender: http1::SendRequest<Full<Bytes>>,
    address: SocketAddr,
}

/// What came back.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests look at all of it")]
pub struct TestReply {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl TestReply {
    /// The body as a reply of the hub.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn soap(&self) -> ClientReply {
        read_reply(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The fault's message.
    ///
    /// # Panics
    /// When the reply is no fault.
    #[must_use]
    pub fn fault(&self) -> String {
        match self.soap() {
            ClientReply::Fault { message, .. } => message,
            other => panic!("no fault: {other:?}"),
        }
    }
}

impl TestClient {
    /// POSTs SOAP to the service and reads the reply.
    ///
    /// # Panics
    /// When the socket breaks.
    pub async fn post(&mut self, body: impl Into<Bytes>) -> TestReply {
        let request = self.request(Method::POST, DELIVERY_SERVICE_PATH, body);
        self.send(request).await.expect("the hub answers")
    }

    /// POSTs SOAP and reads the hub's reply, which must have status 200.
    ///
    /// # Panics
    /// When the socket breaks, or the reply is a fault.
    pub async fn call(&mut self, body: impl Into<Bytes>) -> ClientReply {
        let reply = self.post(body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", String::from_utf8_lossy(&reply.body));
        reply.soap()
    }

    /// A request with the headers that SOAP clients send; change it before sending.
    #[must_use]
    pub fn request(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Request<Full<Bytes>> {
        Request::builder()
            .method(method)
            .uri(path)
            .header("Host", self.address.to_string())
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "\"\"")
            .body(Full::new(body.into()))
            .expect("the parts are well-formed")
    }

    /// Sends a request and reads the reply.
    ///
    /// # Errors
    /// When the socket breaks.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<TestReply> {
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(TestReply { status: parts.status, headers: parts.headers, body })
    }
}
