//! What an instance offers.

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
