//! A door with a plugin behind it whose hook is a function of the test.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use phytohub_plugin_host::http::{
    HttpTickets, NoWorker, PageJob, PageSite, PageWorkers, PluginPages,
};
use phytohub_plugin_loader::instance::{CallFailure, Completion};
use phytohub_plugin_loader::{
    HostCall, HttpAsset, HttpHeaderView, HttpRequestView, HttpRoute, Status,
};
use phytohub_server::{ShutdownTrigger, SystemClock, Tasks, WebDoor, WebSettings};
use phytohub_telemetry::Metrics;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a hook is given to answer with.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) tickets: Arc<HttpTickets>,
    pub(crate) ticket: u64,
}

pub(crate) type Called = Result<Completion, CallFailure>;

type Hook = dyn Fn(&HttpRequestView<'_>, Desk) -> Called + Send + Sync;

/// What no call of a plugin says by itself.
pub(crate) const CALL: HostCall = HostCall::new(0, [0; 16]);

impl Desk {
    pub(crate) fn start(&self, status: u32, headers: &[(&str, &str)]) -> Status {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| HttpHeaderView { name, value: value.as_bytes() })
            .collect();
        outcome(self.tickets.start(CALL, self.ticket, status, &headers))
    }

    pub(crate) fn write(&self, bytes: impl AsRef<[u8]>) -> Status {
        outcome(self.tickets.write(CALL, self.ticket, bytes.as_ref()))
    }

    pub(crate) fn finish(&self) -> Status {
        outcome(self.tickets.finish(CALL, self.ticket))
    }

    pub(crate) fn read(&self) -> Result<Vec<u8>, Status> {
        let mut bytes = Vec::new();
        let out = &mut |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            true
        };
        self.tickets.read(CALL, self.ticket, out).map_err(|refusal| refusal.status)?;
        Ok(bytes)
    }

    /// A whole answer in one go.
    pub(crate) fn say(&self, text: impl AsRef<[u8]>) -> Called {
        assert_eq!(self.start(200, &[("content-type", "text/plain")]), 0);
        assert_eq!(self.write(text), 0);
        assert_eq!(self.finish(), 0);
        Ok(Completion::Done)
    }
}

fn outcome(answer: Result<(), phytohub_plugin_loader::Refusal>) -> Status {
    answer.map_or_else(|refusal| refusal.status, |()| 0)
}

/// Runs each request on a thread of its own, or refuses it.
struct Threads {
    tickets: Arc<HttpTickets>,
    hook: Arc<Hook>,
    refusal: Arc<Mutex<Option<NoWorker>>>,
}

impl PageWorkers for Threads {
    fn submit(&self, job: PageJob) -> Result<(), NoWorker> {
        if let Some(refusal) = *self.refusal.lock().expect("nothing panics with it") {
            return Err(refusal);
        }
        let (tickets, hook) = (Arc::clone(&self.tickets), Arc::clone(&self.hook));
        let run = move || {
            let _ = job.run(|request, ticket| hook(request, Desk { tickets, ticket }));
        };
        let thread = std::thread::Builder::new().name("plugin".to_owned()).spawn(run);
        drop(thread.expect("the system gives a thread"));
        Ok(())
    }
}

/// A hub's door and one plugin `p`.
pub(crate) struct Rig {
    pub(crate) pages: PluginPages,
    pub(crate) tickets: Arc<HttpTickets>,
    pub(crate) refusal: Arc<Mutex<Option<NoWorker>>>,
    pub(crate) address: SocketAddr,
    pub(crate) tasks: Tasks,
    _trigger: ShutdownTrigger,
}

