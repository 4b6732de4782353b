//! For tests alone: a clock that is set by hand, a certificate authority with odd certificates,
//! phytosanitary documents of any size, and a hub in process with a client to call it.
//!
//! Nothing that ships may depend on this crate. It panics where a test could not go on.
//!
//! Start from [`TestCa`] and [`FakeClock`].

#![forbid(unsafe_code)]

mod certificate;
mod clock;
mod document;

pub use certificate::{KeyKind, TestCa, TestCertificate};
pub use clock::FakeClock;
pub use document::{CERTIFICATE_XML_BYTES_MIN, certificate_xml};
