//! `hub.audit/1`, `hub.secrets/1`, `hub.data/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::host::{asked, struct_size};
use crate::limits;

pub(super) static AUDIT: HubAudit =
    HubAudit { struct_size: struct_size::<HubAudit>(), reserved: 0, append: Some(append) };

pub(super) static SECRETS: HubSecrets =
    HubSecrets { struct_size: struct_size::<HubSecrets>(), reserved: 0, get: Some(get) };

pub(super) static DATA: HubData = HubData {
    struct_size: struct_size::<HubData>(),
    reserved: 0,
    path: Some(path),
    usage: Some(usage),
};

asked! {
    fn append(
        call,
        principal: HubStr,
        action: HubStr,
        detail: HubStr,
        hub_delivery_number: HubStr,
    ) |asked| {
        let given = asked.given;
        asked.services.audit_append(
            asked.call,
            given.text("principal", principal, limits::SENTENCE_BYTES)?,
            given.text("action", action, limits::NAME_BYTES)?,
            given.text("detail", detail, limits::SENTENCE_BYTES)?,
            given.text("hub_delivery_number", hub_delivery_number, limits::NUMBER_BYTES)?,
        )
    };
    fn get(call, name: HubStr, out: HubSink) |asked| {
        let name = asked.given.text("name", name, limits::NAME_BYTES)?;
        asked.services.secret(asked.call, name, &mut asked.sink(out)?)
    };
    fn path(call, out: HubSink) |asked| {
        asked.services.data_path(asked.call, &mut asked.sink(out)?)
    };
    fn usage(call, used: *mut u64, allowed: *mut u64) |asked| {
        let used = asked.given.place("used", used)?;
        let allowed = asked.given.place("allowed", allowed)?;
        let (bytes_used, bytes_allowed) = asked.services.data_usage(asked.call)?;
        used.put(bytes_used);
        allowed.put(bytes_allowed);
        Ok(())
    };
}
