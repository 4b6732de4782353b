//! A hub in process, on a loopback address and a store of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{Limits, Timestamp};
use phytohub_exchange::admin::CertificateInput;
use phytohub_exchange::{AdminRequest, Hub, Operator};
use phytohub_server::{
    Budgets, HttpsDoor, QuicDoor, Shutdown, ShutdownTrigger, Tasks, Tls, TlsFiles, TrustMode,
};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use tempfile::TempDir;

use crate::client::{TestClient, TestTls};
use crate::{FakeClock, TestCa, TestCertificate};

/// How a test's hub differs from the usual one.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests set what they need")]
pub struct TestHubOptions {
    /// Codes of its connections; each gets a certificate.
    pub connections: Vec<&'static str>,
    /// Its limits.
    pub limits: Limits,
    /// Whether certificates must also chain to the test's authority.
    pub trust_ca: bool,
}

impl Default for TestHubOptions {
    fn default() -> Self {
        let connections = vec!["NO", "LK", "AR"];
        Self { connections, limits: Limits::default(), trust_ca: false }
    }
}

/// A hub in process. [`TestHub::stop`] drains it; dropping it only ends it.
#[derive(Debug)]
pub struct TestHub {
    hub: Hub,
    address: SocketAddr,
    budgets: Budgets,
    ca: TestCa,
    certificates: BTreeMap<&'static str, TestCertificate>,
    clock: Arc<FakeClock>,
    tls: Arc<Tls>,
    tasks: Tasks,
    trigger: ShutdownTrigger,
    shutdown: Shutdown,
    directory: TempDir,
    trust_ca: bool,
}

