//! A small national system: SOAP over one mutual TLS connection, for the demonstration and tests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use phytohub_server::Tasks;
use phytohub_wire::soap::client::{ClientReply, ReplyError, read_reply};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The files with which a national system connects.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made field by field")]
pub struct ClientFiles {
    /// PEM: the authority that issued the hub's certificate.
    pub authority: PathBuf,
    /// PEM: the client's certificate.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
}

impl ClientFiles {
    /// The files that `init` made for a connection.
    #[must_use]
    pub fn of_trial(directory: &Path, code: &str) -> Self {
        let pki = directory.join("pki");
        Self {
            authority: pki.join("ca.pem"),
            certificate: pki.join(format!("{code}.pem")),
            key: pki.join(format!("{code}.key")),
        }
    }
}

/// A national system with an open connection to a hub.
#[derive(Debug)]
pub struct SoapClient {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl SoapClient {
    /// Connects, with TLS 1.3 and this client certificate.
    ///
    /// # Errors
    /// When a file cannot be used, or nobody listens, or the hub's certificate is not trusted.
    pub async fn connect(
        files: &ClientFiles,
        address: SocketAddr,
        tasks: &Tasks,
    ) -> Result<Self, CallError> {
        let config = Arc::new(tls_config(files)?);
        let stream = TcpStream::connect(address)
            .await
            .map_err(|source| CallError::Connect { address, source })?;
        let name = ServerName::IpAddress(address.ip().into());
        let stream = TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(|source| CallError::Connect { address, source })?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tasks.spawn("client", async move {
            // What goes wrong on the connection is told to whoever waits for a reply on it.
            let _ = connection.await;
        });
        Ok(Self { sender, host: address.to_string() })
    }

    /// Sends one request and reads its reply.
    ///
    /// # Errors
    /// When the connection breaks, or the reply is not of the hub's form. A fault is a reply.
    pub async fn call(&mut self, body: Vec<u8>) -> Result<ClientReply, CallError> {
        let request = Request::post("/hub/DeliveryService")
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", "\"\"")
            .body(Full::new(Bytes::from(body)))?;
        // The reply before may just have been read: the connection comes to rest a moment later.
        self.sender.ready().await?;
        let reply = self.sender.send_request(request).await?;
        let body = reply.into_body().collect().await?.to_bytes();
        Ok(read_reply(&body)?)
    }
}

/// TLS with these files, for whoever speaks something else over it.
///
/// # Errors
/// When a file cannot be used.
pub fn tls_config(files: &ClientFiles) -> Result<ClientConfig, CallError> {
    let wrong = |file: &Path| {
        let file = file.to_owned();
        move |source| CallError::File { file, source }
    };
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(&files.authority);
    roots.add(authority.map_err(wrong(&files.authority))?)?;
    let certificate = CertificateDer::from_pem_file(&files.certificate);
    let chain = vec![certificate.map_err(wrong(&files.certificate))?];
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(wrong(&files.key))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    Ok(config)
}

/// Why a call got no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// Nobody answered there, or not with a certificate that is trusted.
    #[error("cannot connect to the hub address={address}")]
    Connect {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate or key cannot be read.
    #[error("cannot use the certificate or key file={}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rustls_pki_types::pem::Error,
    },
    /// The HTTP exchange broke.
    #[error("the connection to the hub broke")]
    Http(#[from] hyper::Error),
    /// The reply is not what a hub says.
    #[error("the hub's reply cannot be read")]
    Reply(#[from] ReplyError),
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// TLS cannot use these files together.
    #[error("the certificate, its key and the authority do not fit together")]
    Tls(#[from] rustls::Error),
}
