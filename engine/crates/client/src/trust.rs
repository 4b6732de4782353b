//! How a partner's server is known, and TLS made of that.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::Identity;

/// How a server is known.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an operator names one of the three")]
pub enum ServerTrust {
    /// By these authorities and its name.
    Authorities(Vec<CertificateDer<'static>>),
    /// By its key alone: its certificate's name, issuer and dates are not looked at, so that a partner
    /// may renew the certificate, or sign it himself, as long as the key stays.
    Key(KeyPin),
    /// By the authorities that this machine trusts, and its name.
    Public,
}

/// SHA-256 of a certificate's `SubjectPublicKeyInfo`, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct KeyPin([u8; 32]);

impl KeyPin {
    /// The pin of a certificate's key; nothing if it is no certificate.
    #[must_use]
    pub fn of_certificate(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self(Sha256::digest(certificate.public_key().raw).into()))
    }
}

impl FromStr for KeyPin {
    type Err = ParseKeyPinError;

    /// Digits of either case, with or without colons between bytes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut nibbles =
            text.chars().filter(|character| *character != ':').map(|c| c.to_digit(16));
        let mut pin = [0_u8; 32];
        for byte in &mut pin {
            for _ in 0..2 {
                let nibble = nibbles.next().flatten().ok_or(ParseKeyPinError)?;
                *byte = *byte << 4 | u8::try_from(nibble).map_err(|_| ParseKeyPinError)?;
            }
        }
        if nibbles.next().is_some() { Err(ParseKeyPinError) } else { Ok(Self(pin)) }
    }
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPin({self})")
    }
}

/// The text is no pin.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a key is pinned by 64 hexadecimal digits: the SHA-256 of its SubjectPublicKeyInfo")]
pub struct ParseKeyPinError;

/// Why a client cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// A certificate cannot be an authority.
    #[error("this certificate cannot be an authority")]
    Authority {
        /// What is wrong with it.
        source: Error,
    },
    /// Our certificate and its key do not fit together, or are of a kind that TLS does not take.
    #[error("the client's certificate and key cannot be used together")]
    Identity {
        /// What is wrong.
        source: Error,
    },
    /// There is nobody to trust.
    #[error("no authority to trust: name one, or pin the server's key")]
    NoAuthorities,
    /// The cryptography library refuses to work.
    #[error("TLS cannot be set up")]
    Tls {
        /// Why.
        source: Error,
    },
}

pub(crate) fn tls_config(
    trust: &ServerTrust,
    identity: Option<&Identity>,
) -> Result<ClientConfig, SetUpError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|source| SetUpError::Tls { source })?;
    let builder = match trust {
        ServerTrust::Authorities(authorities) => {
            let mut roots = RootCertStore::empty();
            for authority in authorities {
                let added = roots.add(authority.clone());
                added.map_err(|source| SetUpError::Authority { source })?;
            }
            builder.with_root_certificates(filled(roots)?)
        }
        ServerTrust::Key(pin) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedKey { pin: *pin, provider })),
        ServerTrust::Public => {
            let mut roots = RootCertStore::empty();
            // Old roots that cannot be read are in every system's store.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            builder.with_root_certificates(filled(roots)?)
        }
    };
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
            .map_err(|source| SetUpError::Identity { source })?,
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn filled(roots: RootCertStore) -> Result<RootCertStore, SetUpError> {
    if roots.is_empty() { Err(SetUpError::NoAuthorities) } else { Ok(roots) }
}

/// Takes the certificate whose key is pinned, and no other.
#[derive(Debug)]
struct PinnedKey {
    pin: KeyPin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match KeyPin::of_certificate(end_entity) {
            Some(pin) if pin == self.pin => Ok(ServerCertVerified::assertion()),
            Some(_) => Err(CertificateError::ApplicationVerificationFailure.into()),
            None => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_as_tools_write_them() {
        let digits = "00112233445566778899aabbccddeeff".repeat(2);
        let pin: KeyPin = digits.parse().expect("a pin");
        assert_eq!(pin.to_string(), digits);
        let bytes: Vec<&str> = (0..32).filter_map(|at| digits.get(at * 2..at * 2 + 2)).collect();
        assert_eq!(bytes.join(":").to_uppercase().parse(), Ok(pin));
        for text in ["", &digits[1..], &format!("{digits}0"), &digits.replace('f', "g")] {
            assert_eq!(text.parse::<KeyPin>(), Err(ParseKeyPinError), "{text}");
        }
    }
}
