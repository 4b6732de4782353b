//! A certificate's file as an envelope.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::Bytes;
use phytohub_client::DocumentFile;
use phytohub_domain::{ConnectionCode, EnvelopeHeader, Limits as HubLimits};
use phytohub_sps::{Encoding, Level, Limits, Reading, SpsDocument};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::cli::SendArgs;

/// A certificate with the outside that it gets.
pub(super) struct Document {
    pub(super) header: EnvelopeHeader,
    pub(super) text: String,
}

/// Reads a certificate, and takes its header from it.
pub(super) fn read(file: &Path, args: &SendArgs) -> Result<Document, DocumentError> {
    let limits = Limits::default();
    let mut bytes = Vec::new();
    // A byte more, so that a longer file is known as such.
    File::open(file)?.take(limits.bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    let header = header(&SpsDocument::read(&bytes, &limits), args)?;
    let mut text = String::from_utf8(bytes).map_err(|_| DocumentError::Encoding("no UTF-8"))?;
    // A mark for files: inside an envelope it would stand before the XML declaration.
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    Ok(Document { header, text })
}

impl Document {
    /// The document where it was read, which is still the same; it is not held any longer.
    pub(super) fn lying_in(&mut self, file: &Path) -> Result<DocumentFile, DocumentError> {
        let digest = Sha256::digest(std::mem::take(&mut self.text));
        let lying = DocumentFile::look(file)?;
        if digest[..] == lying.digest()[..] { Ok(lying) } else { Err(DocumentError::Changed) }
    }

    /// The key under which it is delivered once: the same of the same, whenever it is made.
    pub(super) fn key(&self, again: &str) -> Bytes {
        let header = &self.header;
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            // With its length before it, no field can be taken for a part of its neighbour.
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(KEY_DOMAIN);
        field(again.as_bytes());
        field(header.from.as_bytes());
        field(header.to.as_bytes());
        field(&header.certificate_type.to_be_bytes());
        field(&header.certificate_status.to_be_bytes());
        field(header.nppo_certificate_number.as_bytes());
        field(self.text.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        Bytes::copy_from_slice(&digest)
    }
}

fn header(reading: &Reading<'_>, args: &SendArgs) -> Result<EnvelopeHeader, DocumentError> {
    let document = &reading.document;
    if !reading.is_well_formed() {
        let grave = reading.findings.iter().rev().find(|one| one.level == Level::Severe);
        return Err(DocumentError::NotRead(grave.map(|one| one.text.clone()).unwrap_or_default()));
    }
    // Base64 is sent as it is: recipients unwrap it.
    if !document.was_base64() && document.encoding() != Encoding::Utf8 {
        return Err(DocumentError::Encoding(document.encoding().as_str()));
    }
    let certificate = document.certificate().ok_or(DocumentError::NotCertificate)?;
    let export = certificate.export_country().map(|country| country.id()).unwrap_or_default();
    let import = certificate.import_country().map(|country| country.id()).unwrap_or_default();
    let number = certificate.number();
    let long = number.len() > HubLimits::default().header_field_bytes;
    if number.is_empty() || long || number.chars().any(char::is_control) {
        return Err(field("number", &number));
    }
    Ok(EnvelopeHeader {
        from: party("exporting", args.hub.code.as_ref(), &export, args.other_country)?,
        to: party("importing", args.to.as_ref(), &import, args.other_country)?,
        certificate_type: code("type", &certificate.certificate_type())?,
        certificate_status: code("status", &certificate.status())?,
        nppo_certificate_number: number.into_owned(),
        ..EnvelopeHeader::default()
    })
}

/// The code that was said, which must fit the certificate's country, or that country's own.
fn party(
    role: &'static str,
    said: Option<&ConnectionCode>,
    country: &str,
    any_country: bool,
) -> Result<String, DocumentError> {
    let Some(code) = said else {
        let code: Result<ConnectionCode, _> = country.parse();
        let code = code.map_err(|_| DocumentError::NoCountry {
            role,
            country: country.to_owned(),
            option: if role == "importing" { "--to" } else { "--as" },
        })?;
        return Ok(code.to_string());
    };
    if !any_country && !country.is_empty() && code.country() != country {
        let (country, code) = (country.to_owned(), code.clone());
        return Err(DocumentError::OtherCountry { role, country, code });
    }
    Ok(code.to_string())
}

fn code(name: &'static str, text: &str) -> Result<i32, DocumentError> {
    text.parse().map_err(|_| field(name, text))
}

fn field(name: &'static str, value: &str) -> DocumentError {
    DocumentError::Field { name, value: value.to_owned() }
}

/// Why a file is not sent.
#[derive(Debug, Error)]
pub(super) enum DocumentError {
    /// It is another now.
    #[error("it changed, or was removed, while it was sent; give the same command again")]
    Changed,
    /// Its characters.
    #[error("it is {0}; write it in UTF-8")]
    Encoding(&'static str),
    /// A field that the header needs.
    #[error("its {name} is '{value}'; 'phytohub validate' tells what it must be")]
    Field { name: &'static str, value: String },
    /// No country that could be a connection's code.
    #[error("its {role} country is '{country}', which is no code; say one with {option}")]
    NoCountry { role: &'static str, country: String, option: &'static str },
    /// Another document.
    #[error("it is no SPSCertificate; 'phytohub validate' tells what it is")]
    NotCertificate,
    /// No XML, or more than is looked at.
    #[error("it cannot be read as a certificate: {0}")]
    NotRead(String),
    /// Countries that do not fit.
    #[error(
        "its {role} country is '{country}', not that of {code}; if {code} acts for it, say \
         --other-country"
    )]
    OtherCountry { role: &'static str, country: String, code: ConnectionCode },
    /// The file itself.
    #[error("it cannot be read")]
    Read(#[from] io::Error),
}

const BYTE_ORDER_MARK: char = '\u{feff}';
/// So that no digest made for another purpose is one of these.
const KEY_DOMAIN: &[u8] = b"phytohub send 1";

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let header = EnvelopeHeader {
            from: "NO".into(),
            to: "LK".into(),
            certificate_type: 851,
            certificate_status: 70,
            nppo_certificate_number: "NO-1".into(),
            ..EnvelopeHeader::default()
        };
        Document { header, text: "<a/>".into() }
    }

    #[test]
    fn the_key_is_the_same_of_the_same_alone() {
        let first = document().key("");
        assert_eq!(document().key(""), first);
        let changes: [fn(&mut Document); 6] = [
            |it| it.header.from = "N".into(),
            |it| it.header.to = "LK2".into(),
            |it| it.header.certificate_type = 657,
            |it| it.header.certificate_status = 40,
            |it| it.header.nppo_certificate_number = "NO-2".into(),
            |it| it.text = "<b/>".into(),
        ];
        for change in changes {
            let mut other = document();
            change(&mut other);
            assert_ne!(other.key(""), first);
        }
        assert_ne!(document().key("2"), first);
    }

    #[test]
    fn a_code_must_be_of_the_country_unless_that_is_said() {
        let code = "NO2".parse().expect("a code");
        let party = |said, country, any| party("importing", said, country, any);
        assert_eq!(party(Some(&code), "NO", false).expect("it fits"), "NO2");
        assert_eq!(party(None, "LK", false).expect("a code"), "LK");
        assert_eq!(party(Some(&code), "LK", true).expect("said"), "NO2");
        assert_eq!(party(Some(&code), "", false).expect("not told"), "NO2");
        let wrong = party(Some(&code), "LK", false).expect_err("another country");
        assert!(wrong.to_string().contains("--other-country"), "{wrong}");
        let none = party(None, "../..", false).expect_err("no country");
        assert!(none.to_string().contains("--to"), "{none}");
    }
}
