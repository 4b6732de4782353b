//! The hub's messages as bytes: SOAP 1.1 requests in, SOAP 1.1 replies out; and the frames of the
//! same operations over QUIC ([`quic`]).
//!
//! A request is read where it lies: every text is a range of the body, content is *checked, not
//! decoded*, and nothing is allocated. A reply is a list of parts, in which the place of a stored
//! content is named and its bytes are spliced in as they once arrived.
//!
//! This crate has no clock, no randomness, no runtime and no file system. It must never accept
//! content that would make the reply carrying it unreadable, never match on a prefix or on the
//! order of header fields, and never trust SOAPAction.
//!
//! Start from [`soap::read_request`] and [`soap::Reply`], or from [`quic::Decoder`].

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod quic;
pub mod soap;
mod xml;
