//! Plugins, as the operator sees and steers them.

use std::fmt;

use phytohub_domain::ErrorKind;
use phytohub_telemetry::Actor;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{AdminError, AdminReply};
use crate::{Boxed, Hub};

/// Something that the operator wants of the plugins.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PluginRequest {
    /// How they are.
    List,
    /// Take one into service.
    Enable {
        /// Which.
        id: String,
    },
    /// Take one out of service.
    Disable {
        /// Which.
        id: String,
    },
    /// Replace one by another version.
    Upgrade {
        /// Which.
        id: String,
        /// By which version.
        version: String,
    },
    /// Read what the configuration says of one anew, and follow it.
    Reload {
        /// Which.
        id: String,
    },
    /// Ask it no more.
    Quarantine {
        /// Which.
        id: String,
    },
    /// Ask it again.
    Release {
        /// Which.
        id: String,
    },
    /// Let its events go on after the batch that it cannot take.
    SkipBatch {
        /// Which.
        id: String,
        /// Why; kept in the audit.
        reason: String,
    },
}

/// A plugin, as the operator sees it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "filled by the host, field by field")]
pub struct PluginView {
    /// Its id.
    pub id: String,
    /// The version that runs, or that is to.
    pub version: String,
    /// How it is: `started`, `quarantined` …
    pub state: String,
    /// SHA-256 of its library, in hexadecimal digits.
    pub sha256: String,
    /// The key that signed it.
    pub signer: String,
    /// What it may use of the hub.
    pub grants: Vec<String>,
    /// The kinds of documents that it knows.
    pub kinds: Vec<String>,
    /// Where its pages lie; empty if it has none.
    pub pages: String,
    /// Events that it has not taken yet.
    pub lag: u64,
    /// Threads that hang in it.
    pub stuck: u64,
    /// Calls since the hub started.
    pub calls: u64,
    /// Those that failed.
    pub failures: u64,
    /// What it says that is wrong with it now; empty if it is well or does not tell.
    pub unwell: String,
    /// What went wrong last.
    pub last_error: String,
}

/// Whoever runs the plugins.
pub trait ControlPlugins: Send + Sync + fmt::Debug {
    /// Does what the operator wants, and tells how the plugins are then.
    fn control(
        &self,
        actor: Actor,
        request: PluginRequest,
    ) -> Boxed<Result<Vec<PluginView>, ControlError>>;

    /// How the lines to a hub elsewhere are; none where plugins work with the hub of this process.
    fn lines(&self) -> Boxed<Result<Vec<LineView>, ControlError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

/// A line of a host of plugins to the hub elsewhere, as the operator sees it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "filled by the host, field by field")]
pub struct LineView {
    /// The connection whose certificate it shows.
    pub connection: String,
    /// Where the hub is.
    pub hub: String,
    /// Whether the hub is reached and knows the certificate.
    pub up: bool,
    /// Since when that is so.
    pub since: String,
    /// Why it is down, as far as that is known; empty if it is up.
    pub trouble: String,
    /// Envelopes that were sent and whose recipient has not spoken yet.
    pub under_way: u64,
    /// Envelopes that were brought and that the plugin has not acknowledged yet.
    pub waiting: u64,
}

/// Why something was not done with a plugin.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("{message}")]
#[expect(clippy::exhaustive_structs, reason = "a kind and words, from another floor")]
pub struct ControlError {
    /// What the operator should do.
    pub kind: ErrorKind,
    /// Why, in words.
    pub message: String,
}

impl Hub {
    /// From now on the operator's wishes about plugins go there. Once.
    pub fn set_plugin_control(&self, control: std::sync::Arc<dyn ControlPlugins>) {
        let _ = self.inner.plugin_control.set(control);
    }

    /// How the lines to a hub elsewhere are.
    pub(super) async fn lines(&self) -> Result<AdminReply, AdminError> {
        let control = self.inner.plugin_control.get().ok_or(AdminError::NoPlugins)?;
        Ok(AdminReply::Lines(control.lines().await.map_err(AdminError::Plugin)?))
    }

    pub(super) async fn plugin_request(
        &self,
        actor: Actor,
        request: PluginRequest,
    ) -> Result<AdminReply, AdminError> {
        let control = self.inner.plugin_control.get().ok_or(AdminError::NoPlugins)?;
        let views = control.control(actor, request).await;
        Ok(AdminReply::Plugins(views.map_err(AdminError::Plugin)?))
    }
}
