//! Plugins, as the hub sees them: they judge documents, route them, and act as connections.
//!
//! The hub asks them through [`DocumentPlugins`], and they ask the hub through the `plugin_`
//! functions of [`Hub`](crate::Hub). Nothing here knows how a plugin is loaded or run.

mod act;
pub(crate) mod ask;
pub(crate) mod document;
mod draft;
mod elsewhere;
mod events;
mod gate;
mod judge;
mod message;
mod own;
mod root;
mod weigh;

pub use gate::{GateKeeper, GateKind};
pub use judge::{
    Asked, DocumentPlugins, FindingArea, FindingLevel, KindMatch, KindQuery, OnFailure,
    PluginAnswer, PluginFailure, PluginFinding, PluginHook, PluginQuestion, PluginRoute,
    PluginVerdict, Purpose, RouteDecision, RouteVerdict,
};
pub use message::{
    PluginActor, PluginConnection, PluginDraft, PluginEnvelope, PluginError, PluginEvent,
    PluginEventKind, PluginEvents, Submitted,
};
