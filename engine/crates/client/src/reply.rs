//! What an HTTP reply means.

use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, HeaderName, header};
use phytohub_wire::soap::client::{ClientReply, read_reply};

use crate::CallError;

/// Nobody goes where a reply points, and its body is not worth reading.
pub(crate) fn refuse_redirect(parts: &Parts) -> Result<(), CallError> {
    if !parts.status.is_redirection() {
        return Ok(());
    }
    let location = excerpt(text(&parts.headers, header::LOCATION).as_bytes());
    Err(CallError::Redirect { status: parts.status.as_u16(), location })
}

/// Reads a whole reply: a fault is an error whatever its status says.
pub(crate) fn read(parts: &Parts, body: &Bytes) -> Result<ClientReply, CallError> {
    let (status, retry_after) = (parts.status.as_u16(), retry_after(&parts.headers));
    match read_reply(body) {
        Ok(ClientReply::Fault { code, message }) => {
            Err(CallError::Fault { status, code, message, retry_after })
        }
        _ if !parts.status.is_success() => {
            Err(CallError::HttpStatus { status, excerpt: excerpt(body), retry_after })
        }
        Ok(reply) => Ok(reply),
        Err(source) if names_soap(body) => Err(CallError::NotUnderstood { source }),
        Err(_) => Err(CallError::NotSoap {
            content_type: excerpt(text(&parts.headers, header::CONTENT_TYPE).as_bytes()),
            excerpt: excerpt(body),
        }),
    }
}

/// In seconds; a date is not worth a calendar: the caller has a pace of his own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    text(headers, header::RETRY_AFTER).trim().parse().ok().map(Duration::from_secs)
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether the namespace of SOAP 1.1 is declared where a root declares it.
fn names_soap(body: &[u8]) -> bool {
    let head = body.get(..body.len().min(HEAD_BYTES)).unwrap_or_default();
    String::from_utf8_lossy(head).contains("http://schemas.xmlsoap.org/soap/envelope/")
}

/// The beginning of something foreign, on one line.
fn excerpt(bytes: &[u8]) -> String {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let text = text.replace(char::is_control, " ");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(EXCERPT_CHARS).collect()
}

/// Roots of real replies declare their namespaces within the first few hundred bytes.
const HEAD_BYTES: usize = 4096;
/// Enough to recognize a page by, not enough to fill a log.
const EXCERPT_CHARS: usize = 200;
