//! A partner's own service, as a hub meets it: late, broken, forgetful, and now and then as it
//! should be. What came to it is noted in the ledger before anything is answered.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Failure;
use crate::content::hash_of;
use crate::https::Client;
use crate::ledger::{Acknowledge, Broken, EntryId, Ledger};
use crate::soap::{Answer, Envelope, Request};

/// A service that listens until it is dropped.
#[derive(Debug)]
pub struct Partner {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Whose mail comes here.
    code: &'static str,
    ledger: Arc<Mutex<Ledger>>,
    identity: Arc<ClientConfig>,
    /// Where to acknowledge: nowhere in quiet, and while there is no hub.
    hub: RwLock<Option<SocketAddr>>,
    /// Whether it answers as it should.
    good: AtomicBool,
    over: AtomicBool,
    sockets: AtomicU64,
    seed: u64,
}

type Socket = BufReader<StreamOwned<ServerConnection, TcpStream>>;

impl Partner {
    /// Listens on a loopback address, with the certificate of the hub's trial: `localhost` is one
    /// of its names. Asks for the hub's own certificate, by the same authority.
    ///
    /// # Errors
    /// When a file cannot be read, or nothing can be listened on.
    pub fn start(
        pki: &Path,
        code: &'static str,
        identity: Arc<ClientConfig>,
        ledger: Arc<Mutex<Ledger>>,
        seed: u64,
    ) -> Result<Self, Failure> {
        let config = Arc::new(tls(pki)?);
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            code,
            ledger,
            identity,
            hub: RwLock::default(),
            good: AtomicBool::new(false),
            over: AtomicBool::new(false),
            sockets: AtomicU64::new(0),
            seed,
        });
        let listening = Arc::clone(&shared);
        thread::Builder::new().name("partner".into()).spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if listening.over.load(Ordering::Acquire) {
                    break;
                }
                let (shared, config) = (Arc::clone(&listening), Arc::clone(&config));
                // Without a thread the socket closes, which is what partners do.
                let _ = thread::Builder::new()
                    .name("partner-socket".into())
                    .spawn(move || shared.serve(stream, config));
            }
        })?;
        Ok(Self { address, shared })
    }

    /// The endpoint for envelopes.
    #[must_use]
    pub fn mail_url(&self) -> String {
        format!("https://localhost:{}{MAIL}", self.address.port())
    }

    /// The endpoint for state changes.
    #[must_use]
    pub fn updates_url(&self) -> String {
        format!("https://localhost:{}/updates", self.address.port())
    }

    /// From now on envelopes are acknowledged at this hub; at none, once those acknowledgements
    /// that are on their way have ended.
    pub fn acknowledge_at(&self, hub: Option<SocketAddr>) {
        *self.shared.hub.write().unwrap_or_else(PoisonError::into_inner) = hub;
    }

    /// Whether it answers as a partner should, instead of as partners do.
    pub fn be_good(&self, good: bool) {
        self.shared.good.store(good, Ordering::Release);
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        // Wakes the listener up, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

/// What it does about a request that it has read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    AcknowledgeThenAnswer,
    AnswerThenAcknowledge,
    AnswerOnly,
    Late,
    Fault,
    Html,
    Half,
    Nothing,
}

impl Manner {
    fn any(rng: &mut StdRng) -> Self {
        match rng.random_range(0..100) {
            0..45 => Self::AcknowledgeThenAnswer,
            45..62 => Self::AnswerThenAcknowledge,
            62..74 => Self::AnswerOnly,
            74..80 => Self::Late,
            80..87 => Self::Fault,
            87..91 => Self::Html,
            91..95 => Self::Half,
            _ => Self::Nothing,
        }
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the hub closes the socket or dies, or this end does.
    fn serve(&self, stream: TcpStream, config: Arc<ServerConfig>) {
        let seed = self.seed ^ self.sockets.fetch_add(1, Ordering::Relaxed);
        let mut rng = StdRng::seed_from_u64(seed);
        let Ok(connection) = ServerConnection::new(config) else { return };
        // Errors are the hub's death, or a partner's manners.
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(IDLE_MAX));
        let mut socket = BufReader::new(StreamOwned::new(connection, stream));
        let mut client = None;
        while let Ok(true) = self.one(&mut socket, &mut client, &mut rng) {}
    }

