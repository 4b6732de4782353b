//! The door of browsers, with pages of the tests' own behind it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, SET_COOKIE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::service::Service;
use phytohub_server::{
    PageBody, ShutdownTrigger, SystemClock, Tasks, WebDoor, WebSettings, WebTls,
};
use phytohub_telemetry::Metrics;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::plain::{Plain, Reply};

/// Pages that answer what they were asked.
#[derive(Clone, Default)]
pub(super) struct Echo {
    /// Told when a request to `/wait` is there.
    pub came: Arc<Notify>,
    /// What it waits for.
    pub go: Arc<Notify>,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<PageBody>, Infallible>> + Send>>;

impl Service<Request<PageBody>> for Echo {
    type Response = Response<PageBody>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<PageBody>) -> Answering {
        let this = self.clone();
        Box::pin(async move { Ok(this.answer(request).await) })
    }
}

impl Echo {
    async fn answer(&self, request: Request<PageBody>) -> Response<PageBody> {
        let (parts, body) = request.into_parts();
        match parts.uri.path() {
            "/wait" => {
                self.came.notify_one();
                self.go.notified().await;
                page("text/plain", "waited")
            }
            "/text" => {
                let mut response = page("text/html; charset=utf-8", "a page of text ".repeat(1000));
                response.headers_mut().insert(ETAG, "\"one\"".parse().expect("a tag"));
                response
            }
            "/picture" => page("image/png", "0".repeat(5000)),
            "/cookies" => {
                let mut response = page("text/plain", "two");
                for cookie in ["a=1; Path=/", "b=2; HttpOnly"] {
                    let cookie = cookie.parse().expect("a value");
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                let policy = "default-src 'none'".parse().expect("a value");
                response.headers_mut().insert("content-security-policy", policy);
                response.headers_mut().insert("connection", "x-odd".parse().expect("a value"));
                response
            }
            "/refuse" => {
                let mut response = page("text/plain", "too large");
                *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
                response
            }
            _ => {
                let client = parts.extensions.get::<IpAddr>().expect("an address");
                let told = parts.headers.keys().any(|name| name.as_str().contains("forward"));
                let Ok(body) = body.collect().await else { return page("text/plain", "gone") };
                let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
                let text = format!("{} {} {client} {told} {body}", parts.method, parts.uri);
                page("text/plain", text)
            }
        }
    }
}

fn page(kind: &'static str, text: impl Into<Bytes>) -> Response<PageBody> {
    let body = Full::new(text.into()).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, kind.parse().expect("a type"));
    response
}

/// The door with these pages behind it.
pub(super) struct TestDoor {
    pub address: SocketAddr,
    pub echo: Echo,
    pub tasks: Tasks,
    pub trigger: ShutdownTrigger,
}

impl TestDoor {
    pub(super) async fn start(settings: WebSettings, tls: Option<WebTls>) -> Self {
        let door = WebDoor::bind(([127, 0, 0, 1], 0).into(), tls.map(Arc::new)).await;
        let door = door.expect("a free port");
        let (address, tasks, echo) = (door.address(), Tasks::new(), Echo::default());
        let (trigger, shutdown) = ShutdownTrigger::new();
        let (pages, own) = (Arc::new(echo.clone()), tasks.clone());
        let with = (Arc::new(SystemClock::new()) as _, Arc::new(Metrics::new()));
        tasks.spawn("web door", async move {
            door.serve(pages, settings, with, own, shutdown).await;
        });
        Self { address, echo, tasks, trigger }
    }

    pub(super) async fn plain() -> Self {
        Self::start(WebSettings::default(), None).await
    }

    pub(super) async fn open(&self) -> Plain<TcpStream> {
        Plain::new(TcpStream::connect(self.address).await.expect("it listens"))
    }

    /// One request on a socket of its own, with `Host: localhost` unless the lines name another.
    pub(super) async fn ask(&self, line: &str, lines: &str) -> Reply {
        let host = if lines.contains("Host:") { "" } else { "Host: localhost\r\n" };
        let mut socket = self.open().await;
        socket.send(&format!("{line} HTTP/1.1\r\n{host}{lines}\r\n")).await;
        socket.reply().await
    }
}
