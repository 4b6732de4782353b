//! Bringing: envelopes to the partners that have an endpoint, and state changes to senders that
//! want to be told.
//!
//! Each connection with an endpoint has a lane, a task of its own, so that a slow or dead partner
//! slows nobody else. A lane asks a pure schedule what to do next (`schedule.rs`), reads its queue
//! page by page, and calls the partner through [`Partner`]. What comes of a call is on disk before
//! the lane goes on; everything else that a lane knows can be read anew.
//!
//! A reply without fault hands an envelope over; only the recipient's acknowledgement delivers it.
//! The envelope can be pulled all the while.
//!
//! Start from [`Dispatcher`].

mod backoff;
mod call;
mod config;
mod dispatcher;
mod gate;
mod lane;
mod partner;
mod peer;
mod runner;
mod schedule;
mod signal;
mod update;

pub use backoff::Backoff;
pub use config::PushConfig;
pub use dispatcher::Dispatcher;
pub use gate::BreakerState;
pub use partner::{Message, Partner, PartnerError, Partners, PeerHub};
pub(crate) use signal::Lanes;
pub use signal::PushStatus;
