//! Every limit of the hub, in one place, each with where its number comes from.

use std::time::Duration;

/// Bytes of one request: the guideline's largest certificate is 104 MB, 139 MB in Base64; escaped
/// inside SOAP, with room, that is under 256 MiB.
pub const REQUEST_BYTES_MAX: usize = 256 << 20;

/// Bytes of one content as received: a request less its envelope, with room for long headers.
pub const CONTENT_BYTES_MAX: usize = 240 << 20;

/// Depth of nested elements in a request: the SPS schema nests 14 deep, a typed certificate in a
/// SOAP body 20.
pub const XML_DEPTH_MAX: usize = 64;

/// Attributes of one element, namespace declarations included: real messages declare up to 100.
pub const XML_ATTRIBUTES_MAX: usize = 256;

/// Namespace bindings in scope: 100 in real messages, plus those of the SOAP envelope, with room.
pub const XML_BINDINGS_MAX: usize = 512;

/// Channel rules of a hub, ended ones included: 30 for each of 136 countries.
pub const RULES_MAX: usize = 4096;

/// The limits that an operator may set, with their defaults. A hub reads them anew on reload.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one request body. See [`REQUEST_BYTES_MAX`].
    pub request_bytes: usize,
    /// Bytes of one content as received. See [`CONTENT_BYTES_MAX`].
    pub content_bytes: usize,
    /// Bytes of one header field as received. The longest certificate number in the guideline's
    /// rules has 60 characters; one of 1,024 bytes is a mistake.
    pub header_field_bytes: usize,
    /// Bytes of an acknowledgement's message: a real client concatenates all its findings.
    pub message_bytes: usize,
    /// Channels that one envelope may name in `Forwardings`.
    pub forwardings: usize,
    /// Depth of nested elements. At most [`XML_DEPTH_MAX`].
    pub xml_depth: usize,
    /// Attributes of one element. At most [`XML_ATTRIBUTES_MAX`].
    pub xml_attributes: usize,
    /// Open sockets. 136 countries with a handful of systems each, and room for idle ones.
    pub sockets: usize,
    /// Open sockets from one address: a quarter of all. A ministry's systems may share one, and one
    /// stranger cannot take the sockets from the others.
    pub sockets_per_address: usize,
    /// Requests in flight. Each holds at least its header and a place in the committer's queue.
    pub requests_in_flight: usize,
    /// Bytes of requests and replies in memory at once: two requests of the largest size.
    pub bytes_in_flight: usize,
    /// Envelopes in one reply to `PULLImportEnvelope`.
    pub pull_envelopes: usize,
    /// Bytes of content in one reply to `PULLImportEnvelope`, but never less than one envelope.
    pub pull_bytes: usize,
    /// Headers in one reply that lists them.
    pub list_headers: usize,
    /// From connecting to a finished TLS handshake.
    pub handshake_time: Duration,
    /// From a request's start, or the handshake's end, to the last byte of its header.
    pub first_byte_time: Duration,
    /// Between two arriving parts of a request's body, or two parts of a reply being taken.
    pub idle_time: Duration,
    /// A kept-alive socket without a request. Above the five minutes at which real clients poll.
    pub keep_alive_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: REQUEST_BYTES_MAX,
            content_bytes: CONTENT_BYTES_MAX,
            header_field_bytes: 1024,
            message_bytes: 64 << 10,
            forwardings: 16,
            xml_depth: XML_DEPTH_MAX,
            xml_attributes: XML_ATTRIBUTES_MAX,
            sockets: 4096,
            sockets_per_address: 1024,
            requests_in_flight: 1024,
            bytes_in_flight: 512 << 20,
            pull_envelopes: 100,
            pull_bytes: 8 << 20,
            list_headers: 1000,
            handshake_time: Duration::from_secs(10),
            first_byte_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(30),
            keep_alive_time: Duration::from_secs(330),
        }
    }
}
