//! Whose certificates are believed, asked with the time of the request.

use phytohub_domain::Timestamp;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use thiserror::Error;
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptionsBuilder, UnknownStatusPolicy,
};

/// What a client's certificate must be besides registered.
pub(crate) enum Trust {
    /// Nothing else.
    Registered,
    /// Issued by one of the authorities, and not revoked.
    Ca(Authorities),
}

/// Configured authorities and their revocation lists.
pub(crate) struct Authorities {
    pub(crate) anchors: Vec<TrustAnchor<'static>>,
    pub(crate) lists: Vec<CertRevocationList<'static>>,
    pub(crate) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
}

impl Trust {
    /// Whether a client's chain, its own certificate first, is believed at this time.
    pub(crate) fn check(
        &self,
        chain: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<(), ChainError> {
        match self {
            Self::Registered => Ok(()),
            Self::Ca(authorities) => authorities.check(chain, now),
        }
    }
}

impl Authorities {
    fn check(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Result<(), ChainError> {
        let (leaf, intermediates) = chain.split_first().ok_or(ChainError::Missing)?;
        let leaf = EndEntityCert::try_from(leaf)?;
        match self.verify(&leaf, intermediates, now, KeyUsage::client_auth()) {
            // Public authorities stop issuing for clients, and real connections use their web
            // server's certificate: issued for either side of TLS is good enough.
            Err(webpki::Error::RequiredEkuNotFoundContext(_)) => {
                Ok(self.verify(&leaf, intermediates, now, KeyUsage::server_auth())?)
            }
            other => Ok(other?),
        }
    }

    fn verify(
        &self,
        leaf: &EndEntityCert<'_>,
        intermediates: &[CertificateDer<'_>],
        now: Timestamp,
        usage: KeyUsage,
    ) -> Result<(), webpki::Error> {
        let lists: Vec<&CertRevocationList<'_>> = self.lists.iter().collect();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                // An authority without a list revokes nobody.
                .with_status_policy(UnknownStatusPolicy::Allow)
                // What an outdated list revokes stays revoked; refusing everybody because a list
                // was not renewed would stop the exchange.
                .with_expiration_policy(ExpirationPolicy::Ignore)
                .build()
        });
        let now = UnixTime::since_unix_epoch(now.since(Timestamp::default()));
        leaf.verify_for_usage(
            self.algorithms,
            &self.anchors,
            intermediates,
            now,
            usage,
            revocation,
            None,
        )
        .map(drop)
    }
}

/// A registered certificate is not believed.
#[derive(Clone, Debug, Error)]
pub(crate) enum ChainError {
    /// No certificate.
    #[error("no client certificate was presented")]
    Missing,
    /// The chain does not hold.
    #[error("the certificate is not issued by a configured authority, or no longer good: {0:?}")]
    Chain(webpki::Error),
}

impl From<webpki::Error> for ChainError {
    fn from(error: webpki::Error) -> Self {
        Self::Chain(error)
    }
}
