//! What is held until a plugin has judged it.

use std::sync::Arc;

use crate::{Alarm, Hub};

/// A kind that must never be passed on unvalidated.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "three facts of a kind")]
pub struct GateKind {
    /// `CertificateType`.
    pub certificate_type: i32,
    /// Namespace of the root element; empty for any.
    pub root_namespace: String,
    /// Local name of the root element; empty for any.
    pub root_name: String,
}

/// Asks again about what could not be judged, and lets go what was.
#[derive(Debug)]
pub struct GateKeeper {
    hub: Hub,
    alarm: Arc<dyn Alarm>,
}

impl GateKeeper {
    /// Over a hub; it does nothing before it runs.
    #[must_use]
    pub fn new(hub: Hub, alarm: Arc<dyn Alarm>) -> Self {
        Self { hub, alarm }
    }

    /// Runs until it is time to stop.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let _ = (&self.hub, &self.alarm);
        stop.await;
    }
}
