//! What an instance offers.

use phytohub_plugin_api::{
    HUB_DOCUMENTS_ID, HUB_HEALTH_ID, HUB_HTTP_ID, HUB_LIFECYCLE_ID, HUB_ROUTING_ID,
    HUB_SNAPSHOT_ID, HUB_WAKE_ID,
};

use crate::ffi::plugin::Plugin;

/// What an instance offers, as it said once after its creation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Offers {
    /// `hub.documents/1`.
    pub documents: bool,
    /// `hub.documents/1` with `describe`.
    pub describe: bool,
    /// `hub.documents/1` with `render`.
    pub render: bool,
    /// `hub.routing/1`.
    pub routing: bool,
    /// `hub.lifecycle/1`: the events wanted, bit `1 << kind` for each `HUB_EVENT_` number.
    pub lifecycle: Option<u32>,
    /// `hub.http/1`.
    pub http: bool,
    /// `hub.wake/1`.
    pub wake: bool,
    /// `hub.snapshot/1`.
    pub snapshot: bool,
    /// `hub.health/1`.
    pub health: bool,
}

impl Offers {
    /// Every extension that a plugin can offer, and whether this one does.
    #[must_use]
    pub const fn each(&self) -> [(&'static str, bool); 7] {
        [
            (HUB_DOCUMENTS_ID, self.documents),
            (HUB_ROUTING_ID, self.routing),
            (HUB_LIFECYCLE_ID, self.lifecycle.is_some()),
            (HUB_HTTP_ID, self.http),
            (HUB_WAKE_ID, self.wake),
            (HUB_SNAPSHOT_ID, self.snapshot),
            (HUB_HEALTH_ID, self.health),
        ]
    }

    pub(super) fn of(plugin: &Plugin) -> Self {
        let documents = plugin.documents();
        Self {
            documents: documents.is_some(),
            describe: documents.is_some_and(|table| table.describe.is_some()),
            render: documents.is_some_and(|table| table.render.is_some()),
            routing: plugin.routing().is_some(),
            lifecycle: plugin.lifecycle().map(|table| table.mask),
            http: plugin.http().is_some(),
            wake: plugin.wakes(),
            snapshot: plugin.copies_files(),
            health: plugin.health().is_some(),
        }
    }
}
