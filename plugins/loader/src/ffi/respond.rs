//! `hub.http.respond/1`.
#![expect(unsafe_code, reason = "is called by a plugin")]

use std::ffi::c_void;
use std::ptr::null;

use phytohub_plugin_api::*;

use super::host::{answer, asked, struct_size, work};
use crate::limits;
use crate::services::Answer;
use crate::view::HttpHeaderView;

pub(super) static RESPOND: HubHttpRespond = HubHttpRespond {
    struct_size: struct_size::<HubHttpRespond>(),
    reserved: 0,
    read: Some(read),
    start: Some(start),
    write: Some(write),
    finish: Some(finish),
    gone: Some(gone),
};

asked! {
    fn read(call, ticket: u64, out: HubSink) |asked| {
        asked.services.http_read(asked.call, ticket, &mut asked.sink(out)?)
    };
    fn start(
        call,
        ticket: u64,
        status: u32,
        headers: *const HubHttpHeader,
        header_count: usize,
    ) |asked| {
        let given = asked.given;
        let headers = given.plain("headers", headers, header_count, limits::HEADERS)?;
        let headers = headers.iter().map(|header| {
            Ok(HttpHeaderView {
                name: given.text("header", header.name, limits::NAME_BYTES)?,
                value: given.bytes("header", header.value, limits::HEADER_BYTES)?,
            })
        });
        let headers = headers.collect::<Answer<Vec<_>>>()?;
        asked.services.http_start(asked.call, ticket, status, &headers)
    };
    fn write(call, ticket: u64, bytes: HubBytes) |asked| {
        let bytes = asked.given.bytes("bytes", bytes, limits::CONTENT_BYTES)?;
        asked.services.http_write(asked.call, ticket, bytes)
    };
    fn finish(call, ticket: u64) |asked| asked.services.http_finish(asked.call, ticket);
}

unsafe extern "C" fn gone(ctx: *mut c_void, ticket: u64) -> u32 {
    // Whoever cannot be asked waits no more.
    let mut gone = true;
    let work = work(|asked| {
        gone = asked.services.http_gone(ticket);
        Ok(())
    });
    // SAFETY: all of it are the plugin's arguments.
    unsafe { answer(ctx, null(), work) };
    u32::from(gone)
}
