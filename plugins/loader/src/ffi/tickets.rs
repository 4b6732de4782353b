//! `hub.tickets/1`, `hub.timers/1`, `hub.bytes/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use phytohub_plugin_api::*;

use super::given::invalid;
use super::host::{asked_briefly, struct_size};
use crate::limits;

pub(super) static TICKETS: HubTickets =
    HubTickets { struct_size: struct_size::<HubTickets>(), reserved: 0, complete: Some(complete) };

pub(super) static TIMERS: HubTimers = HubTimers {
    struct_size: struct_size::<HubTimers>(),
    reserved: 0,
    after: Some(after),
    cancel: Some(cancel),
};

pub(super) static KEPT_BYTES: HubKeptBytes = HubKeptBytes {
    struct_size: struct_size::<HubKeptBytes>(),
    reserved: 0,
    retain: Some(retain),
    slice: Some(slice),
    release: Some(release),
};

asked_briefly! {
    fn complete(ticket: u64, status: HubStatus, detail: HubStr) |asked| {
        let detail = asked.given.cut_text("detail", detail, limits::DIAGNOSTICS_BYTES)?;
        let status = match status {
            HUB_PENDING => return Err(invalid("status: PENDING completes nothing")),
            HUB_AGAIN | HUB_PANICKED..=HUB_INVALID => status,
            HUB_OK.. => HUB_OK,
            ..HUB_PANICKED => HUB_INTERNAL,
        };
        asked.services.ticket_complete(ticket, status, &detail)
    };
    fn after(delay_ms: u64, token: u64) |asked| asked.services.timer_after(delay_ms, token);
    fn cancel(token: u64) |asked| asked.services.timer_cancel(token);
    fn retain(ticket: u64) |asked| asked.services.bytes_retain(ticket);
    fn slice(ticket: u64, offset: u64, len: u64, out: HubSink) |asked| {
        asked.services.bytes_slice(ticket, offset, len, &mut asked.sink(out)?)
    };
    fn release(ticket: u64) |asked| asked.services.bytes_release(ticket);
}
