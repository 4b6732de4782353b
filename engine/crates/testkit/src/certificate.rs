//! Certificates for tests: ordinary ones, and the odd ones that real systems present.

mod der;

use std::sync::atomic::{AtomicU64, Ordering};

use phytohub_domain::Fingerprint;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};

/// What kind of key a certificate has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "tests name every kind")]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// RSA with 2,048 bits.
    Rsa2048,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::Rsa2048, Self::Ed25519];

    fn generate(self) -> KeyPair {
        let algorithm = match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Rsa2048 => &rcgen::PKCS_RSA_SHA256,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
        };
        KeyPair::generate_for(algorithm).expect("the library makes keys of this kind")
    }
}

/// A certificate authority of the test's own.
#[derive(Debug)]
pub struct TestCa {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

impl TestCa {
    /// An authority with a new key.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let key = KeyKind::P256.generate();
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("the parameters are whole");
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// The authority's certificate.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        self.certificate.der()
    }

    /// The authority's certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A client's certificate with a P-256 key.
    #[must_use]
    pub fn client(&self, name: &str) -> TestCertificate {
        self.client_with(name, KeyKind::P256)
    }

    /// A client's certificate with a key of this kind.
    #[must_use]
    pub fn client_with(&self, name: &str, kind: KeyKind) -> TestCertificate {
        let mut params = params(name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(params, kind)
    }

    /// A server's certificate for these host names and addresses. Clients present such ones too.
    #[must_use]
    pub fn server(&self, hosts: &[&str]) -> TestCertificate {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(hosts).expect("the hosts are ASCII");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(dated(params), KeyKind::P256)
    }

    /// A client's certificate with a critical extension that nobody knows.
    #[must_use]
    pub fn client_with_unknown_extension(&self, name: &str) -> TestCertificate {
        let mut params = params(name);
        // An arc for examples (joint-iso-itu-t, 999), with an ASN.1 NULL in it.
        let mut extension = CustomExtension::from_oid_content(&[2, 999, 7], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
        self.issue(params, KeyKind::P256)
    }

    /// A client's certificate of X.509 version 1: without extensions and version number.
    #[must_use]
    pub fn client_version_1(&self, name: &str) -> TestCertificate {
        let mut certificate = self.client(name);
        let version_1 = der::to_version_1(&certificate.chain[0], self.issuer.key());
        certificate.chain = vec![CertificateDer::from(version_1)];
        certificate
    }

    /// A revocation list naming these certificates, as PEM.
    #[must_use]
    pub fn revocation_list_pem(&self, revoked: &[&TestCertificate]) -> String {
        let revoked_certs = revoked
            .iter()
            .map(|certificate| RevokedCertParams {
                serial_number: SerialNumber::from(certificate.serial),
                revocation_time: rcgen::date_time_ymd(2026, 1, 1),
                reason_code: None,
                invalidity_date: None,
            })
            .collect();
        let list = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 1, 1),
            next_update: rcgen::date_time_ymd(2026, 2, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("the authority may sign lists");
        list.pem().expect("a list is written as PEM")
    }

    fn issue(&self, mut params: CertificateParams, kind: KeyKind) -> TestCertificate {
        let key = kind.generate();
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        params.serial_number = Some(SerialNumber::from(serial));
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).expect("the parameters are whole");
        TestCertificate { chain: vec![certificate.der().clone()], key, serial }
    }
}

/// A certificate with its private key.
#[derive(Debug)]
pub struct TestCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    serial: u64,
}

impl TestCertificate {
    /// A certificate signed by its own key.
    #[must_use]
    pub fn self_signed(name: &str, kind: KeyKind) -> Self {
        let key = kind.generate();
        let certificate = params(name).self_signed(&key).expect("the parameters are whole");
        Self { chain: vec![certificate.der().clone()], key, serial: 0 }
    }

    /// The chain that is presented, this certificate first.
    #[must_use]
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.clone()
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.chain[0]
    }

    /// Its private key.
    #[must_use]
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(self.der()).into())
    }

    /// The certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        der::to_pem("CERTIFICATE", self.der())
    }

    /// Its private key as PEM.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    dated(params)
}

/// Valid for as long as anybody runs these tests.
fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    params
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);
