//! For tests alone: a clock that is set by hand, a certificate authority with odd certificates,
//! phytosanitary documents of any size, a bad line for UDP, and a hub in process with a client to
//! call it.
//!
//! Nothing that ships may depend on this crate. It panics where a test could not go on.
//!
//! Start from [`TestHub`]; [`TestCa`], [`FakeClock`] and [`Relay`] stand alone.

#![forbid(unsafe_code)]

mod certificate;
mod client;
mod clock;
mod document;
mod hub;
mod partner;
mod relay;

pub use certificate::{KeyKind, TestCa, TestCertificate};
pub use client::{TestClient, TestReply, TestTls};
pub use clock::FakeClock;
pub use document::{CERTIFICATE_XML_BYTES_MIN, certificate_xml};
pub use hub::{TestHub, TestHubOptions};
pub use partner::{PartnerAnswer, TestCall, TestPartner};
pub use relay::{Line, Passed, Relay, RelayCounts};
