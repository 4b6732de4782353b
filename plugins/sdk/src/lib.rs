//! Plugins for the hub, in safe Rust.
//!
//! A plugin is a value that implements [`Plugin`] and one trait for each thing that it offers:
//! [`Documents`], [`Routing`], [`Lifecycle`], [`HttpRoutes`], [`Wake`], [`Snapshot`], [`Health`].
//! [`export_plugin!`] makes a library of it that the hub loads. What the hub offers is behind
//! [`Host`].
//!
//! This crate must never let a panic through to the hub, keep what the hub only lent, or share a
//! runtime, an allocator or a logger with it.

mod call;
mod document;
mod error;
mod event;
mod export;
mod ffi;
mod finding;
pub mod host;
mod http;
mod kind;
mod output;
mod plugin;
mod route;
mod trace;

pub use call::Call;
pub use document::{Document, Purpose, RawForm};
pub use error::{CreateError, Error, ErrorKind, Result};
pub use event::{BatchTicket, Event, EventKind, EventKinds, Events, Handled, PendingBatch, State};
pub use finding::{Area, Finding, Findings, Level};
pub use host::Host;
pub use http::{Asset, HttpRoute, Reply, Request, Responder, Streamed};
pub use kind::Kind;
pub use output::{Output, Terms};
pub use plugin::{Documents, Health, HttpRoutes, Lifecycle, Plugin, Routing, Snapshot, Wake};
pub use route::{Copies, RouteDecision};

/// For [`export_plugin!`] alone.
#[doc(hidden)]
pub mod macros {
    pub use phytohub_plugin_api::{HUB_ENTRY_INLINE_SAFE, HUB_ENTRY_SERIAL, HubPluginEntry};

    pub use crate::ffi::{Entry, Exported, Offers, id_is_valid};
}
