//! Routes and files as tables, requests as they come.

use std::ffi::c_void;

use phytohub_plugin_api as abi;

use super::base::{bytes, copied, size, text};
use super::instance::Instance;
use super::thunk::hook;
use crate::http::Outcome;
use crate::{Asset, Call, Error, Host, HttpRoute, HttpRoutes, Request, Responder, Result};

/// The table of an instance with everything that it points to.
pub(super) struct HttpTable {
    /// One element, in a vector because a box that is moved claims what it points to for itself.
    table: Vec<abi::HubHttp>,
    patterns: Vec<HttpRoute>,
    _assets: Vec<Asset>,
    _routes: Vec<abi::HubHttpRoute>,
    _files: Vec<abi::HubHttpAsset>,
}

// SAFETY: what it points to is its own and never written.
unsafe impl Send for HttpTable {}
// SAFETY: as above.
unsafe impl Sync for HttpTable {}

impl HttpTable {
    pub(super) fn of<P: HttpRoutes>(plugin: &P) -> Self {
        let (patterns, assets) = (plugin.routes(), plugin.assets());
        let routes: Vec<_> = patterns
            .iter()
            .map(|route| abi::HubHttpRoute {
                struct_size: size::<abi::HubHttpRoute>(),
                flags: 0,
                method: abi::HubStr::new(&route.method),
                pattern: abi::HubStr::new(&route.pattern),
                body_bytes_max: route.body_bytes_max,
            })
            .collect();
        let files: Vec<_> = assets
            .iter()
            .map(|asset| abi::HubHttpAsset {
                struct_size: size::<abi::HubHttpAsset>(),
                flags: 0,
                path: abi::HubStr::new(&asset.path),
                content_type: abi::HubStr::new(&asset.content_type),
                etag: abi::HubStr::new(&asset.etag),
                bytes: abi::HubBytes::new(&asset.bytes),
            })
            .collect();
        let table = vec![abi::HubHttp {
            struct_size: size::<abi::HubHttp>(),
            route_count: u32::try_from(routes.len()).unwrap_or(u32::MAX),
            routes: routes.as_ptr(),
            assets: files.as_ptr(),
            asset_count: files.len(),
            request: Some(request::<P>),
        }];
        Self { table, patterns, _assets: assets, _routes: routes, _files: files }
    }

    pub(super) const fn pointer(&self) -> *const abi::HubHttp {
        self.table.as_ptr()
    }
}

unsafe extern "C" fn request<P: HttpRoutes>(
    data: *mut c_void,
    call: *const abi::HubCall,
    seen: *const abi::HubHttpRequest,
    ticket: u64,
) -> abi::HubStatus {
    let run = |instance: &Instance<P>, call: &Call<'_>| {
        // SAFETY: the hub lends the request for the length of this call.
        let mut request = unsafe { incoming(seen) }?;
        let routes = instance.http.as_ref().map_or(&[][..], |http| &http.patterns);
        request.pattern = routes.get(request.route).map_or("", |route| &route.pattern);
        let (responder, shared) = Responder::new(Host::new(instance.host.clone()), ticket);
        let outcome = instance.plugin.request(call, &request, responder);
        match (shared.returned(), outcome) {
            (_, Err(error)) => Err(error),
            (Outcome::Answered, Ok(())) => Ok(abi::HUB_OK),
            (Outcome::Broken, Ok(())) => Err(Error::internal("the answer was not finished")),
            (Outcome::Dropped, Ok(())) => {
                instance.host.http_dropped(ticket);
                Ok(abi::HUB_OK)
            }
            (Outcome::Moved, Ok(())) => Ok(abi::HUB_PENDING),
        }
    };
    // SAFETY: `data` and `call` are what this function was given.
    unsafe { hook::<P>(data, call, run) }
}

/// # Safety
///
/// `seen` is null or a request that is lent for `'a`.
unsafe fn incoming<'a>(seen: *const abi::HubHttpRequest) -> Result<Request<'a>> {
    // SAFETY: by this function's own contract.
    let Some(seen) = (unsafe { copied(seen) }) else {
        return Err(Error::invalid("the call came without a request"));
    };
    // SAFETY: by this function's own contract.
    let lent = |lent| unsafe { text(lent) };
    let mut headers = Vec::new();
    if !seen.headers.is_null() {
        // SAFETY: by this function's own contract, `header_count` headers lie there.
        let all = unsafe { std::slice::from_raw_parts(seen.headers, seen.header_count) };
        for header in all {
            // SAFETY: by this function's own contract.
            headers.push((lent(header.name)?, unsafe { bytes(header.value) }));
        }
    }
    Ok(Request {
        route: usize::try_from(seen.route).unwrap_or(usize::MAX),
        pattern: "",
        method: lent(seen.method)?,
        path: lent(seen.path)?,
        query: lent(seen.query)?,
        prefix: lent(seen.prefix)?,
        scheme: lent(seen.scheme)?,
        host: lent(seen.host)?,
        client_address: lent(seen.client_address)?,
        headers,
        // SAFETY: by this function's own contract.
        body: unsafe { bytes(seen.body) },
        body_bytes: seen.body_bytes,
    })
}
