//! The few pages that are the hub's own: what went wrong, and the list of plugins.

use std::convert::Infallible;
use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};

use super::PageBody;

/// An answer with a body at hand.
pub(super) fn whole(bytes: Bytes) -> Response<PageBody> {
    let body = Full::new(bytes).map_err(|never: Infallible| match never {});
    Response::new(body.boxed_unsync())
}

/// A plain sentence for a person.
pub(super) fn refused(status: StatusCode, text: &'static str) -> Response<PageBody> {
    let mut response = whole(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 503: what asks may come again.
pub(super) fn come_again(text: &'static str, seconds: u32) -> Response<PageBody> {
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// 405.
pub(super) fn not_allowed(methods: &str) -> Response<PageBody> {
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, "this page takes other methods\n");
    if let Ok(methods) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(ALLOW, methods);
    }
    response
}

/// The same address with a slash after it.
pub(super) fn moved(prefix: &str, query: Option<&str>) -> Response<PageBody> {
    let mut response = refused(StatusCode::PERMANENT_REDIRECT, "the pages begin after a slash\n");
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    if let Ok(location) = HeaderValue::from_str(&format!("{prefix}{query}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The list of plugins that have pages: their names and where they lie.
pub(super) fn list<'a>(plugins: impl Iterator<Item = (&'a str, &'a str)>) -> Response<PageBody> {
    let mut text = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Phytohub</title>\n\
         <h1>Phytohub</h1>\n",
    );
    let mut items = String::new();
    for (name, prefix) in plugins {
        // Writing into a string cannot fail.
        let _ = writeln!(items, "<li><a href=\"{}\">{}</a>", escape(prefix), escape(name));
    }
    if items.is_empty() {
        text.push_str("<p>No plugin with pages is running.\n");
    } else {
        let _ = write!(text, "<ul>\n{items}</ul>\n");
    }
    let mut response = whole(text.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
