//! TLS as the hub speaks it, and whose certificates it believes.
//!
//! A handshake asks for a client certificate but needs none, names no authorities (an old client
//! shown a list picks nothing), and proves only that the client has the certificate's private key.
//! Who the client is, and whether its certificate is still good, is asked on every request: on
//! resumed and on long-lived sockets too.

mod load;
mod trust;
mod verifier;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::server::{ProducesTickets, ServerSessionMemoryCache, StoresServerSessions};
use tokio::sync::watch;

pub use load::LoadTlsError;
pub(crate) use load::{certificates, private_key};
pub(crate) use trust::{ChainError, Trust};

use verifier::PossessionVerifier;

/// The files that TLS is made of.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the configuration, field by field")]
pub struct TlsFiles {
    /// PEM: the server's certificate, then its chain.
    pub certificate: PathBuf,
    /// PEM: its private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
    /// Whose client certificates are believed.
    pub trust: TrustMode,
}

/// Whose client certificates are believed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the configuration's two modes")]
pub enum TrustMode {
    /// A registered certificate is enough, whoever issued it.
    Registered,
    /// It must also chain to one of these authorities, and not be revoked.
    Ca {
        /// PEM files, each with one or more certificates.
        authorities: Vec<PathBuf>,
        /// Revocation lists, PEM or DER.
        revocation_lists: Vec<PathBuf>,
    },
}

/// The server's certificate and its trust, exchanged as one while sockets live on.
pub struct Tls {
    state: ArcSwap<TlsState>,
    // Kept over reloads, so that sessions can be resumed after one. That is safe because a resumed
    // session's certificate is checked on every request like any other.
    tickets: Arc<dyn ProducesTickets>,
    sessions: Arc<dyn StoresServerSessions>,
    provider: Arc<CryptoProvider>,
    reloads: watch::Sender<u64>,
}

/// One loading of the files.
pub(crate) struct TlsState {
    /// Grows with every reload.
    pub(crate) generation: u64,
    /// For handshakes.
    pub(crate) config: Arc<ServerConfig>,
    /// For handshakes over QUIC.
    pub(crate) quic: Arc<ServerConfig>,
    /// For requests.
    pub(crate) trust: Trust,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what it should; the error names it.
    pub fn load(files: &TlsFiles) -> Result<Self, LoadTlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tickets = aws_lc_rs::Ticketer::new().map_err(LoadTlsError::Tickets)?;
        let sessions = ServerSessionMemoryCache::new(SESSIONS_MAX);
        let state = build(files, 0, &provider, &tickets, &(sessions.clone() as _))?;
        let (reloads, _) = watch::channel(0);
        Ok(Self { state: ArcSwap::from_pointee(state), tickets, sessions, provider, reloads })
    }

    /// Reads the files anew. New handshakes use the new certificate, the next request on every
    /// socket the new trust.
    ///
    /// # Errors
    /// As [`Tls::load`]; then everything stays as it was.
    pub fn reload(&self, files: &TlsFiles) -> Result<(), LoadTlsError> {
        let generation = self.state.load().generation + 1;
        let state = build(files, generation, &self.provider, &self.tickets, &self.sessions)?;
        self.state.store(Arc::new(state));
        self.reloads.send_replace(generation);
        Ok(())
    }

    /// Changes with every reload, so that who stays connected can be looked at again.
    pub(crate) fn reloads(&self) -> watch::Receiver<u64> {
        self.reloads.subscribe()
    }

    /// What is in force now.
    pub(crate) fn state(&self) -> arc_swap::Guard<Arc<TlsState>> {
        self.state.load()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("generation", &self.state.load().generation).finish()
    }
}

fn build(
    files: &TlsFiles,
    generation: u64,
    provider: &Arc<CryptoProvider>,
    tickets: &Arc<dyn ProducesTickets>,
    sessions: &Arc<dyn StoresServerSessions>,
) -> Result<TlsState, LoadTlsError> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    let algorithms = provider.signature_verification_algorithms;
    let trust = load::trust(&files.trust, algorithms.all)?;
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(LoadTlsError::Tickets)?
        .with_client_cert_verifier(Arc::new(PossessionVerifier::new(algorithms)))
        .with_single_cert(chain, key)
        .map_err(|source| LoadTlsError::Key {
            path: files.key.clone(),
            certificate: files.certificate.clone(),
            source,
        })?;
    config.ticketer = Arc::clone(tickets);
    config.session_storage = Arc::clone(sessions);
    let quic = Arc::new(quic_config(&config, provider, algorithms)?);
    config.alpn_protocols = vec![ALPN_H2.to_vec(), ALPN_HTTP11.to_vec(), ALPN_HTTP10.to_vec()];
    Ok(TlsState { generation, config: Arc::new(config), quic, trust })
}

/// The same certificate over QUIC, where TLS is 1.3 and a client without a certificate has no
/// business. Early data stays off, as it is unless somebody turns it on: it can be replayed.
fn quic_config(
    https: &ServerConfig,
    provider: &Arc<CryptoProvider>,
    algorithms: WebPkiSupportedAlgorithms,
) -> Result<ServerConfig, LoadTlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(LoadTlsError::Tickets)?
        .with_client_cert_verifier(Arc::new(PossessionVerifier::demanding(algorithms)))
        .with_cert_resolver(Arc::clone(&https.cert_resolver));
    config.alpn_protocols = vec![phytohub_wire::quic::ALPN.to_vec()];
    config.ticketer = Arc::clone(&https.ticketer);
    config.session_storage = Arc::clone(&https.session_storage);
    Ok(config)
}

/// HTTP/2 in ALPN.
pub(crate) const ALPN_H2: &[u8] = b"h2";
pub(crate) const ALPN_HTTP11: &[u8] = b"http/1.1";
/// curl names HTTP/1.0 when told to speak it, and a handshake without a common name ends.
const ALPN_HTTP10: &[u8] = b"http/1.0";

/// Sessions kept for clients that resume by session id rather than by ticket (old JDKs): as many
/// as there are sockets by default.
const SESSIONS_MAX: usize = 4096;

#[cfg(test)]
mod tests;
