//! One request of a browser: who asks, what is passed on, what is added to the answer.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

use super::body::{Answered, Asked, InFlight};
use super::socket::Socket;
use super::visitor::{NoVisitor, Visitor, forget};
use super::{Door, PageBody, gzip, header};

/// Answers one request, whatever it is.
pub(super) async fn answer(
    door: Arc<Door>,
    socket: Arc<Socket>,
    request: Request<Incoming>,
) -> Result<Response<PageBody>, Infallible> {
    let started = door.clock.monotonic();
    let in_flight = InFlight::new(&door, &socket);
    let (mut parts, incoming) = request.into_parts();
    let body = Asked::new(incoming, &socket);
    let visitor = Visitor::new(&door, &socket, &parts);
    let encrypted = visitor.as_ref().map_or(socket.is_tls, Visitor::is_encrypted);
    let client = visitor.as_ref().map_or_else(|_| socket.peer.ip(), |visitor| visitor.address);
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let (version, wants_gzip) = (parts.version, gzip::is_wanted(&parts));
    let mut response = match (&in_flight, visitor) {
        (None, _) => busy(),
        (_, Err(NoVisitor::Host)) => {
            plain(StatusCode::BAD_REQUEST, "the request names no host that could be one\n")
        }
        (_, Err(NoVisitor::Misdirected)) => {
            let text = "this door is for this machine alone, by a name of this machine\n";
            plain(StatusCode::MISDIRECTED_REQUEST, text)
        }
        (Some(_), Ok(visitor)) => match address(&mut parts, &visitor) {
            Ok(()) => ask(&door, parts, body).await,
            Err(status) => plain(status, "the hub has no such page\n"),
        },
    };
    header::complete(response.headers_mut(), encrypted);
    if wants_gzip && door.settings.compress {
        response = gzip::compress(response);
    }
    if version < Version::HTTP_2 && socket.lingers() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let time = door.clock.monotonic().saturating_sub(started);
    log(&door, client, (&method, &path), response.status(), time);
    Ok(match in_flight {
        Some(in_flight) => response.map(|body| Answered::new(body, in_flight).boxed_unsync()),
        None => response,
    })
}

/// Gives a request the address that the browser sees.
fn address(parts: &mut Parts, visitor: &Visitor) -> Result<(), StatusCode> {
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = parts.uri.path_and_query().cloned().ok_or(StatusCode::BAD_REQUEST)?;
    // `OPTIONS *` asks about the server; there is nothing to say.
    if !path.path().starts_with('/') {
        return Err(StatusCode::NOT_FOUND);
    }
    let uri = Uri::builder()
        .scheme(visitor.scheme.clone())
        .authority(visitor.host.clone())
        .path_and_query(path);
    parts.uri = uri.build().map_err(|_| StatusCode::BAD_REQUEST)?;
    forget(&mut parts.headers);
    parts.extensions.clear();
    parts.extensions.insert(visitor.address);
    Ok(())
}

async fn ask(door: &Door, parts: Parts, body: Asked) -> Response<PageBody> {
    let request = Request::from_parts(parts, body.boxed_unsync());
    let Ok(response) = door.pages.call(request).await;
    response
}

fn busy() -> Response<PageBody> {
    let text = "the hub is busy: come again in a moment\n";
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<PageBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The access log: without the query, which may hold what is nobody's business.
fn log(
    door: &Door,
    client: IpAddr,
    (method, path): (&Method, &str),
    status: StatusCode,
    time: Duration,
) {
    let (path, status, milliseconds) =
        (phytohub_telemetry::Escaped(path), status.as_u16(), time.as_millis());
    if status < 500 {
        tracing::debug!(target: "web", %client, %method, %path, status, milliseconds, "a page");
    } else if let Some(silenced) = door.request_trouble.admit(door.clock.monotonic()) {
        tracing::info!(
            target: "web", %client, %method, %path, status, milliseconds, silenced, "a page failed"
        );
    }
}
