//! What lies between the hub and a plugin: a validator through the contract against the same
//! function called directly, a call by way of a worker, keys, batches of events, and an HTTP echo
//! against axum alone, in the same process and over the same loopback.
//!
//! All contenders take turns and the best of each counts. The run fails if the contract costs more
//! than is said at the end.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use phytohub_bench_plugin::{EMPTY, JUDGED, VALUE_BYTES, hear, judge};
use phytohub_domain::Limits;
use phytohub_exchange::Hub;
use phytohub_plugin_host::{HostSettings, PluginHost, PluginSettings};
use phytohub_plugin_loader::instance::CallContext;
use phytohub_plugin_loader::{DocumentView, EventView};
use phytohub_plugin_testkit::package::Package;
use phytohub_plugin_testkit::{MockHost, build};
use phytohub_server::{ShutdownTrigger, SystemClock, Tasks, WebDoor, WebSettings};
use phytohub_sps::sample::Shape;
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use tokio::net::{TcpListener, TcpStream};

fn main() {
    let library = build::cdylib("phytohub-bench-plugin");
    by_contract(&library);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(by_hub(&library));
}

/// Calls on this thread, the mock hub behind them.
#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
fn by_contract(library: &Path) {
    let host = MockHost::builder().build();
    let plugin = host.load(library).expect("the plugin loads");
    plugin.start().expect("it starts");
    let (instance, call) = (plugin.instance(), CallContext::default());
    let shape = Shape { bytes: Some(24 << 10), full: true, lines: 3, ..Shape::default() };
    let certificate = shape.certificate().to_xml();
    let content = certificate.as_bytes();
    let document = |certificate_type| DocumentView {
        certificate_type,
        content,
        raw: content,
        ..DocumentView::default()
    };
    let (empty, judged) = (document(EMPTY), document(JUDGED));
    let [mut nothing, mut direct, mut inline] = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        nothing = nothing.min(nanos(CALLS, || {
            instance.validate(&call, black_box(&empty), &mut |_| true).expect("it judges");
        }));
        direct = direct.min(nanos(CALLS, || {
            black_box(judge(black_box(content)));
        }));
        inline = inline.min(nanos(CALLS, || {
            instance.validate(&call, black_box(&judged), &mut |_| true).expect("it judges");
        }));
    }
    println!("plugin/validate/empty: {nothing:.0} ns");
    let ratio = inline / direct;
    let bytes = content.len();
    println!(
        "plugin/validate/{bytes}_bytes: {inline:.0} ns, directly {direct:.0} ns, ratio {ratio:.2}"
    );
    assert!(nothing <= EMPTY_NANOS_MAX, "an empty call takes {nothing:.0} ns");
    assert!(inline - direct <= EMPTY_NANOS_MAX * 2.0, "the contract takes what validating does");
    for size in [1, 64, 1024] {
        let number = "0".repeat(26);
        let event = EventView { hub_delivery_number: &number, sequence: 1, ..EventView::default() };
        let batch = vec![event; size];
        let calls = CALLS / u32::try_from(size).expect("small") + 1;
        let [mut through, mut plain] = [f64::INFINITY; 2];
        for _ in 0..ROUNDS {
            through = through.min(nanos(calls, || {
                instance.events(&call, black_box(&batch), 1).expect("it hears");
            }));
            plain = plain.min(nanos(calls, || {
                let heard = black_box(&batch).iter();
                let heard = heard.map(|event| hear(event.sequence, event.hub_delivery_number));
                black_box(heard.fold(0, u64::wrapping_add));
            }));
        }
        let each = through / size as f64;
        println!(
            "plugin/events/{size}: {each:.1} ns an event, directly {:.1} ns",
            plain / size as f64
        );
        assert!(each <= EVENT_NANOS_MAX + EMPTY_NANOS_MAX / size as f64, "{each:.0} ns an event");
    }
}

/// Calls by way of the hub: workers, its store, its door.
#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
async fn by_hub(library: &Path) {
    let world = World::open(library).await;
    let host = &world.host;
    let mut handed = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = now();
        for _ in 0..HANDED_CALLS {
            host.health("bench").await.expect("it is well");
        }
        handed = handed.min(start.elapsed().as_nanos() as f64 / f64::from(HANDED_CALLS));
    }
    println!("plugin/worker/empty: {:.1} us", handed / 1e3);
    assert!(handed <= WORKER_NANOS_MAX, "by way of a worker a call takes {handed:.0} ns");

    let id = world.hub.plugin_id("bench").await.expect("it has a number");
    let mut browser = Browser::open(world.pages).await;
    browser.send("POST", "/bench/key", Bytes::new()).await;
    let [mut key, mut direct] = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        let start = now();
        browser.send("GET", "/bench/keys/0", Bytes::new()).await;
        let around = start.elapsed();
        let start = now();
        browser.send("GET", &format!("/bench/keys/{KEYS}"), Bytes::new()).await;
        let took = start.elapsed().saturating_sub(around);
        key = key.min(took.as_nanos() as f64 / f64::from(KEYS));
        direct = direct.min(nanos(KEYS, || {
            let got = &mut |value: &[u8]| assert_eq!(value.len(), VALUE_BYTES);
            world.hub.plugin_kv_get(id, b"key", got).expect("it is there");
        }));
    }
    println!("plugin/kv_get: {key:.0} ns, directly {direct:.0} ns, ratio {:.2}", key / direct);
    assert!(key <= direct * KV_RATIO_MAX + EMPTY_NANOS_MAX, "a key takes {key:.0} ns");

    let mut other = Browser::open(world.axum).await;
    let body = Bytes::from(vec![7; 1024]);
    let [mut ours, mut axum] = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        ours = ours.min(browser.echoes("/bench/echo", &body).await);
        axum = axum.min(other.echoes("/echo", &body).await);
    }
    let ratio = ours / axum;
    println!("plugin/http_echo: {ours:.1} us, axum {axum:.1} us, ratio {ratio:.2}");
    assert!(ratio <= HTTP_RATIO_MAX, "an echo takes {ratio:.1} times as long as axum's");
    world.close().await;
}

