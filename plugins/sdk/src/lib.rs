//! Plugins for the hub, in safe Rust.
//!
//! A plugin is a value that implements [`Plugin`] and one trait for each thing that it offers:
//! [`Documents`], [`Routing`], [`Lifecycle`], [`HttpRoutes`], [`Wake`], [`Snapshot`], [`Health`].
//! [`export_plugin!`] makes a library of it that the hub loads. What the hub offers is behind
//! [`Host`]; logging is `tracing`, whose events go to the hub's log.
//!
//! This crate must never let a panic through to the hub, keep what the hub only lent, or share a
//! runtime, an allocator or a logger with it.
//!
//! # A plugin
//!
//! It refuses certificates of consignments that are too heavy, and counts those that arrived,
//! exactly once each, whatever happens in between:
//!
//! ```
//! use phytohub_plugin_sdk::host::Operation;
//! use phytohub_plugin_sdk::{
//!     Area, Call, CreateError, Document, Documents, EventKind, EventKinds, Events, Findings,
//!     Handled, Host, Kind, Lifecycle, Plugin, Result, export_plugin,
//! };
//! use serde::Deserialize;
//!
//! struct Weights {
//!     host: Host,
//!     config: Config,
//! }
//!
//! /// The plugin's section of the hub's configuration.
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Config {
//!     tonnes_max: u32,
//! }
//!
//! impl Plugin for Weights {
//!     const ID: &'static str = "weights";
//!     type Config = Config;
//!
//!     fn create(host: Host, config: Config) -> Result<Self, CreateError> {
//!         host.require(&["hub.kv/1"])?;
//!         if config.tonnes_max == 0 {
//!             return Err(CreateError::config("tonnes_max", "must be at least 1"));
//!         }
//!         Ok(Self { host, config })
//!     }
//! }
//!
//! impl Documents for Weights {
//!     fn kinds(&self) -> Vec<Kind> {
//!         vec![Kind::observer(851, "phytosanitary certificate")]
//!     }
//!
//!     fn validate(
//!         &self,
//!         call: &Call<'_>,
//!         document: &Document<'_>,
//!         findings: &mut Findings<'_>,
//!     ) -> Result<()> {
//!         for weight in document.text()?.split("<Tonnes>").skip(1) {
//!             call.check()?; // Nobody may be waiting any more.
//!             let tonnes = weight.split('<').next().and_then(|tonnes| tonnes.parse::<u32>().ok());
//!             if tonnes.is_none_or(|tonnes| tonnes > self.config.tonnes_max) {
//!                 let message = format!("at most {} are carried", self.config.tonnes_max);
//!                 findings.severe(Area::Mapping, "WGT-001", "Tonnes", &message);
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! impl Lifecycle for Weights {
//!     const MASK: EventKinds = EventKinds::of(&[EventKind::Accepted]);
//!
//!     fn events(&self, _call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
//!         let arrived = self.host.kv().get_json::<usize>("arrived")?.unwrap_or(0);
//!         let arrived = Operation::put_json("arrived", &(arrived + batch.len()))?;
//!         self.host.kv().write([arrived]).with_batch(batch).commit()?;
//!         tracing::debug!(events = batch.len(), "counted");
//!         Ok(Handled::Done)
//!     }
//! }
//!
//! export_plugin!(Weights: Documents, Lifecycle);
//! ```
//!
//! # Errors, findings, panics
//!
//! What is wrong with a *document* is a [`Finding`], for its sender. An [`Error`] says that the
//! plugin could not do its work: its [`ErrorKind`] tells the hub what to do, its reason tells the
//! operator why. A panic is a bug: it is caught and logged with its place, the call fails, and the
//! instance answers nothing any more until the hub has made another.
//!
//! # Threads
//!
//! Hooks run on threads of the hub and may block. Threads of the plugin's own begin in
//! [`Plugin::start`] and are joined in [`Plugin::quiesce`]. Calls to the hub that a hook makes on
//! its thread inherit its deadline; calls from other threads have none. With the feature `tokio`
//! there is a runtime of the plugin's own; none is shared with the hub.
//!
//! # Tests
//!
//! Hooks are tested as plain functions, with [`Call::detached`], [`Document::of`],
//! [`Findings::new`] and [`Events::of`]. `phytohub-plugin-testkit` tests the library that came of
//! them, in the hub's own loader.

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
#[cfg(feature = "tokio")]
pub mod runtime;
mod trace;

pub use call::Call;
pub use document::{Document, Purpose, RawForm};
pub use error::{CreateError, Error, ErrorKind, Result};
pub use event::{BatchTicket, Event, EventKind, EventKinds, Events, Handled, PendingBatch, State};
#[cfg(feature = "accounted")]
pub use ffi::Accounted;
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
