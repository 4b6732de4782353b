//! `hub.http/1`.
#![expect(unsafe_code, reason = "calls a plugin")]

use phytohub_plugin_api::*;

use super::given::{Given, invalid};
use super::host::struct_size;
use super::plugin::{Plugin, run};
use super::visitors::Taker;
use crate::instance::{CallContext, CallFailure, Completion};
use crate::limits;
use crate::services::Answer;
use crate::view::{HttpAsset, HttpRequestView, HttpRoute};

impl Plugin {
    /// The routes and files, copied.
    pub(crate) fn pages(&self) -> Answer<(Vec<HttpRoute>, Vec<HttpAsset>)> {
        let Some(http) = &self.http else { return Ok(Default::default()) };
        // SAFETY: `HubHttp::routes` and `assets`: "constant for the instance's life".
        let given = unsafe { Given::new() };
        let count = http.route_count as usize;
        let routes = given.structures(http.routes, count, limits::ROUTES)?;
        let routes = routes.iter().map(|route| {
            Ok(HttpRoute {
                method: visible(given, "method", route.method)?,
                pattern: visible(given, "pattern", route.pattern)?,
                body_bytes_max: route.body_bytes_max,
            })
        });
        let routes = routes.collect::<Answer<Vec<_>>>()?;
        let assets = given.structures(http.assets, http.asset_count, limits::ASSETS)?;
        let mut room = limits::ASSET_BYTES;
        let assets = assets.iter().map(|asset| {
            let bytes = given.bytes("bytes", asset.bytes, room)?;
            room -= bytes.len();
            Ok(HttpAsset {
                path: visible(given, "path", asset.path)?,
                content_type: visible(given, "content_type", asset.content_type)?,
                etag: visible(given, "etag", asset.etag)?,
                bytes: bytes.into(),
            })
        });
        Ok((routes, assets.collect::<Answer<Vec<_>>>()?))
    }

    pub(crate) fn request(
        &self,
        context: &CallContext,
        request: &HttpRequestView<'_>,
        ticket: u64,
    ) -> Result<Completion, CallFailure> {
        let hook = self.http.and_then(|table| table.request);
        let hook = hook.ok_or_else(CallFailure::not_offered)?;
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|header| HubHttpHeader {
                name: HubStr::new(header.name),
                value: HubBytes::new(header.value),
            })
            .collect();
        let request = HubHttpRequest {
            struct_size: struct_size::<HubHttpRequest>(),
            route: request.route,
            method: HubStr::new(request.method),
            path: HubStr::new(request.path),
            query: HubStr::new(request.query),
            prefix: HubStr::new(request.prefix),
            scheme: HubStr::new(request.scheme),
            host: HubStr::new(request.host),
            client_address: HubStr::new(request.client_address),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: HubBytes::new(request.body),
            body_bytes: request.body_bytes.unwrap_or(u64::MAX),
        };
        run(context, Taker::Nothing, |turn| {
            // SAFETY: `HubHttp::request` with the instance's `data`.
            unsafe { hook(self.data, turn.call(), &raw const request, ticket) }
        })
    }
}

/// A text that may stand in a path or a header.
fn visible(given: Given<'_>, name: &str, text: HubStr) -> Answer<String> {
    let text = given.text(name, text, limits::PATH_BYTES)?;
    if text.chars().any(char::is_control) {
        return Err(invalid(format!("{name}: a control character in {text:?}")));
    }
    Ok(text.to_owned())
}
