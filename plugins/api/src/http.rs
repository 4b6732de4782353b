//! `hub.http/1`, offered by plugins, and `hub.http.respond/1`, offered by the hub: web pages.

use core::ffi::c_void;

use crate::{HubBytes, HubCall, HubSink, HubStatus, HubStr};

/// Id of the extension whose table is [`HubHttp`].
pub const HUB_HTTP_ID: &str = "hub.http/1";
/// Id of the extension whose table is [`HubHttpRespond`].
pub const HUB_HTTP_RESPOND_ID: &str = "hub.http.respond/1";

/// Pages under the plugin's prefix on the hub's web listener.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttp {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// How many routes.
    pub route_count: u32,
    /// The routes; constant for the instance's life. The first that fits is taken.
    pub routes: *const HubHttpRoute,
    /// Files that the hub serves by itself; constant for the instance's life.
    pub assets: *const HubHttpAsset,
    /// How many.
    pub asset_count: usize,
    /// Answers a request through `hub.http.respond/1`, before it returns (OK) or later (PENDING),
    /// from any thread. A ticket that is dropped without an answer becomes 500, one that rests too
    /// long 504. [thread] a plugin worker. [may block] yes.
    pub request: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            request: *const HubHttpRequest,
            ticket: u64,
        ) -> HubStatus,
    >,
}

/// A route.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttpRoute {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// None yet.
    pub flags: u32,
    /// `GET`, `POST` …; `GET` answers `HEAD` too. Empty for any.
    pub method: HubStr,
    /// Path under the prefix: `certificates/{number}`. A segment in braces fits any segment, and
    /// `{*rest}` at the end everything. Empty for the prefix itself.
    pub pattern: HubStr,
    /// Bytes of the largest body; 0 for none.
    pub body_bytes_max: u64,
}

/// A file that never changes while the plugin runs.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttpAsset {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// None yet.
    pub flags: u32,
    /// Path under the prefix.
    pub path: HubStr,
    /// `Content-Type`.
    pub content_type: HubStr,
    /// `ETag`, with its quotes.
    pub etag: HubStr,
    /// The file.
    pub bytes: HubBytes,
}

/// A header.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttpHeader {
    /// Its name, in lower case where the hub gives it.
    pub name: HubStr,
    /// Its value.
    pub value: HubBytes,
}

/// A request.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttpRequest {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// Index of the route that fitted.
    pub route: u32,
    /// `GET`, `POST` …
    pub method: HubStr,
    /// What the browser asked for without the query, as it came: prefix and path.
    pub path: HubStr,
    /// What follows the question mark, as it came.
    pub query: HubStr,
    /// The prefix under which the plugin's pages lie, with a slash at both ends.
    pub prefix: HubStr,
    /// `http` or `https`, as the browser sees it.
    pub scheme: HubStr,
    /// Host and port, as the browser sees them.
    pub host: HubStr,
    /// The browser's address, behind trusted proxies too.
    pub client_address: HubStr,
    /// The request's headers, in their order.
    pub headers: *const HubHttpHeader,
    /// How many.
    pub header_count: usize,
    /// The body, if all of it is there; else empty, and read with `hub.http.respond/1` `read`.
    pub body: HubBytes,
    /// Bytes of the body as announced; `UINT64_MAX` if not announced.
    pub body_bytes: u64,
}

/// Answers requests. All functions: [thread] any. [errors] NOT_FOUND: the ticket is done with.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubHttpRespond {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Gives the next piece of the request's body to `out`; nothing at its end. [may block] yes.
    pub read: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            ticket: u64,
            out: HubSink,
        ) -> HubStatus,
    >,
    /// Begins the answer: status and headers. Once. [errors] INVALID: a header that cannot be.
    pub start: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            ticket: u64,
            status: u32,
            headers: *const HubHttpHeader,
            header_count: usize,
        ) -> HubStatus,
    >,
    /// The next piece of the answer. Waits while the browser is slow. [may block] yes.
    pub write: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            call: *const HubCall,
            ticket: u64,
            bytes: HubBytes,
        ) -> HubStatus,
    >,
    /// Ends the answer.
    pub finish: Option<
        unsafe extern "C" fn(ctx: *mut c_void, call: *const HubCall, ticket: u64) -> HubStatus,
    >,
    /// Whether the browser has gone or the ticket is done with: 1, else 0. [may block] no.
    pub gone: Option<unsafe extern "C" fn(ctx: *mut c_void, ticket: u64) -> u32>,
}
