//! A certificate as an operator gets it: a file in PEM or DER.

mod name;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use phytohub_domain::{Fingerprint, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use x509_parser::error::X509Error;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

/// What the registry keeps of a certificate.
#[derive(Debug)]
pub struct Certificate {
    der: CertificateDer<'static>,
    subject: String,
    label: String,
    fingerprint: Fingerprint,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads a file, in PEM (its first certificate) or DER.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn read(file: &Path) -> Result<Self, ReadCertificateError> {
        let bytes = fs::read(file)
            .map_err(|source| ReadCertificateError::Read { file: file.to_owned(), source })?;
        let der = if bytes.windows(PEM_MARK.len()).any(|window| window == PEM_MARK) {
            let first = CertificateDer::from_pem_slice(&bytes);
            first.map_err(|source| ReadCertificateError::Pem { file: file.to_owned(), source })?
        } else {
            CertificateDer::from(bytes)
        };
        let label = file.file_name().map(|name| name.to_string_lossy().into_owned());
        Self::parse(label.unwrap_or_default(), &der)
            .map_err(|source| ReadCertificateError::Der { file: file.to_owned(), source })
    }

    /// A certificate that was made here.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, ReadCertificateError> {
        Self::parse(String::new(), der)
            .map_err(|source| ReadCertificateError::Der { file: PathBuf::new(), source })
    }

    fn parse(label: String, der: &[u8]) -> Result<Self, x509_parser::nom::Err<X509Error>> {
        let (_, certificate) = X509Certificate::from_der(der)?;
        let validity = certificate.validity();
        Ok(Self {
            der: der.to_vec().into(),
            subject: name::rfc4514(certificate.subject()),
            label,
            fingerprint: Fingerprint(Sha256::digest(der).into()),
            not_before: timestamp(validity.not_before),
            not_after: timestamp(validity.not_after),
        })
    }

    /// Distinguished name of its subject, as RFC 4514 writes it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The certificate itself.
    #[must_use]
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The file's name, for want of a better one.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// SHA-256 over the DER.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// First moment of its validity.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Last moment of its validity.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

/// Reads every certificate of a PEM file, or the one of a DER file.
///
/// # Errors
/// When the file cannot be read, or holds something else.
pub fn read_all(file: &Path) -> Result<Vec<CertificateDer<'static>>, ReadCertificateError> {
    let first = Certificate::read(file)?;
    let bytes = fs::read(file)
        .map_err(|source| ReadCertificateError::Read { file: file.to_owned(), source })?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let all = all.map_err(|source| ReadCertificateError::Pem { file: file.to_owned(), source })?;
    // A file in DER has no PEM in it.
    Ok(if all.is_empty() { vec![first.der] } else { all })
}

/// Why a file is of no use as a certificate.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadCertificateError {
    /// It holds something else.
    #[error("this is no X.509 certificate, in PEM or DER file={}", file.display())]
    Der {
        /// The file.
        file: PathBuf,
        /// Why.
        source: x509_parser::nom::Err<X509Error>,
    },
    /// It is PEM, but holds no certificate, perhaps a key.
    #[error("this file holds no certificate in PEM; keys stay with their owner file={}", file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// It cannot be read.
    #[error("cannot read the certificate file={}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn timestamp(time: ASN1Time) -> Timestamp {
    // What begins before 1970 begins then, as far as a hub can care.
    Timestamp::from_millis(u64::try_from(time.timestamp()).unwrap_or(0).saturating_mul(1000))
}

const PEM_MARK: &[u8] = b"-----BEGIN";
