//! What the hub signs with, and the one form in which things are signed.
//!
//! Keys are Ed25519, one for each purpose: whoever can sign receipts cannot sign the heads of the
//! audit. A text that is signed is lines of `name:value` behind a line that says what it is, so that
//! a person can read it, `openssl` can check it, and no signature is one of something else.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A private key.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: VerifyingKey,
}

/// The public half of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VerifyingKey {
    raw: [u8; 32],
    id: KeyId,
}

/// Names a key: the first eight bytes of the SHA-256 of its public half in DER
/// (`SubjectPublicKeyInfo`), told in hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "eight bytes of a hash")]
pub struct KeyId(pub [u8; 8]);

/// Bytes are not a key that the hub can use.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("this is no Ed25519 key in DER (private: PKCS#8, public: SubjectPublicKeyInfo)")]
pub struct NotAKey;

impl SigningKey {
    /// A new key, as its PKCS#8 in DER; nothing when the machine gives no randomness.
    #[must_use]
    pub fn generate() -> Option<Vec<u8>> {
        let pair = Ed25519KeyPair::generate().ok()?;
        Some(pair.to_pkcs8v1().ok()?.as_ref().to_vec())
    }

    /// Reads a key from its PKCS#8 in DER.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| NotAKey)?;
        let raw = pair.public_key().as_ref().try_into().map_err(|_| NotAKey)?;
        Ok(Self { pair, public: VerifyingKey::from_raw(raw) })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> VerifyingKey {
        self.public
    }

    /// Signs a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> [u8; 64] {
        let signature = self.pair.sign(text.as_bytes());
        signature.as_ref().try_into().expect("an Ed25519 signature has 64 bytes")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.public.id).finish_non_exhaustive()
    }
}

impl VerifyingKey {
    fn from_raw(raw: [u8; 32]) -> Self {
        let mut id = [0; 8];
        let hash = Sha256::digest([SPKI_HEAD.as_slice(), &raw].concat());
        id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Self { raw, id: KeyId(id) }
    }

    /// Reads a public key from its `SubjectPublicKeyInfo` in DER.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_spki(der: &[u8]) -> Result<Self, NotAKey> {
        let raw = der.strip_prefix(SPKI_HEAD.as_slice()).ok_or(NotAKey)?;
        Ok(Self::from_raw(raw.try_into().map_err(|_| NotAKey)?))
    }

    /// Its `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn to_spki(&self) -> Vec<u8> {
        [SPKI_HEAD.as_slice(), &self.raw].concat()
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether this key made this signature over this text.
    #[must_use]
    pub fn verify(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.raw).verify(text.as_bytes(), signature).is_ok()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for KeyId {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        unhex(text).map(Self).ok_or(NotAKey)
    }
}

/// A text to be signed, in the making.
#[derive(Debug)]
pub(crate) struct Statement(String);

impl Statement {
    /// Begins with what it is and the version of its form.
    pub(crate) fn new(what: &str) -> Self {
        Self(format!("{what}\n"))
    }

    /// Adds `name:value`. A backslash, a line feed and a carriage return in the value are written
    /// `\\`, `\n` and `\r`, so that a value never makes a line of its own.
    pub(crate) fn line(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        let value = value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        self.0.push_str(&format!("{name}:{value}\n"));
        self
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly so many bytes from hexadecimal digits.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// What stands before the 32 bytes of an Ed25519 key in its `SubjectPublicKeyInfo` (RFC 8410).
const SPKI_HEAD: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_pkcs8(&SigningKey::generate().expect("randomness")).expect("a key")
    }

    #[test]
    fn a_signature_holds_for_its_text_and_its_key_alone() {
        let (key, other) = (key(), key());
        let signature = key.sign("phytohub test 1\na:b\n");
        assert!(key.public().verify("phytohub test 1\na:b\n", &signature));
        assert!(!key.public().verify("phytohub test 1\na:c\n", &signature));
        assert!(!other.public().verify("phytohub test 1\na:b\n", &signature));
        assert!(!key.public().verify("phytohub test 1\na:b\n", &signature[1..]));
    }

    #[test]
    fn a_public_key_written_is_read_back() {
        let public = key().public();
        assert_eq!(VerifyingKey::from_spki(&public.to_spki()), Ok(public));
        assert_eq!(public.id().to_string().parse(), Ok(public.id()));
        assert_eq!(VerifyingKey::from_spki(b"0*0"), Err(NotAKey));
        assert!(SigningKey::from_pkcs8(b"0*0").is_err());
    }

    #[test]
    fn a_value_never_makes_a_line_of_its_own() {
        let forged = Statement::new("x 1").line("a", "1\nb:2\r\\n").text();
        assert_eq!(forged, "x 1\na:1\\nb:2\\r\\\\n\n");
        let plain = Statement::new("x 1").line("a", "1").line("b", "2").text();
        assert_ne!(forged, plain);
    }
}