impl TestHub {
    /// A hub with the connections NO, LK and AR.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start() -> Self {
        Self::start_with(TestHubOptions::default()).await
    }

    /// A hub as the test wants it. Its clock stands still at 2026-11-21.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start_with(options: TestHubOptions) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (clock, metrics) = (Arc::new(FakeClock::default()), Arc::new(Metrics::new()));
        let store = open_store(directory.path(), &clock, &metrics);
        let hub = Hub::open(store, options.limits, clock.clone(), metrics).expect("a new registry");
        hub.seed_code_lists().await.expect("a new store takes them");
        let ca = TestCa::new("Test CA");
        let server = ca.server(&["localhost", "127.0.0.1"]);
        write(&directory, "server.pem", &server.pem());
        write(&directory, "server.key", &server.key_pem());
        write(&directory, "ca.pem", &ca.pem());
        write(&directory, "ca.crl", &ca.revocation_list_pem(&[]));
        let tls = Tls::load(&files(&directory, options.trust_ca)).expect("the files are good");
        let door = HttpsDoor::bind(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let (trigger, shutdown) = ShutdownTrigger::new();
        let mut this = Self {
            hub,
            address: door.address(),
            budgets: door.budgets(),
            ca,
            certificates: BTreeMap::new(),
            clock,
            tls: Arc::new(tls),
            tasks: Tasks::new(),
            trigger,
            shutdown,
            directory,
            trust_ca: options.trust_ca,
        };
        for code in options.connections {
            this.add_connection(code).await;
        }
        this.serve(door);
        this
    }

    fn serve(&self, door: HttpsDoor) {
        let (hub, tls) = (self.hub.clone(), Arc::clone(&self.tls));
        let (tasks, shutdown) = (self.tasks.clone(), self.shutdown.clone());
        let url = format!("https://localhost:{}/hub/DeliveryService", self.address.port());
        self.tasks.spawn("https door", async move {
            door.serve(hub, tls, &url, tasks, shutdown).await;
        });
    }

    async fn add_connection(&mut self, code: &'static str) {
        let certificate = self.ca.client(code);
        let request = AdminRequest::ConnectionAdd {
            code: code.to_owned(),
            name: format!("NPPO of {code}"),
            mode: "test".to_owned(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates: vec![registered(&certificate)],
        };
        self.admin(request).await;
        self.certificates.insert(code, certificate);
    }

    /// Registers another certificate with a connection.
    ///
    /// # Panics
    /// When the hub refuses.
    pub async fn register(&self, code: &str, certificate: &TestCertificate) {
        let certificate = registered(certificate);
        self.admin(AdminRequest::CertificateAdd { code: code.to_owned(), certificate }).await;
    }

    /// Does something as the operator.
    ///
    /// # Panics
    /// When the hub refuses.
    pub async fn admin(&self, request: AdminRequest) {
        self.hub.admin(&Operator { uid: 0 }, request).await.expect("the hub does it");
    }

    /// The hub itself.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The authority of all certificates, the server's too.
    #[must_use]
    pub fn ca(&self) -> &TestCa {
        &self.ca
    }

    /// The clock that the hub goes by.
    #[must_use]
    pub fn clock(&self) -> &FakeClock {
        &self.clock
    }

    /// The same, for what waits by it.
    #[must_use]
    pub fn shared_clock(&self) -> Arc<FakeClock> {
        Arc::clone(&self.clock)
    }

    /// Says when the hub stops.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens its fast door too, until it stops. Where that listens.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open_quic(&self) -> SocketAddr {
        self.open_quic_at(([127, 0, 0, 1], 0).into())
    }

    /// The same at this address, where it was before.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open_quic_at(&self, address: SocketAddr) -> SocketAddr {
        let door = QuicDoor::bind(address).expect("a free port");
        let address = door.address();
        let (hub, tls, budgets) = (self.hub.clone(), Arc::clone(&self.tls), self.budgets.clone());
        let (tasks, shutdown) = (self.tasks.clone(), self.shutdown.clone());
        self.tasks.spawn("quic door", async move {
            door.serve(hub, tls, &budgets, tasks, shutdown).await.expect("the socket is driven");
        });
        address
    }

    /// The tasks of its sockets.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// A directory that lives as long as the hub.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The certificate of a connection.
    ///
    /// # Panics
    /// When there is no such connection.
    #[must_use]
    pub fn certificate(&self, code: &str) -> &TestCertificate {
        self.certificates.get(code).expect("a connection of this hub")
    }

    /// TLS as a connection's system opens it.
    #[must_use]
    pub fn tls(&self, code: &str) -> TestTls {
        TestTls::new(&self.ca, Some(self.certificate(code)))
    }

    /// A socket of a connection's system.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn client(&self, code: &str) -> TestClient {
        self.tls(code).connect(self.address).await
    }

    /// A socket with another certificate, or none.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn client_with(&self, certificate: Option<&TestCertificate>) -> TestClient {
        TestTls::new(&self.ca, certificate).connect(self.address).await
    }

    /// Revokes certificates in the authority's list and has the hub read it.
    ///
    /// # Panics
    /// When the hub refuses.
    pub fn revoke(&self, certificates: &[&TestCertificate]) {
        write(&self.directory, "ca.crl", &self.ca.revocation_list_pem(certificates));
        self.tls.reload(&files(&self.directory, self.trust_ca)).expect("the list is good");
    }

    /// Begins the drain.
    pub fn drain(&self) {
        self.trigger.fire();
    }

    /// Drains the hub and closes its store.
    ///
    /// # Panics
    /// When requests do not end, or the store cannot be closed.
    pub async fn stop(self) {
        self.end().await;
    }

    async fn end(&self) {
        self.trigger.fire();
        self.tasks.join(Duration::from_secs(30)).await.expect("every task ends");
        self.hub.close().expect("the last commit is on disk");
    }

    /// Stops the hub and starts another over the same store, by the same clock, on another port.
    ///
    /// # Panics
    /// When it does not stop, or cannot start.
    pub async fn restart(mut self) -> Self {
        self.end().await;
        let limits = Limits::clone(&self.hub.limits());
        let metrics = Arc::new(Metrics::new());
        // Nothing of the old hub may hold the store's lock.
        self.hub = {
            drop(self.hub);
            let store = open_store(self.directory.path(), &self.clock, &metrics);
            Hub::open(store, limits, self.clock.clone(), metrics).expect("a registry as it was")
        };
        let door = HttpsDoor::bind(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        (self.address, self.budgets) = (door.address(), door.budgets());
        (self.trigger, self.shutdown) = ShutdownTrigger::new();
        self.serve(door);
        self
    }
}

fn registered(certificate: &TestCertificate) -> CertificateInput {
    CertificateInput {
        label: "test".to_owned(),
        fingerprint: certificate.fingerprint().to_string(),
        scope: "all".to_owned(),
        not_before_ms: 0,
        not_after_ms: Timestamp::parse_utc("2049-12-31").expect("a day").as_millis(),
    }
}

fn open_store(directory: &Path, clock: &Arc<FakeClock>, metrics: &Arc<Metrics>) -> Store {
    let mut config = StoreConfig::new(directory.join("store"));
    // A test must not depend on how full its machine's disk is, nor take its memory.
    (config.disk_reserve_percent, config.disk_reserve_bytes) = (0, 0);
    (config.block_cache_bytes, config.write_buffer_bytes) = (8 << 20, 64 << 20);
    config.certificate_index = true;
    let (store, _) =
        Store::open(config, clock.clone(), Arc::clone(metrics)).expect("a new store opens");
    store
}

fn files(directory: &TempDir, trust_ca: bool) -> TlsFiles {
    let path = |name: &str| directory.path().join(name);
    let trust = if trust_ca {
        let (authorities, revocation_lists): (Vec<PathBuf>, _) =
            (vec![path("ca.pem")], vec![path("ca.crl")]);
        TrustMode::Ca { authorities, revocation_lists }
    } else {
        TrustMode::Registered
    };
    TlsFiles { certificate: path("server.pem"), key: path("server.key"), trust }
}

fn write(directory: &TempDir, name: &str, text: &str) {
    std::fs::write(directory.path().join(name), text).expect("the directory is ours");
}
