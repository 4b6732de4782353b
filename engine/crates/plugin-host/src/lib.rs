//! Runs plugins: brings what the loader gives into service, asks it on threads of its own, within
//! deadlines and limits, hands it what the hub offers, and takes it out of service when it fails.
//!
//! No code of a plugin runs on a thread that serves sockets. Nothing here believes that a plugin
//! returns, keeps its word, or does not end the process; what it owns as a gate is held while it
//! cannot be asked. It never skips an event without the operator's word.
//!
//! Start from [`PluginHost`].

#![forbid(unsafe_code)]

mod breadcrumb;
mod breaker;
mod call;
mod control;
mod desk;
mod documents;
mod failure;
mod generation;
mod hook;
mod hooks;
mod host;
pub mod http;
mod offered;
mod operator;
mod package;
mod plugin;
mod post_office;
mod pump;
mod services;
mod settings;
mod source;
mod state;
mod status;
mod ticket;
mod worker;
mod world;

pub use breaker::BreakerLimits;
pub use failure::HookError;
pub use hook::Hook;
pub use host::{ControlError, HostSettings, PluginHost, StartHostError};
pub use post_office::{Answering, PostOffice};
pub use services::data_bytes_used;
pub use settings::{Deadlines, FailurePolicy, PluginLimits, PluginSettings};
pub use source::LoadError;
pub use state::State;
pub use status::PluginStatus;
