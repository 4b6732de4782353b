//! The certificate that the sender is known by.

use aws_lc_rs::signature::UnparsedPublicKey;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::algorithm::{Algorithm, Key};
use super::{Refusal, rule};

/// A certificate whose key can verify signatures.
pub(super) struct Signer<'c> {
    certificate: X509Certificate<'c>,
    key: Key,
}

impl<'c> Signer<'c> {
    pub(super) fn read(der: &'c [u8]) -> Result<Self, Refusal> {
        let Ok((rest, certificate)) = X509Certificate::from_der(der) else {
            return Err(unfit("it is no X.509 certificate"));
        };
        if !rest.is_empty() {
            return Err(unfit("there are bytes behind it"));
        }
        let key = key(&certificate)?;
        Ok(Self { certificate, key })
    }

    pub(super) fn check_time(&self, at_unix_ms: i64) -> Result<(), Refusal> {
        let at = at_unix_ms.div_euclid(1000);
        let validity = self.certificate.validity();
        // A certificate is valid to the end of its last second.
        let is_early = at < validity.not_before.timestamp();
        if !is_early && at <= validity.not_after.timestamp() {
            return Ok(());
        }
        let what = if is_early {
            format!("it begins at {}", validity.not_before)
        } else {
            format!("it ended at {}", validity.not_after)
        };
        Err(Refusal::new(&rule::NOT_VALID, 0, what, ""))
    }

    pub(super) fn check(
        &self,
        algorithm: &Algorithm,
        signed: &[u8],
        value: &[u8],
        at: usize,
    ) -> Result<(), Refusal> {
        if algorithm.key != self.key {
            let what =
                format!("its key is of {:?}, the signature of {:?}", self.key, algorithm.key);
            return Err(unfit(&what));
        }
        let key = &self.certificate.public_key().subject_public_key.data;
        UnparsedPublicKey::new(algorithm.verification, key)
            .verify(signed, value)
            .map_err(|_| Refusal::new(&rule::VALUE, at, "", "Signature/SignatureValue"))
    }
}

fn unfit(what: &str) -> Refusal {
    Refusal::new(&rule::CERTIFICATE, 0, what, "")
}

fn key(certificate: &X509Certificate<'_>) -> Result<Key, Refusal> {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => match key.key_size() {
            RSA_BITS_MIN..=RSA_BITS_MAX => Ok(Key::Rsa),
            bits => Err(unfit(&format!("its RSA key has {bits} bits, not 2048 to 8192"))),
        },
        Ok(PublicKey::EC(_)) if info.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY => {
            let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
            match curve {
                Some(curve) if curve == OID_EC_P256 => Ok(Key::P256),
                Some(curve) if curve == OID_NIST_EC_P384 => Ok(Key::P384),
                Some(curve) if curve == OID_NIST_EC_P521 => Ok(Key::P521),
                _ => Err(unfit("its key is on a curve that is not used here")),
            }
        }
        _ => Err(unfit("its key is neither of RSA nor of ECDSA")),
    }
}

/// What NIST SP 800-131A asks for, and what the library takes.
const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 8192;
