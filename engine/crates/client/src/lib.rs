//! Calls another system's DeliveryService: SOAP over HTTPS, with a client certificate of one's own.
//!
//! One [`SoapClient`] is one partner: where it is, how its server is known, what we show it, and how
//! much of its time and bytes we take. Sockets are kept alive and reused within a bound; nothing
//! runs between calls, and a call that is dropped takes its socket with it.
//!
//! This crate must never follow a redirect, use a proxy of the environment, connect to an address
//! that the [`AddressPolicy`] did not see, read more of a reply than was granted, wait without a
//! limit, or say "not sent" of a request of which a byte may have left.
//!
//! A hub with a fast door is called by a [`QuicClient`], which keeps one connection for all calls and
//! makes another when it ends.
//!
//! Start from [`SoapClient::new`] or [`QuicClient::new`]; [`CallError::outcome`] tells whether to send again.

#![forbid(unsafe_code)]

mod address;
mod body;
mod client;
mod connect;
mod document;
mod door;
mod endpoint;
mod error;
mod identity;
mod quic;
mod reply;
mod socket;
mod trust;

pub use address::{AddressPolicy, AddressRange, ParseAddressRangeError};
pub use body::{BrokenBody, RequestBody};
pub use client::{ClientConfig, SoapClient, TimeLimits};
pub use document::{ContentSource, DocumentFile};
pub use door::{Answering, DoorError, HubDoor};
pub use endpoint::{Endpoint, ParseEndpointError};
pub use error::{CallError, Outcome, Stage};
pub use identity::{Identity, IdentityError};
pub use quic::{
    Arriving, Delivery, FoundEnvelope, Inbox, InboxCredit, ParseQuicAddressError, PipelineAnswer,
    PipelineReceiver, PipelineSender, Pulled, QuicAddress, QuicClient, QuicConfig, QuicError,
    ReceivedEnvelope, StateChange, StateWatch, StreamedDelivery,
};
pub use trust::{KeyPin, ParseKeyPinError, ServerTrust, SetUpError};