/// A hub with the plugin, its door, and axum's.
struct World {
    hub: Hub,
    host: PluginHost,
    tasks: Tasks,
    trigger: ShutdownTrigger,
    pages: SocketAddr,
    axum: SocketAddr,
    _directory: tempfile::TempDir,
}

impl World {
    async fn open(library: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (clock, metrics) = (Arc::new(SystemClock::new()), Arc::new(Metrics::new()));
        let mut config = StoreConfig::new(directory.path().join("store"));
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        let opened = Store::open(config, clock.clone(), metrics.clone());
        let (store, _) = opened.expect("a store opens");
        let limits = Limits::default();
        let hub = Hub::open(store, limits, clock.clone(), metrics.clone()).expect("a hub");
        let (tasks, (trigger, shutdown)) = (Tasks::new(), ShutdownTrigger::new());
        let package = Package::of(library).expect("a package of it");
        let version = env!("CARGO_PKG_VERSION");
        let place = directory.path().join("plugins/bench").join(version);
        std::fs::create_dir_all(&place).expect("the directory is ours");
        for file in std::fs::read_dir(package.directory()).expect("it is there") {
            let file = file.expect("a file");
            std::fs::copy(file.path(), place.join(file.file_name())).expect("it can be copied");
        }
        let mut settings = PluginSettings::new("bench", version);
        settings.grants = vec!["hub.kv/1".to_owned()];
        settings.limits.kv_operations_per_second = u32::MAX;
        let settings = HostSettings {
            packages: directory.path().join("plugins"),
            trust: package.trust(),
            data: directory.path().join("data"),
            breadcrumbs: directory.path().join("breadcrumbs"),
            page_idle: Duration::from_secs(30),
            plugins: vec![settings],
        };
        let starts = Arc::new(tasks.clone());
        let host = PluginHost::start(settings, hub.clone(), clock.clone(), starts).await;
        let host = host.expect("the host starts");
        let door = WebDoor::bind(([127, 0, 0, 1], 0).into(), None).await.expect("a free port");
        let (pages, served, own) = (door.address(), Arc::new(host.pages()), tasks.clone());
        tasks.spawn("web door", async move {
            door.serve(served, WebSettings::default(), (clock, metrics), own, shutdown).await;
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let axum = listener.local_addr().expect("an address");
        let echo = axum::routing::post(|body: Bytes| async { body });
        let router = axum::Router::new().route("/echo", echo);
        tasks.spawn("axum", async {
            let _ = axum::serve(listener, router).await;
        });
        Self { hub, host, tasks, trigger, pages, axum, _directory: directory }
    }

    async fn close(self) {
        self.host.stop().await;
        self.trigger.fire();
        // axum is not told: it has nothing to finish.
        let _ = self.tasks.join(Duration::from_secs(1)).await;
    }
}

/// One kept-alive socket.
struct Browser {
    sender: SendRequest<Full<Bytes>>,
    tasks: Tasks,
}

impl Browser {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        let shake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shake.expect("nothing is sent yet");
        let tasks = Tasks::new();
        tasks.spawn("browser", async {
            let _ = connection.await;
        });
        Self { sender, tasks }
    }

    async fn send(&mut self, method: &str, path: &str, body: Bytes) -> Bytes {
        let request = http::Request::builder().method(method).uri(path).header("host", "localhost");
        let request = request.body(Full::new(body)).expect("a request");
        self.sender.ready().await.expect("the socket lives");
        let response = self.sender.send_request(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(status.is_success(), "{status} {body:?} {}", self.tasks.count());
        body
    }

    /// Microseconds of one echo.
    async fn echoes(&mut self, path: &str, body: &Bytes) -> f64 {
        let start = now();
        for _ in 0..ECHOES {
            let echoed = self.send("POST", path, body.clone()).await;
            assert_eq!(echoed.len(), body.len());
        }
        start.elapsed().as_micros() as f64 / f64::from(ECHOES)
    }
}

/// Nanoseconds of one call.
fn nanos(calls: u32, mut call: impl FnMut()) -> f64 {
    let start = now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// Turns of each contender.
const ROUNDS: u32 = 7;
/// Calls in a turn.
const CALLS: u32 = 20_000;
/// Calls by way of a worker in a turn.
const HANDED_CALLS: u32 = 2_000;
/// Reads of a key in a turn.
const KEYS: u32 = 50_000;
/// Requests in a turn.
const ECHOES: u32 = 1_000;
/// The least that parsing a certificate takes is ten times that: nobody feels the contract.
const EMPTY_NANOS_MAX: f64 = 2_000.0;
/// A structure filled in, its texts looked at, and read in steps; with room for a busy machine.
const EVENT_NANOS_MAX: f64 = 600.0;
/// Two switches of threads, on a machine that does other things too.
const WORKER_NANOS_MAX: f64 = 200_000.0;
/// The copy into the plugin's memory and the limits of a second.
const KV_RATIO_MAX: f64 = 3.0;
/// A worker's switches beside the loopback's, with room for a busy machine.
const HTTP_RATIO_MAX: f64 = 6.0;
