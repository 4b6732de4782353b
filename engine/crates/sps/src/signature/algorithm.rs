//! The algorithms that are known, by the names that XML Signature gives them.

use aws_lc_rs::{digest, signature};

/// A signature method.
pub(super) struct Algorithm {
    uri: &'static str,
    pub(super) key: Key,
    pub(super) verification: &'static dyn signature::VerificationAlgorithm,
    /// Whether it is taken for the sake of old senders only.
    pub(super) is_weak: bool,
}

/// The kind of key that a method needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Key {
    Rsa,
    P256,
    P384,
    P521,
}

impl Algorithm {
    pub(super) fn of(uri: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.uri == uri)
    }
}

impl std::fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.uri)
    }
}

/// A digest method.
pub(super) struct Digest {
    uri: &'static str,
    algorithm: &'static digest::Algorithm,
    pub(super) is_weak: bool,
}

impl Digest {
    pub(super) fn of(uri: &str) -> Option<&'static Self> {
        DIGESTS.iter().find(|digest| digest.uri == uri)
    }

    pub(super) fn start(&self) -> Digesting {
        Digesting(digest::Context::new(self.algorithm))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.uri)
    }
}

/// A digest that grows.
pub(super) struct Digesting(digest::Context);

impl Digesting {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> impl AsRef<[u8]> {
        self.0.finish()
    }
}

const fn method(
    uri: &'static str,
    key: Key,
    verification: &'static dyn signature::VerificationAlgorithm,
) -> Algorithm {
    Algorithm { uri, key, verification, is_weak: false }
}

/// RSA keys have 2048 to 8192 bits; of ECDSA each curve goes with the hash of its size.
static METHODS: [Algorithm; 7] = [
    Algorithm {
        uri: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        key: Key::Rsa,
        verification: &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        is_weak: true,
    },
    method(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        Key::Rsa,
        &signature::RSA_PKCS1_2048_8192_SHA256,
    ),
    method(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        Key::Rsa,
        &signature::RSA_PKCS1_2048_8192_SHA384,
    ),
    method(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        Key::Rsa,
        &signature::RSA_PKCS1_2048_8192_SHA512,
    ),
    method(
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        Key::P256,
        &signature::ECDSA_P256_SHA256_FIXED,
    ),
    method(
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        Key::P384,
        &signature::ECDSA_P384_SHA384_FIXED,
    ),
    method(
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        Key::P521,
        &signature::ECDSA_P521_SHA512_FIXED,
    ),
];

static DIGESTS: [Digest; 4] = [
    Digest {
        uri: "http://www.w3.org/2000/09/xmldsig#sha1",
        algorithm: &digest::SHA1_FOR_LEGACY_USE_ONLY,
        is_weak: true,
    },
    Digest {
        uri: "http://www.w3.org/2001/04/xmlenc#sha256",
        algorithm: &digest::SHA256,
        is_weak: false,
    },
    Digest {
        uri: "http://www.w3.org/2001/04/xmldsig-more#sha384",
        algorithm: &digest::SHA384,
        is_weak: false,
    },
    Digest {
        uri: "http://www.w3.org/2001/04/xmlenc#sha512",
        algorithm: &digest::SHA512,
        is_weak: false,
    },
];
