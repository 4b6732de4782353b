//! The certificates that `init` makes: an authority, a server's, and one for each connection.
//!
//! The authority's private key is never written: whoever finds the directory can use the keys in
//! it, but nobody can issue more.

use std::time::Duration;

use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use phytohub_domain::{ConnectionCode, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256,
};
use thiserror::Error;
use time::OffsetDateTime;

/// Password of every PKCS#12 file: Java's and .NET's usual one for trials. The files are 0600.
pub const PKCS12_PASSWORD: &str = "changeit";

/// A certificate authority, alive for one `init`.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    pem: String,
    now: Timestamp,
}

impl Authority {
    /// A new authority; its name carries the time, so that two trials are not mixed up.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new(now: Timestamp) -> Result<Self, PkiError> {
        let name = format!("Phytohub trial authority {now}");
        let mut params = params(&name, now, AUTHORITY_DAYS)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.self_signed(&key)?;
        let (der, pem) = (certificate.der().to_vec(), certificate.pem());
        Ok(Self { issuer: Issuer::new(params, key), der, pem, now })
    }

    /// The authority's certificate in PEM, for clients to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A server's certificate for these hosts and for this machine, with a P-256 key.
    ///
    /// # Errors
    /// When a host is no DNS name and no address.
    pub fn server(&self, hosts: &[String]) -> Result<Issued, PkiError> {
        let mut names = hosts.to_vec();
        for name in ["localhost", "127.0.0.1", "::1"] {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let name = names.first().cloned().unwrap_or_default();
        let mut params = params(&name, self.now, LEAF_DAYS)?;
        params.subject_alt_names = CertificateParams::new(names)
            .map_err(|source| PkiError::Host { hosts: hosts.join(","), source })?
            .subject_alt_names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
    }

    /// A connection's client certificate, with an RSA-2048 key: what the real hub asks for, so
    /// that every national system can use it.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn client(&self, code: &ConnectionCode) -> Result<Issued, PkiError> {
        let mut params = params(code.as_str(), self.now, LEAF_DAYS)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params, KeyPair::generate_for(&PKCS_RSA_SHA256)?)
    }

    /// The certificate that the hub shows to partners' endpoints, with a P-256 key. Partners must
    /// trust it, or this authority.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn push(&self) -> Result<Issued, PkiError> {
        let mut params = params("Phytohub", self.now, LEAF_DAYS)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
    }

    /// A PKCS#12 file with a client's key and chain, and this authority as trusted: key store and
    /// trust store in one.
    ///
    /// # Errors
    /// When the key or the certificate cannot be encoded.
    pub fn pkcs12(&self, code: &ConnectionCode, client: &Issued) -> Result<Vec<u8>, PkiError> {
        let authority = p12_keystore::Certificate::from_der(&self.der)?;
        let chain = [p12_keystore::Certificate::from_der(&client.der)?, authority.clone()];
        let key = PrivateKey::from_der(&client.key_der)?;
        let alias = code.as_str().to_ascii_lowercase();
        let chain = PrivateKeyChain::new(alias.as_str(), key, chain);
        let mut store = KeyStore::new();
        store.add_entry(&alias, KeyStoreEntry::PrivateKeyChain(chain));
        store.add_entry("phytohub-authority", KeyStoreEntry::Certificate(authority));
        Ok(store.writer(PKCS12_PASSWORD).write()?)
    }

    fn issue(&self, params: &CertificateParams, key: KeyPair) -> Result<Issued, PkiError> {
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            key_pem: key.serialize_pem(),
            key_der: key.serialize_der(),
        })
    }
}

/// A certificate and its key.
pub struct Issued {
    /// The certificate in PEM.
    pub pem: String,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// The private key in PEM, PKCS#8.
    pub key_pem: String,
    /// The private key in DER, PKCS#8.
    pub key_der: Vec<u8>,
}

/// Why certificates could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PkiError {
    /// A key or a certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// A name for the server's certificate is neither a DNS name nor an address.
    #[error("no certificate can be made for host={hosts}")]
    Host {
        /// The names asked for.
        hosts: String,
        /// Why.
        source: rcgen::Error,
    },
    /// The key store could not be encoded.
    #[error("cannot make a PKCS#12 file")]
    Pkcs12(#[from] p12_keystore::error::Error),
    /// The clock tells a time that no certificate can hold.
    #[error("the clock tells a time that no certificate can hold")]
    Time(#[from] time::error::ComponentRange),
}

fn params(name: &str, now: Timestamp, days: u64) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "Phytohub trial");
    params.use_authority_key_identifier_extension = true;
    // A day earlier, for partners whose clocks are behind.
    let start = now.as_millis().saturating_sub(DAY.as_secs() * 1000) / 1000;
    params.not_before = date(start)?;
    params.not_after = date(start + days * DAY.as_secs())?;
    Ok(params)
}

fn date(seconds: u64) -> Result<OffsetDateTime, time::error::ComponentRange> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
}

const DAY: Duration = Duration::from_secs(86_400);
const AUTHORITY_DAYS: u64 = 3650;
/// The longest life that common TLS clients still accept of a server.
const LEAF_DAYS: u64 = 825;

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> Authority {
        let now = Timestamp::parse_utc("2026-11-21").expect("a time");
        Authority::new(now).expect("an authority")
    }

    #[test]
    fn a_key_store_holds_the_key_and_trusts_the_authority() {
        let (authority, code) = (authority(), "NO".parse().expect("a code"));
        let client = authority.client(&code).expect("a client");
        let file = authority.pkcs12(&code, &client).expect("a file");
        let policy = p12_keystore::Pkcs12ImportPolicy::Strict;
        let store = KeyStore::from_pkcs12(&file, PKCS12_PASSWORD, policy).expect("a store");
        let (_, chain) = store.private_key_chain().expect("a chain");
        assert_eq!(chain.key().as_der(), client.key_der);
        assert_eq!(chain.certs()[0].as_der(), client.der);
        assert_eq!(chain.certs()[0].issuer(), chain.certs()[1].subject());
        assert_eq!(store.entries_len(), 2);
    }

    #[test]
    fn the_server_is_known_by_its_hosts_and_on_this_machine() {
        let hosts = ["hub.example".to_owned(), "10.1.2.3".to_owned()];
        assert!(authority().server(&hosts).is_ok());
        assert!(matches!(authority().server(&["h\u{fc}b".to_owned()]), Err(PkiError::Host { .. })));
    }
}
