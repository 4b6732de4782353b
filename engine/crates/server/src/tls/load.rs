//! Reads certificates, keys and revocation lists, and says which file is wrong and how.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, SignatureVerificationAlgorithm,
};
use thiserror::Error;
use webpki::OwnedCertRevocationList;

use super::trust::Authorities;
use super::{Trust, TrustMode};

/// TLS cannot be set up from these files.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadTlsError {
    /// An authority's certificate cannot be one.
    #[error("this certificate cannot be an authority ({reason:?}) file={}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: webpki::Error,
    },
    /// The private key does not fit.
    #[error(
        "this private key cannot be used with the certificate in {} file={}",
        certificate.display(), path.display()
    )]
    Key {
        /// The key's file.
        path: PathBuf,
        /// The certificate's file.
        certificate: PathBuf,
        /// What is wrong.
        #[source]
        source: rustls::Error,
    },
    /// A file holds nothing of the kind.
    #[error("the file holds no {what} in PEM form file={}", path.display())]
    Missing {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Trust in authorities, and none is named.
    #[error("trust mode \"ca\" needs at least one file in 'ca'")]
    NoAuthorities,
    /// A file is broken.
    #[error("the file is not readable as PEM file={}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: pem::Error,
    },
    /// A file cannot be read.
    #[error("the file cannot be read file={}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A revocation list cannot be used.
    #[error("this revocation list cannot be used ({reason:?}) file={}", path.display())]
    RevocationList {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: webpki::Error,
    },
    /// The cryptography library refuses to work.
    #[error("the cryptography library could not be started")]
    Tickets(#[source] rustls::Error),
}

pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, LoadTlsError> {
    let text = read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates =
        certificates.map_err(|source| LoadTlsError::Pem { path: path.to_owned(), source })?;
    if certificates.is_empty() {
        return Err(LoadTlsError::Missing { what: "certificate", path: path.to_owned() });
    }
    Ok(certificates)
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, LoadTlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|source| match source {
        pem::Error::NoItemsFound => {
            LoadTlsError::Missing { what: "private key", path: path.to_owned() }
        }
        source => LoadTlsError::Pem { path: path.to_owned(), source },
    })
}

pub(super) fn trust(
    mode: &TrustMode,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
) -> Result<Trust, LoadTlsError> {
    let TrustMode::Ca { authorities, revocation_lists } = mode else {
        return Ok(Trust::Registered);
    };
    let mut anchors = Vec::new();
    for path in authorities {
        for certificate in certificates(path)? {
            let anchor = webpki::anchor_from_trusted_cert(&certificate)
                .map_err(|reason| LoadTlsError::Authority { path: path.clone(), reason })?;
            anchors.push(anchor.to_owned());
        }
    }
    if anchors.is_empty() {
        return Err(LoadTlsError::NoAuthorities);
    }
    let mut lists = Vec::new();
    for path in revocation_lists {
        revocation_list(path, &mut lists)?;
    }
    Ok(Trust::Ca(Authorities { anchors, lists, algorithms }))
}

fn revocation_list(
    path: &Path,
    lists: &mut Vec<webpki::CertRevocationList<'static>>,
) -> Result<(), LoadTlsError> {
    let bytes = read(path)?;
    let pem: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&bytes).collect();
    let pem = pem.map_err(|source| LoadTlsError::Pem { path: path.to_owned(), source })?;
    // No PEM section in it: then it is DER, as authorities publish their lists.
    let ders = if pem.is_empty() { vec![CertificateRevocationListDer::from(bytes)] } else { pem };
    for der in ders {
        let list = OwnedCertRevocationList::from_der(&der)
            .map_err(|reason| LoadTlsError::RevocationList { path: path.to_owned(), reason })?;
        lists.push(list.into());
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, LoadTlsError> {
    fs::read(path).map_err(|source| LoadTlsError::Read { path: path.to_owned(), source })
}
