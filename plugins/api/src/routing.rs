//! `hub.routing/1`, offered by plugins: where a document goes.

use core::ffi::c_void;

use crate::{HubCall, HubDocument, HubStatus, HubStr};

/// Id of the extension whose table is [`HubRouting`].
pub const HUB_ROUTING_ID: &str = "hub.routing/1";

/// Decides about ways.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubRouting {
    /// Size of this structure where it was made.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Decides about one document of a kind that the plugin named, before it is accepted: a pure
    /// function of the document and of what the plugin knows. Saying nothing lets it go on as
    /// addressed. An error means that it could not decide. [thread] a plugin worker.
    /// [may block] yes.
    pub route: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            call: *const HubCall,
            document: *const HubDocument,
            out: *const HubRoute,
        ) -> HubStatus,
    >,
}

/// It goes on as addressed.
pub const HUB_ROUTE_CONTINUE: u32 = 0;
/// It is accepted and waits until `until_ms`; then it is decided anew.
pub const HUB_ROUTE_HOLD: u32 = 1;
/// It is refused, with the reason given.
pub const HUB_ROUTE_REJECT: u32 = 2;
/// It goes to the inbox of the connection `code`, which acts for the one addressed.
pub const HUB_ROUTE_REDIRECT: u32 = 3;

/// Takes decisions. The last one counts; copies add up.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HubRoute {
    /// For the functions alone.
    pub ctx: *mut c_void,
    /// Decides: a `HUB_ROUTE_` number, the end of a hold, a connection, a reason for people.
    pub decide: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            decision: u32,
            until_ms: i64,
            code: HubStr,
            reason: HubStr,
        ) -> HubStatus,
    >,
    /// One more connection that gets a copy with a number of its own. [errors] EXHAUSTED: no
    /// more are allowed. NOT_FOUND: nobody of that code receives this kind; the copy is left out.
    pub copy_to: Option<unsafe extern "C" fn(ctx: *mut c_void, code: HubStr) -> HubStatus>,
}
