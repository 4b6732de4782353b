//! From an HTTP request to its reply: the checks, in the order in which they cost more.

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, ORIGIN};
use http::request::Parts;
use http::{Method, Request, Response, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use phytohub_exchange::CallError;
use phytohub_telemetry::Outcome;
use tracing::Instrument as _;

use super::body::ReplyBody;
use super::refusal::Refusal;
use super::request::InFlight;
use super::socket::Socket;
use super::upload;
use super::{DELIVERY_SERVICE_PATH, Door, RECEIPT_PATH, dispatch, response};
use crate::buffer::share_of;

/// Answers one request, whatever it is.
pub(super) async fn answer(
    door: Arc<Door>,
    socket: Arc<Socket>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Infallible> {
    let in_flight = InFlight::new(&door, &socket);
    let span =
        tracing::debug_span!("request", peer = %socket.address, operation = tracing::field::Empty);
    let version = request.version();
    let (parts, incoming) = request.into_parts();
    let mut body = Some(incoming);
    let routed = route(&door, &socket, &in_flight, &parts, &mut body).instrument(span).await;
    let mut response = routed.unwrap_or_else(|refusal| {
        in_flight.set_outcome(refusal.outcome());
        tell(&door, &socket, &refusal);
        response::refused(&refusal, &in_flight)
    });
    // What was not read to its end would have to be read before the next request.
    let unread = body.is_some_and(|body| !body.is_end_stream());
    if version < Version::HTTP_2 && unread {
        response::close_after(&mut response);
        socket.linger();
    }
    Ok(response)
}

async fn route(
    door: &Arc<Door>,
    socket: &Arc<Socket>,
    in_flight: &Arc<InFlight>,
    parts: &Parts,
    body: &mut Option<Incoming>,
) -> Result<Response<ReplyBody>, Refusal> {
    if parts.headers.contains_key(ORIGIN) {
        return Err(Refusal::Origin);
    }
    if let Some(number) = parts.uri.path().strip_prefix(RECEIPT_PATH) {
        return receipt(door, socket, in_flight, &parts.method, number).await;
    }
    match parts.uri.path().strip_prefix(DELIVERY_SERVICE_PATH) {
        Some("") => {}
        Some(rest) if rest.starts_with('/') => return Err(Refusal::SubPath),
        _ => return Err(Refusal::NotFound),
    }
    if parts.method == Method::GET && asks_for_wsdl(parts.uri.query()) {
        in_flight.set_operation("wsdl");
        in_flight.set_outcome(Outcome::Answered);
        return Ok(response::document(door.wsdl.clone(), in_flight));
    }
    if parts.method != Method::POST {
        return Err(Refusal::Method);
    }
    let charset = check_media(&parts.headers)?;
    // Before a byte of the body: strangers get no memory.
    let caller = socket.peer.identify(&door.hub, &door.tls)?;
    door.hub.take_request(&caller)?;
    let limits = door.hub.limits();
    let declared = declared_length(&parts.headers);
    if declared > limits.request_bytes {
        return Err(Refusal::TooLarge { limit: limits.request_bytes });
    }
    door.hub.take_bytes(&caller, declared)?;
    let place = door.admission.place(&limits, share_of(declared))?;
    let incoming = body.as_mut().ok_or(Refusal::Internal)?;
    // What was not announced is counted as it comes.
    let meter = |bytes| match declared {
        0 => door.hub.take_bytes(&caller, bytes),
        _ => Ok(()),
    };
    let upload =
        upload::read(incoming, declared, &door.admission, (&place, meter), &limits).await?;
    *body = None;
    dispatch::call(door, in_flight, &limits, &caller, place, upload, charset).await
}

/// The signed receipt of an envelope of the caller's own, as JSON.
async fn receipt(
    door: &Arc<Door>,
    socket: &Arc<Socket>,
    in_flight: &Arc<InFlight>,
    method: &Method,
    number: &str,
) -> Result<Response<ReplyBody>, Refusal> {
    in_flight.set_operation("receipt");
    if method != Method::GET {
        return Err(Refusal::ReceiptMethod);
    }
    let caller = socket.peer.identify(&door.hub, &door.tls)?;
    let limits = door.hub.limits();
    let _place = door.admission.place(&limits, share_of(0))?;
    let found = door.hub.receipt_for(&caller, number).await?;
    let receipt = found.ok_or(Refusal::NoReceipt)?;
    in_flight.set_outcome(Outcome::Answered);
    Ok(response::json(receipt.to_json().into(), in_flight))
}

/// `?wsdl` in any case, alone or among others, with a value or without.
fn asks_for_wsdl(query: Option<&str>) -> bool {
    let name = |part: &str| part.split('=').next().unwrap_or_default().eq_ignore_ascii_case("wsdl");
    query.is_some_and(|query| query.split('&').any(name))
}

/// Whether this is plain SOAP 1.1; its charset, if it says one.
fn check_media(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    for encoding in headers.get_all(CONTENT_ENCODING) {
        if !encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity") {
            return Err(Refusal::ContentEncoding);
        }
    }
    // Without a type the body speaks for itself.
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let content_type = content_type.to_str().map_err(|_| Refusal::MediaType)?;
    let mut parts = content_type.split(';');
    let essence = parts.next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("text/xml") {
        return Err(Refusal::MediaType);
    }
    let charset = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    Ok(charset)
}

/// `Content-Length`, which hyper has checked; 0 if the body is chunked.
fn declared_length(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.map_or(0, |length| length.trim().parse().unwrap_or(usize::MAX))
}

/// Tells the log of refusals that an operator may want to know of.
fn tell(door: &Door, socket: &Socket, refusal: &Refusal) {
    let shed = matches!(refusal.outcome(), Outcome::Shed | Outcome::Failed);
    // An event tells of fair use.
    if !shed || matches!(refusal, Refusal::FairUse(_) | Refusal::Call(CallError::FairUse(_))) {
        tracing::debug!(peer = %socket.address, status = refusal.status().as_u16(), %refusal, "refused");
        return;
    }
    if let Some(silenced) = door.request_trouble.admit(door.hub.clock().monotonic()) {
        let status = refusal.status().as_u16();
        tracing::warn!(peer = %socket.address, status, %refusal, silenced, "could not answer");
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_wsdl_is_asked_for_in_any_case() {
        for query in ["wsdl", "WSDL", "Wsdl=1", "x=1&wsdl"] {
            assert!(asks_for_wsdl(Some(query)), "{query}");
        }
        assert!(!asks_for_wsdl(None) && !asks_for_wsdl(Some("xsd=1")));
    }

    #[test]
    fn only_plain_soap_1_1_is_read() {
        let check = |name, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            check_media(&headers).map(|charset| charset.map(str::to_owned)).ok()
        };
        assert_eq!(check(CONTENT_TYPE, "text/xml"), Some(None));
        assert_eq!(
            check(CONTENT_TYPE, "TEXT/XML ; Charset=\"UTF-16\""),
            Some(Some("UTF-16".into()))
        );
        assert_eq!(
            check(CONTENT_TYPE, "text/xml;action=x; charset=utf-8"),
            Some(Some("utf-8".into()))
        );
        assert_eq!(check(CONTENT_ENCODING, "identity"), Some(None));
        for media in
            ["application/soap+xml", "application/xop+xml", "multipart/related", "text/plain"]
        {
            assert_eq!(check(CONTENT_TYPE, media), None, "{media}");
        }
        assert_eq!(check(CONTENT_ENCODING, "gzip"), None);
    }

    #[test]
    fn a_length_that_is_no_number_is_over_every_limit() {
        let mut headers = HeaderMap::new();
        assert_eq!(declared_length(&headers), 0);
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("17"));
        assert_eq!(declared_length(&headers), 17);
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("99999999999999999999"));
        assert_eq!(declared_length(&headers), usize::MAX);
    }
}
