//! Where an envelope would go, without delivering it.

use phytohub_wire::soap::Header;

use crate::deliver::{Told, check_header};
use crate::route::Route;
use crate::{Caller, Hub};

impl Hub {
    /// Where an envelope with this header would go at this moment. Decided as for a delivery, and
    /// nothing is delivered; plugins, which may route too, are not asked.
    ///
    /// # Errors
    /// What the sender would be told.
    pub fn destination(&self, caller: &Caller, header: &Header) -> Result<Route, String> {
        let registry = self.inner.registry.load();
        let parties = check_header(&registry, caller, header)?;
        parties.route(&registry, Told::of(header).document(), self.limits().forwardings)
    }
}
