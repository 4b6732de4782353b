//! What a client shows: a certificate and the proof that it has its key.

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

/// A certificate with its chain and its private key.
#[derive(Debug)]
pub struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Identity {
    /// From DER, the certificate itself first.
    #[must_use]
    pub const fn from_der(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Self {
        Self { chain, key }
    }

    /// From two PEM texts, which may be the same: all certificates of the first and the first key of
    /// the second. Keys under a passphrase are not read.
    ///
    /// # Errors
    /// When one of them holds none.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|source| IdentityError::Certificate { source })?;
        if chain.is_empty() {
            return Err(IdentityError::Certificate { source: pem::Error::NoItemsFound });
        }
        let key = PrivateKeyDer::from_pem_slice(key);
        Ok(Self { chain, key: key.map_err(|source| IdentityError::Key { source })? })
    }
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// Why texts are no identity.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The first holds no certificate.
    #[error("no certificate in PEM form")]
    Certificate {
        /// What is wrong.
        source: pem::Error,
    },
    /// The second holds no key.
    #[error("no private key in PEM form, or one under a passphrase")]
    Key {
        /// What is wrong.
        source: pem::Error,
    },
}
