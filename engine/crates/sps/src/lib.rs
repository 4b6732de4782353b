//! SPS documents: phytosanitary certificates and their acknowledgements as XML.
//!
//! A document is read in one pass over its bytes into a table of fields that point into the text;
//! nothing is allocated for an element. A table of rules says what is wrong with it, where, and
//! what would be right. Certificates are written canonically and valid against the schema.
//!
//! This crate has no clock, no randomness, no runtime and no file system. It must never fetch what
//! a document names (schemas, entities), never match on a prefix or on the order of elements, never
//! change a document, and never panic, hang or grow without bound on bytes that someone sent.
//!
//! Start from [`SpsDocument::read`]; what is wrong with a document says [`Reading::validate`]. For a
//! document with a root of its own that is made of SPS types, start from [`tree`].

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod certificate;
mod date;
mod document;
mod encoding;
mod finding;
mod limits;
mod name;
mod namespace;
mod read;
mod rules;
pub mod sample;
mod schema;
#[cfg(feature = "signature")]
pub mod signature;
pub mod tree;
pub mod write;
mod xml;

pub use certificate::{
    AcknowledgementView, Attachment, CertificateView, Classification, Country, Line, Location,
    Measure, Note, Package, Party, Reference, Signatory, Transport, Treatment,
    TreatmentCharacteristic, WrittenDate,
};
pub use date::DateTime;
pub use document::{Element, SpsDocument};
pub use encoding::Encoding;
pub use finding::{Area, Finding, Level, RuleId};
pub use limits::{ATTACHMENT_BYTES_MAX, CERTIFICATE_BYTES_MAX, Limits};
pub use name::Name;
pub use namespace::{DocumentKind, Versions};
pub use read::Reading;
pub use rules::{
    CodeListName, EmbeddedCodes, HeaderFacts, LookUpCodes, Rule, Standing, check_header, rules,
    rules_as_markdown,
};
