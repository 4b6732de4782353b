//! Proves that a client has the private key of the certificate it shows, and nothing else.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    CertificateDer, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, PeerMisbehaved,
    SignatureScheme,
};
use thiserror::Error as ThisError;
use webpki::RawPublicKeyEntity;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Asks for a certificate, needs none, and takes any whose private key the client has.
///
/// Only the public key is read from the certificate, so version 1, unknown critical extensions,
/// self-signature and foreign key usages all pass: who is registered was decided by the operator
/// who registered it.
pub(crate) struct PossessionVerifier {
    algorithms: WebPkiSupportedAlgorithms,
    mandatory: bool,
}

impl PossessionVerifier {
    pub(crate) fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { algorithms, mandatory: false }
    }

    /// One that ends the handshake of a client without a certificate.
    pub(crate) fn demanding(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { algorithms, mandatory: true }
    }

    /// The algorithms for a scheme, in the provider's order.
    fn algorithms(
        &self,
        scheme: SignatureScheme,
    ) -> Result<&'static [&'static dyn SignatureVerificationAlgorithm], Error> {
        let found = self.algorithms.mapping.iter().find(|(known, _)| *known == scheme);
        let unknown =
            Error::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme);
        found.map(|(_, algorithms)| *algorithms).ok_or(unknown)
    }
}

impl fmt::Debug for PossessionVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PossessionVerifier")
    }
}

impl ClientCertVerifier for PossessionVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let certificate = parse(end_entity)?;
        // Told apart here because the signature check would only say "bad signature".
        if let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() {
            let bits = key.key_size();
            if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
                let other = OtherError(Arc::new(RsaKeySize { bits }));
                return Err(CertificateError::Other(other).into());
            }
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // In TLS 1.2 a scheme does not name the curve, so each algorithm has its turn.
        verify(message, certificate, signed, self.algorithms(signed.scheme)?)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // TLS 1.3 leaves out PKCS#1 v1.5 and SHA-1, and ties each ECDSA scheme to one curve, which
        // the provider puts first.
        let algorithms = self.algorithms(signed.scheme)?;
        let first = algorithms.get(..1).filter(|_| is_tls13_scheme(signed.scheme));
        let unadvertised = PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme;
        verify(message, certificate, signed, first.ok_or(Error::PeerMisbehaved(unadvertised))?)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The client's key has a size that the signature check does not take.
#[derive(Debug, ThisError)]
#[error(
    "the client's RSA key has a size outside {RSA_BITS_MIN} to {RSA_BITS_MAX} bits: it needs a new key bits={bits}"
)]
struct RsaKeySize {
    bits: usize,
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    match X509Certificate::from_der(certificate) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertificateError::BadEncoding.into()),
    }
}

fn verify(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> Result<HandshakeSignatureValid, Error> {
    let certificate = parse(certificate)?;
    let key = SubjectPublicKeyInfoDer::from(certificate.public_key().raw);
    let key = RawPublicKeyEntity::try_from(&key)
        .map_err(|_| Error::from(CertificateError::BadEncoding))?;
    for algorithm in algorithms {
        match key.verify_signature(*algorithm, message, signed.signature()) {
            Ok(()) => return Ok(HandshakeSignatureValid::assertion()),
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => return Err(CertificateError::BadSignature.into()),
        }
    }
    Err(Error::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme))
}

/// The handshake schemes of TLS 1.3 (RFC 8446, 4.2.3).
fn is_tls13_scheme(scheme: SignatureScheme) -> bool {
    use SignatureScheme as S;
    matches!(
        scheme,
        S::ECDSA_NISTP256_SHA256
            | S::ECDSA_NISTP384_SHA384
            | S::ECDSA_NISTP521_SHA512
            | S::RSA_PSS_SHA256
            | S::RSA_PSS_SHA384
            | S::RSA_PSS_SHA512
            | S::ED25519
    )
}

/// What the provider's RSA algorithms take.
const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 8192;
