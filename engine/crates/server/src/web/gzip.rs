//! Texts as gzip, for browsers that take it: pages for slow lines.
//!
//! The length of an encrypted answer that is compressed tells something of a secret in it to
//! whoever can have text of theirs put beside it and count bytes (BREACH). Such a person needs a
//! victim's browser to ask again and again from a page of their own. So an answer to a request with
//! a cookie or credentials is compressed only if the browser says that one of the hub's own pages,
//! or the person at it, asked.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, COOKIE, ETAG, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;

use super::PageBody;

/// Whether answers to a request may be compressed.
pub(super) fn is_wanted(request: &Parts) -> bool {
    let headers = &request.headers;
    let secret = headers.contains_key(COOKIE) || headers.contains_key(AUTHORIZATION);
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let own = matches!(site, Some(b"same-origin" | b"none"));
    request.method != Method::HEAD && (own || !secret) && accepts(headers)
}

fn accepts(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Compresses an answer if that is worth it.
pub(super) fn compress(mut response: Response<PageBody>) -> Response<PageBody> {
    if !is_worth_it(&response) {
        return response;
    }
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    // A strong tag promises the same bytes, which these are not.
    let weak = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    let weak = weak.map(|tag| [b"W/", tag.as_bytes()].concat());
    if let Some(tag) = weak.and_then(|tag| HeaderValue::from_bytes(&tag).ok()) {
        headers.insert(ETAG, tag);
    }
    response.map(|inner| Gzip::new(inner).boxed_unsync())
}

fn is_worth_it(response: &Response<PageBody>) -> bool {
    let headers = response.headers();
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = of(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Events are short and each must go out at once.
    let is_text = kind.starts_with("text/") && kind != "text/event-stream";
    let is_text = is_text || TEXTS.contains(&kind.as_str()) || kind.ends_with("+xml");
    let large = response.body().size_hint().exact().is_none_or(|bytes| bytes > LEAST_BYTES);
    let plain = !headers.contains_key(CONTENT_ENCODING) && !headers.contains_key(CONTENT_RANGE);
    let status = response.status();
    let full = status != StatusCode::PARTIAL_CONTENT && status != StatusCode::NO_CONTENT;
    let full = full && status != StatusCode::NOT_MODIFIED;
    is_text && large && plain && full && !of(CACHE_CONTROL).contains("no-transform")
}

/// A body as gzip. What the inner one has at once is sent together; before waiting for more,
/// everything is.
struct Gzip {
    inner: PageBody,
    /// Nothing once the end is written.
    encoder: Option<GzEncoder<Vec<u8>>>,
    /// Bytes taken since the last flush.
    unflushed: usize,
}

impl Gzip {
    fn new(inner: PageBody) -> Self {
        let encoder = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
        Self { inner, encoder: Some(encoder), unflushed: 0 }
    }

    fn take(&mut self) -> Option<Bytes> {
        let out = std::mem::take(self.encoder.as_mut()?.get_mut());
        (!out.is_empty()).then(|| out.into())
    }

    fn finish(&mut self) -> io::Result<Option<Bytes>> {
        let Some(encoder) = self.encoder.take() else { return Ok(None) };
        let out = encoder.finish()?;
        Ok((!out.is_empty()).then(|| out.into()))
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.unflushed += data.len();
        self.encoder.as_mut().map_or(Ok(()), |encoder| encoder.write_all(data))
    }

    fn flush(&mut self) -> io::Result<Option<Bytes>> {
        self.unflushed = 0;
        if let Some(encoder) = &mut self.encoder {
            encoder.flush()?;
        }
        Ok(self.take())
    }
}

impl Body for Gzip {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        loop {
            if this.encoder.is_none() {
                return Poll::Ready(None);
            }
            let out = match Pin::new(&mut this.inner).poll_frame(context) {
                Poll::Pending if this.unflushed > 0 => this.flush(),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => this.finish(),
                Poll::Ready(Some(Err(error))) => Err(error),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.write(&data).map(|()| this.take()),
                    // Trailers are nothing that browsers read.
                    Err(_) => Ok(None),
                },
            };
            match out {
                Ok(Some(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Ok(None) => {}
                Err(error) => {
                    this.encoder = None;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

/// Texts whose type does not begin with `text/`; XML is known by its suffix.
const TEXTS: &[&str] = &[
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/problem+json",
    "application/xml",
];
/// Less fits into one packet in any case.
const LEAST_BYTES: u64 = 1024;
/// Half of the size gain of the highest level lies between 1 and 4; above, time grows faster.
const LEVEL: u32 = 4;
