//! The headers that every page gets unless its plugin says otherwise, and those that none may set.

use http::header::{
    CONNECTION, CONTENT_SECURITY_POLICY, HeaderMap, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

/// Puts in what is missing and takes out what belongs to the socket.
pub(super) fn complete(headers: &mut HeaderMap, encrypted: bool) {
    for name in [CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE]
    {
        headers.remove(name);
    }
    let own_policy = headers.contains_key(CONTENT_SECURITY_POLICY);
    let mut unless_set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(REFERRER_POLICY, "same-origin");
    if !own_policy {
        // A plugin that has a policy of its own says there who may frame it.
        unless_set(X_FRAME_OPTIONS, "DENY");
        unless_set(CONTENT_SECURITY_POLICY, POLICY);
    }
    if encrypted {
        unless_set(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
    }
}

/// A page shows and loads what comes from here, sends forms here, runs no script written into it,
/// and lies in nobody's frame.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; object-src 'none'";
const ONE_YEAR: &str = "max-age=31536000";
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
