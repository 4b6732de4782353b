//! A bare HTTPS server that asks for client certificates and answers as it is told: the ceiling of
//! the protocol, and hubs that do wrong in tests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::Failure;

/// A request as the server saw it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Asked {
    /// The caller's certificate, as DER.
    pub certificate: Arc<[u8]>,
    /// The last part of its `SOAPAction`.
    pub operation: String,
    /// The whole body.
    pub body: Bytes,
}

/// Answers a request: HTTP status and body.
pub type Handler = Arc<dyn Fn(&Asked) -> (u16, Bytes) + Send + Sync>;

/// A server in this process, on a thread of its own; it ends when dropped.
#[derive(Debug)]
pub struct Stub {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    /// Starts a server with the keys of a directory made by `phytohub init`.
    ///
    /// # Errors
    /// When the keys cannot be read, or no port is free.
    pub fn start(pki: &Path, handler: Handler) -> Result<Self, Failure> {
        let tls = tls(pki)?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            tokio::select! {
                () = accept(listener, tls, handler) => {}
                _ = stopped => {}
            }
        };
        let thread =
            thread::Builder::new().name("stub".into()).spawn(move || runtime.block_on(serving))?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Gone already is as good.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves until the process ends. `ready` is told the address.
///
/// # Errors
/// When the keys cannot be read, or no port is free.
pub fn serve(pki: &Path, handler: Handler, ready: impl FnOnce(SocketAddr)) -> Result<(), Failure> {
    let tls = tls(pki)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        ready(listener.local_addr()?);
        accept(listener, tls, handler).await;
        Ok(())
    })
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, handler: Handler) {
    let mut sockets = JoinSet::new();
    loop {
        // Out of descriptors: those that end make room.
        let Ok((tcp, _)) = listener.accept().await else { continue };
        let (tls, handler) = (tls.clone(), Arc::clone(&handler));
        sockets.spawn(async move {
            // A socket that breaks is its client's affair.
            drop(converse(tcp, tls, handler).await);
        });
        while sockets.try_join_next().is_some() {}
    }
}

async fn converse(tcp: TcpStream, tls: TlsAcceptor, handler: Handler) -> Result<(), Failure> {
    tcp.set_nodelay(true)?;
    let tls = tls.accept(tcp).await?;
    let certificates = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let certificate: Arc<[u8]> = certificates.first().map_or(&[][..], |der| der.as_ref()).into();
    let service = service_fn(move |request: Request<Incoming>| {
        let (certificate, handler) = (Arc::clone(&certificate), Arc::clone(&handler));
        async move {
            let action = request.headers().get("soapaction");
            let action = action.and_then(|value| value.to_str().ok()).unwrap_or_default();
            let operation = action.trim_matches('"').rsplit('/').next().unwrap_or_default();
            let operation = operation.to_owned();
            let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
            let body = body.unwrap_or_default();
            let (status, body) = handler(&Asked { certificate, operation, body });
            let answer = Response::builder()
                .status(status)
                .header("content-type", "text/xml; charset=utf-8")
                .body(Full::new(body));
            Ok::<_, Infallible>(answer.unwrap_or_default())
        }
    });
    http1::Builder::new().serve_connection(TokioIo::new(tls), service).await?;
    Ok(())
}

fn tls(pki: &Path) -> Result<TlsAcceptor, Failure> {
    Ok(TlsAcceptor::from(Arc::new(tls_config(pki)?)))
}

/// A server's side of TLS with the keys of a directory made by `phytohub init`.
pub(crate) fn tls_config(pki: &Path) -> Result<ServerConfig, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.pem"))?)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(pki.join("server.pem"))?.collect();
    let key = PrivateKeyDer::from_pem_file(pki.join("server.key"))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier.build()?)
        .with_single_cert(chain?, key)?)
}