    /// One request; whether another may follow.
    fn one(
        &self,
        socket: &mut Socket,
        client: &mut Option<(SocketAddr, Client)>,
        rng: &mut StdRng,
    ) -> io::Result<bool> {
        socket.fill_buf()?;
        let begun = self.ledger().now();
        let (path, body) = read_request(socket)?;
        let told = match Answer::read(&body) {
            Ok(Answer::Envelopes(mut envelopes)) if envelopes.len() == 1 => envelopes.pop(),
            _ => None,
        };
        let Some(told) = told else {
            let text = format!("{} was asked nonsense: {:.300}", self.code, lossy(&body));
            self.ledger().find(Broken::Misbehaved, text);
            return Ok(false);
        };
        let is_mail = path == MAIL;
        let id = if is_mail { self.mail(&told, begun) } else { self.update(&told) };
        let good = self.good.load(Ordering::Acquire);
        let manner = if good { Manner::AcknowledgeThenAnswer } else { Manner::any(rng) };
        let mut acknowledge = |manners: &[Manner]| {
            if let Some(id) = id
                && manners.contains(&manner)
            {
                self.acknowledge(id, &told.number, client, rng);
            }
        };
        acknowledge(&[Manner::AcknowledgeThenAnswer, Manner::Late]);
        if manner == Manner::Late {
            thread::park_timeout(LATE);
        }
        let operation = if is_mail { "DeliverEnvelope" } else { "SetTrackingInfoUpdate" };
        let (bytes, goes_on) = answer(manner, operation);
        socket.get_mut().write_all(&bytes)?;
        socket.get_mut().flush()?;
        acknowledge(&[Manner::AnswerThenAcknowledge]);
        Ok(goes_on)
    }

    fn mail(&self, told: &Envelope, begun: Duration) -> Option<EntryId> {
        let hash = hash_of(told.content.as_deref().unwrap_or_default());
        self.ledger().brought(self.code, told, hash, begun)
    }

    fn update(&self, told: &Envelope) -> Option<EntryId> {
        self.ledger().update_told(told);
        None
    }

    fn acknowledge(
        &self,
        id: EntryId,
        number: &str,
        client: &mut Option<(SocketAddr, Client)>,
        rng: &mut StdRng,
    ) {
        // Held until the answer is noted: whoever wants quiet waits for it.
        let hub = self.hub.read().unwrap_or_else(PoisonError::into_inner);
        let Some(address) = *hub else { return };
        let (_, client) = match client {
            Some(kept) if kept.0 == address => kept,
            _ => client.insert((address, Client::new(address, Arc::clone(&self.identity)))),
        };
        let kind = if rng.random_bool(0.8) { Acknowledge::Receipt } else { Acknowledge::Advanced };
        let words = {
            let mut ledger = self.ledger();
            ledger.acknowledgement_begins(id, kind);
            kind.state().words(&ledger.entry(id).certificate).unwrap_or_default()
        };
        let request = match kind {
            Acknowledge::Advanced => Request::AcknowledgeWithWarnings(number, &words),
            _ => Request::Acknowledge(number),
        };
        match client.call(&request) {
            Ok(Answer::Envelopes(_)) => self.ledger().acknowledgement_answered(id, kind),
            Ok(Answer::Fault(fault)) => self.ledger().missing(id, &fault),
            Err(_) => self.ledger().unanswered(),
        }
    }
}

fn answer(manner: Manner, operation: &str) -> (Vec<u8>, bool) {
    let soap = |status: &str, kind: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    };
    let in_body = |inner: &str| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:e=\"http://ephyto.ippc.int/\"><s:Body>{inner}</s:Body></s:Envelope>"
        )
    };
    let fine = soap("200 OK", "text/xml", &in_body(&format!("<e:{operation}Response/>")));
    match manner {
        Manner::Fault => {
            let fault = "<s:Fault><faultcode>s:Server</faultcode>\
                <faultstring>not today</faultstring></s:Fault>";
            (soap("500 Internal Server Error", "text/xml", &in_body(fault)), true)
        }
        Manner::Html => {
            let page = "<html><body><h1>Welcome</h1></body></html>";
            (soap("200 OK", "text/html", page), true)
        }
        Manner::Half => (fine[..fine.len() / 2].to_vec(), false),
        Manner::Nothing => (Vec::new(), false),
        _ => (fine, true),
    }
}

/// Path and body of a request with its length told.
fn read_request(socket: &mut impl BufRead) -> io::Result<(String, Vec<u8>)> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut line = String::new();
    socket.read_line(&mut line)?;
    let path = line.split_whitespace().nth(1).ok_or_else(|| bad("no request line"))?.to_owned();
    let mut length = None;
    loop {
        line.clear();
        if socket.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut body = vec![0; length.ok_or_else(|| bad("no Content-Length"))?];
    socket.read_exact(&mut body)?;
    Ok((path, body))
}

fn tls(pki: &Path) -> Result<ServerConfig, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.pem"))?)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(pki.join("server.pem"))?.collect();
    let key = PrivateKeyDer::from_pem_file(pki.join("server.key"))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()?;
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain?, key)?)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const MAIL: &str = "/DeliveryService";
/// An answer that keeps the hub waiting, while others go on.
const LATE: Duration = Duration::from_millis(300);
/// A socket on which a hub keeps silent for so long is closed.
const IDLE_MAX: Duration = Duration::from_secs(60);
