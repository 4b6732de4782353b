//! TLS as browsers know it: the server shows a certificate and asks for none.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;

use crate::LoadTlsError;
use crate::tls::{ALPN_H2, ALPN_HTTP11, certificates, private_key};

/// The files that a browser's TLS is made of.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the configuration, field by field")]
pub struct WebFiles {
    /// PEM: the server's certificate, then its chain.
    pub certificate: PathBuf,
    /// PEM: its private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
}

/// The door's certificate, which can be exchanged while sockets live on.
#[derive(Debug)]
pub struct WebTls(ArcSwap<ServerConfig>);

impl WebTls {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what it should; the error names it.
    pub fn load(files: &WebFiles) -> Result<Self, LoadTlsError> {
        build(files).map(ArcSwap::from_pointee).map(Self)
    }

    /// Reads the files anew, for handshakes from now on.
    ///
    /// # Errors
    /// As [`WebTls::load`]; then everything stays as it was.
    pub fn reload(&self, files: &WebFiles) -> Result<(), LoadTlsError> {
        self.0.store(Arc::new(build(files)?));
        Ok(())
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.0.load_full()
    }
}

fn build(files: &WebFiles) -> Result<ServerConfig, LoadTlsError> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(LoadTlsError::Tickets)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|source| LoadTlsError::Key {
            path: files.key.clone(),
            certificate: files.certificate.clone(),
            source,
        })?;
    config.alpn_protocols = vec![ALPN_H2.to_vec(), ALPN_HTTP11.to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(LoadTlsError::Tickets)?;
    Ok(config)
}
