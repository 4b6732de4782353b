//! Crash tests and load tests: a hub's process is run, loaded, killed and judged from outside.
//!
//! Nothing here shares code with the hub: requests are written and replies are read by [`soap`] and
//! [`https`] of this crate, so that a mistake on one side cannot hide itself on the other. What was
//! answered is kept in a [`ledger::Ledger`] of this process; [`crash`] kills hubs and compares.
//! What judges must never use a crate of the engine, nor look into a store. What only measures may:
//! [`compare`] and [`mod@line`] drive the door over QUIC by the hub's own client, and the program
//! `phytohub-load` the store without a hub around it. Start from [`crash::run`].
#![forbid(unsafe_code)]

pub mod clock;
pub mod compare;
pub mod content;
pub mod crash;
pub mod crowd;
mod history;
pub mod https;
pub mod hub;
pub mod ledger;
pub mod line;
pub mod load;
pub mod memory;
mod oplog;
pub mod partner;
pub mod powercut;
pub mod shim;
pub mod soap;
pub mod speed;
pub mod stub;
pub mod verify;

/// What goes wrong in the harness itself, in words for the person who runs it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