impl Rig {
    /// Routes as `METHOD pattern bytes`.
    pub(crate) async fn start(
        routes: &[&str],
        hook: impl Fn(&HttpRequestView<'_>, Desk) -> Called + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(routes, Vec::new(), Duration::from_secs(30), hook).await
    }

    pub(crate) async fn start_with(
        routes: &[&str],
        assets: Vec<HttpAsset>,
        idle: Duration,
        hook: impl Fn(&HttpRequestView<'_>, Desk) -> Called + Send + Sync + 'static,
    ) -> Self {
        let (pages, tickets) = (PluginPages::new(idle), Arc::new(HttpTickets::default()));
        let refusal = Arc::default();
        let threads = Threads {
            tickets: Arc::clone(&tickets),
            hook: Arc::new(hook),
            refusal: Arc::clone(&refusal),
        };
        let site = PageSite {
            plugin: "p".to_owned(),
            prefix: "/p/".to_owned(),
            routes: routes.iter().map(|text| route(text)).collect(),
            assets: assets.into(),
            tickets: Arc::clone(&tickets),
            workers: Arc::new(threads),
        };
        pages.mount(site).expect("the pages are well-formed");
        let door = WebDoor::bind(([127, 0, 0, 1], 0).into(), None).await.expect("a free port");
        let (address, tasks) = (door.address(), Tasks::new());
        let (trigger, shutdown) = ShutdownTrigger::new();
        let (served, own) = (Arc::new(pages.clone()), tasks.clone());
        let with = (Arc::new(SystemClock::new()) as _, Arc::new(Metrics::new()));
        tasks.spawn("web door", async move {
            door.serve(served, WebSettings::default(), with, own, shutdown).await;
        });
        Self { pages, tickets, refusal, address, tasks, _trigger: trigger }
    }

    pub(crate) async fn open(&self) -> Socket {
        let stream = TcpStream::connect(self.address).await.expect("it listens");
        Socket { stream, buffer: Vec::new() }
    }

    /// One request, sent as it is, on a socket of its own.
    pub(crate) async fn ask(&self, line: &str, more: &str) -> Reply {
        let mut socket = self.open().await;
        socket.head(line, more).await;
        socket.reply_to(line.starts_with("HEAD")).await
    }
}

pub(crate) fn route(text: &str) -> HttpRoute {
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, pattern) = (word(), word());
    HttpRoute { method, pattern, body_bytes_max: word().parse().unwrap_or(0) }
}

/// A browser by hand.
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    pub(crate) buffer: Vec<u8>,
}

pub(crate) struct Reply {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended as it said it would.
    pub(crate) whole: bool,
}

impl Reply {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|line| line.1).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

impl Socket {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the door takes bytes");
    }

    pub(crate) async fn head(&mut self, line: &str, more: &str) {
        self.send(format!("{line} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")).await;
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        self.reply_to(false).await
    }

    pub(crate) async fn reply_to(&mut self, head_only: bool) -> Reply {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more().await, "closed: {:?}", String::from_utf8_lossy(&self.buffer));
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let mut reply = Reply { head, body: Vec::new(), whole: true };
        if head_only {
            return reply;
        }
        if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                match self.chunk().await {
                    Some(chunk) if chunk.is_empty() => return reply,
                    Some(chunk) => reply.body.extend(chunk),
                    None => {
                        reply.whole = false;
                        return reply;
                    }
                }
            }
        }
        let length: usize =
            reply.header("content-length").unwrap_or("0").parse().expect("a length");
        while self.buffer.len() < length {
            if !self.more().await {
                reply.whole = false;
                break;
            }
        }
        let length = length.min(self.buffer.len());
        reply.body = self.buffer.drain(..length).collect();
        reply
    }

    /// The next chunk, empty at the end; nothing if the socket was closed.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = loop {
            if let Some(at) = self.buffer.windows(2).position(|bytes| bytes == b"\r\n") {
                break self.buffer.drain(..at + 2).collect::<Vec<u8>>();
            }
            if !self.more().await {
                return None;
            }
        };
        let length = std::str::from_utf8(&line).expect("a number").trim();
        let length = usize::from_str_radix(length, 16).expect("a number");
        while self.buffer.len() < length + 2 {
            if !self.more().await {
                return None;
            }
        }
        Some(self.buffer.drain(..length + 2).take(length).collect())
    }

    pub(crate) async fn more(&mut self) -> bool {
        let mut scratch = vec![0; 64 << 10];
        let read = self.stream.read(&mut scratch).await.unwrap_or(0);
        self.buffer.extend_from_slice(&scratch[..read]);
        read > 0
    }
}
