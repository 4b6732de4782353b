//! What the hub does with envelopes: accept, route, offer, release, acknowledge, track; and what
//! its operator may do.
//!
//! This crate has no sockets and no bytes of the protocol of its own: requests come read from
//! `phytohub-wire`, and every promise is kept by `phytohub-store`. It never answers before the
//! write that the answer tells of is on disk, and never waits for disk on the reactor.
//!
//! Start from [`Hub`].

#![forbid(unsafe_code)]

mod acknowledge;
pub mod admin;
mod alarm;
pub mod audit;
pub mod backup;
mod blocking;
mod caller;
mod codes;
mod content;
mod decision;
mod deliver;
mod denial;
mod destination;
mod directory;
mod error;
mod fair_use;
mod housekeeping;
mod hub;
mod link;
mod offer;
pub mod plugin;
mod profile;
pub mod push;
pub mod receipt;
mod registry;
mod replay;
mod route;
pub mod signing;
mod subscribe;
mod track;
mod typed;
mod upload;
mod validate;

pub use acknowledge::AcknowledgeAnswer;
pub use admin::{AdminError, AdminReply, AdminRequest, Operator};
pub use alarm::{Alarm, Boxed, StartTask};
pub use caller::{Caller, IdentifyError};
pub use content::{PulledEnvelope, StoredContent};
pub use decision::{Decision, Decisions, ParseDecisionError};
pub use error::{CallError, NotReady, OpenHubError};
pub use fair_use::{FairUseExceeded, Policy};
pub use housekeeping::Housekeeping;
pub use hub::Hub;
pub use link::DeliveryKey;
pub use route::Route;
pub use subscribe::{StateWatch, Subscription};
pub use typed::typed_envelope_memory;
pub use upload::{Inside, StagedContent, Upload, UploadError};
