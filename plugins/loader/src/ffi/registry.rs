//! `hub.registry/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::given::invalid;
use super::host::{asked, struct_size};
use crate::limits;
use crate::view::ConnectionView;

pub(super) static REGISTRY: HubRegistry = HubRegistry {
    struct_size: struct_size::<HubRegistry>(),
    reserved: 0,
    each: Some(each),
    register: Some(register),
};

asked! {
    fn each(call, out: *const HubConnectionVisitor) |asked| {
        let out = asked.given.one("HubConnectionVisitor", out)?;
        let visit = out.visit.ok_or_else(|| invalid("HubConnectionVisitor: visit is null"))?;
        let mut allowed = Vec::new();
        let visit = &mut |connection: &ConnectionView<'_>| {
            allowed.clear();
            allowed.extend(connection.allowed.iter().map(|&(certificate_type, status)| {
                HubAllowedDocument { certificate_type, certificate_status: status }
            }));
            let connection = HubConnection {
                struct_size: struct_size::<HubConnection>(),
                flags: connection.flags,
                code: HubStr::new(connection.code),
                name: HubStr::new(connection.name),
                country: HubStr::new(connection.country),
                allowed: allowed.as_ptr(),
                allowed_count: allowed.len(),
            };
            // SAFETY: `HubConnectionVisitor::visit` with its own `ctx`, during the call that got it.
            HUB_OK == unsafe { visit(out.ctx, &raw const connection) }
        };
        asked.services.connections(asked.call, visit)
    };
    fn register(call, connection: *const HubConnection) |asked| {
        let given = asked.given;
        let connection = given.structure(connection)?;
        let (allowed, count) = (connection.allowed, connection.allowed_count);
        let allowed = given.plain("allowed", allowed, count, limits::ALLOWED_DOCUMENTS)?;
        let allowed: Vec<_> = allowed
            .iter()
            .map(|document| (document.certificate_type, document.certificate_status))
            .collect();
        asked.services.register(asked.call, &ConnectionView {
            flags: connection.flags,
            code: given.text("code", connection.code, limits::NAME_BYTES)?,
            name: given.text("name", connection.name, limits::SENTENCE_BYTES)?,
            country: given.text("country", connection.country, limits::NAME_BYTES)?,
            allowed: &allowed,
        })
    };
}
