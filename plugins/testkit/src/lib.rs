//! What authors of plugins test with: a hub that is none, documents and events to give, and the
//! checks that every plugin must pass.
//!
//! Plugins are loaded as the hub loads them, through `phytohub-plugin-loader`, signed with a
//! throw-away key. It is for tests only: it must never be part of a hub, nor believe that a plugin
//! behaves; what may crash runs in a child process, in `phytohub-plugin-check`.
//!
//! Start from [`MockHost`]:
//!
//! ```no_run
//! use phytohub_plugin_testkit::{MockHost, build, fixtures};
//!
//! let host = MockHost::builder().config(serde_json::json!({})).grant("hub.kv/1").build();
//! let plugin = host.load(&build::cdylib("my-plugin")).expect("it loads");
//! let phyto = fixtures::phyto();
//! let report = plugin.validate(&fixtures::document(&phyto)).expect("it judges");
//! assert!(report.findings.is_empty());
//! ```

pub mod build;
pub mod check;
mod ffi;
pub mod fixtures;
mod mock;
pub mod package;
mod plugin;

pub use ffi::guard::Guarded;
pub use mock::{
    AuditLine, BatchState, CALLS, Draft, HttpAnswer, LogLine, MockHost, MockHostBuilder,
    SeriesRecord, StoredEnvelope,
};
pub use plugin::{Finding, Report, TestPlugin};
