//! The client: its settings, its sockets, its one call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderValue, Request};
use phytohub_wire::soap::Operation;
use phytohub_wire::soap::client::ClientReply;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::socket::{SendError, Socket};
use crate::trust::tls_config;
use crate::{
    AddressPolicy, CallError, Endpoint, Identity, RequestBody, ServerTrust, SetUpError, Stage,
    connect, reply,
};

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller grants each of them")]
pub struct TimeLimits {
    /// Resolving the name and connecting.
    pub connect: Duration,
    /// Shaking hands.
    pub handshake: Duration,
    /// The whole call, with waiting for a socket, connecting and shaking hands.
    pub call: Duration,
}

impl Default for TimeLimits {
    /// What real clients grant the hub: a minute for a call (most of them), 10 seconds of it each
    /// for connecting and shaking hands, which are a few round trips.
    fn default() -> Self {
        let (connect, handshake) = (Duration::from_secs(10), Duration::from_secs(10));
        Self { connect, handshake, call: Duration::from_secs(60) }
    }
}

/// What a client is made of.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by `new` and changed field by field")]
pub struct ClientConfig {
    /// Where the partner is.
    pub endpoint: Endpoint,
    /// How its server is known.
    pub trust: ServerTrust,
    /// What we show it.
    pub identity: Option<Identity>,
    /// Which addresses its name may lead to.
    pub addresses: AddressPolicy,
    /// How long a call may take.
    pub times: TimeLimits,
    /// The longest reply that is read, in bytes.
    pub reply_bytes_max: usize,
    /// The most sockets at once: calls beyond wait for one.
    pub sockets_max: usize,
    /// How long an unused socket is kept. Shorter than servers keep theirs, so that a request
    /// seldom meets a socket that is just being closed.
    pub idle_time: Duration,
}

impl ClientConfig {
    /// A partner on the public internet: no certificate of ours, replies up to 4 MiB (a header with
    /// a long message needs a few KiB, the longest code lists some 3 MiB), 4 sockets, 15 seconds.
    #[must_use]
    pub fn new(endpoint: Endpoint, trust: ServerTrust) -> Self {
        Self {
            endpoint,
            trust,
            identity: None,
            addresses: AddressPolicy::public(),
            times: TimeLimits::default(),
            reply_bytes_max: 4 << 20,
            sockets_max: 4,
            idle_time: Duration::from_secs(15),
        }
    }
}

/// Calls one partner. Cheap to clone; clones share their sockets.
#[derive(Clone, Debug)]
pub struct SoapClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
    tls: Arc<rustls::ClientConfig>,
    /// One for each socket that a call holds.
    permits: Semaphore,
    /// Never more than there are permits; the one used last is the last.
    idle: Mutex<Vec<Socket>>,
}

impl SoapClient {
    /// A client that connects when it first calls. With [`ServerTrust::Public`] it reads the
    /// machine's certificates, from files.
    ///
    /// # Errors
    /// When TLS cannot be made of these certificates.
    pub fn new(config: ClientConfig) -> Result<Self, SetUpError> {
        let tls = Arc::new(tls_config(&config.trust, config.identity.as_ref())?);
        let permits = Semaphore::new(config.sockets_max.max(1));
        Ok(Self(Arc::new(Inner { config, tls, permits, idle: Mutex::default() })))
    }

    /// Where it calls.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.config.endpoint
    }

    /// Sends one request and reads its reply. `operation` is for the `SOAPAction`, which some
    /// servers go by; the body says what is meant. A request is written once: the only one that is
    /// tried again is one of which an idle socket, closed by the partner, took no byte.
    ///
    /// # Errors
    /// A fault is an error like everything that is no reply of the operation; see [`CallError`].
    pub async fn call(
        &self,
        operation: Operation,
        body: impl Into<RequestBody> + Send,
    ) -> Result<ClientReply, CallError> {
        let deadline = Instant::now() + self.0.config.times.call;
        let permit = timeout_at(deadline, self.0.permits.acquire());
        let _permit = permit.await.map_err(|_| CallError::Timeout { stage: Stage::Waiting })?;
        let mut request = self.request(operation, body.into());
        while let Some(mut socket) = self.idle_socket().await {
            match self.exchange(&mut socket, request, deadline).await? {
                Exchanged::Reply(reply) => return self.done(socket, reply).await,
                Exchanged::Returned(again, _) => request = *again,
            }
        }
        let connected = timeout_at(deadline, connect::connect(&self.0.config, &self.0.tls));
        let mut socket =
            connected.await.map_err(|_| CallError::Timeout { stage: Stage::Connecting })??;
        match self.exchange(&mut socket, request, deadline).await? {
            Exchanged::Reply(reply) => self.done(socket, reply).await,
            Exchanged::Returned(_, source) => Err(CallError::of_exchange(source, false)),
        }
    }

    /// Closes the sockets that nobody has used for [`ClientConfig::idle_time`]. They are never used
    /// again, but stay open until somebody looks: for callers with many partners.
    pub fn close_idle(&self) {
        let idle_time = self.0.config.idle_time;
        self.idle().retain(|socket| socket.idle_since.elapsed() < idle_time);
    }

    fn request(&self, operation: Operation, body: RequestBody) -> Request<RequestBody> {
        let endpoint = &self.0.config.endpoint;
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = endpoint.path().parse().expect("it was cut out of a URI");
        let action = format!("\"{}\"", operation.soap_action());
        let values = [
            (HOST, HeaderValue::from_str(endpoint.authority())),
            (CONTENT_TYPE, Ok(HeaderValue::from_static("text/xml; charset=utf-8"))),
            (http::HeaderName::from_static("soapaction"), HeaderValue::from_str(&action)),
            (USER_AGENT, Ok(HeaderValue::from_static(AGENT))),
        ];
        for (name, value) in values {
            let value = value.expect("parts of a URI and of the WSDL are visible ASCII");
            request.headers_mut().insert(name, value);
        }
        request
    }

    async fn exchange(
        &self,
        socket: &mut Socket,
        request: Request<RequestBody>,
        deadline: Instant,
    ) -> Result<Exchanged, CallError> {
        let bytes_max = self.0.config.reply_bytes_max;
        let exchange = async {
            let (parts, body) = match socket.send(request).await {
                Ok(response) => response.into_parts(),
                Err(SendError::Returned(request, error)) => {
                    return Ok(Exchanged::Returned(request, error));
                }
                Err(SendError::Broken(error)) => return Err(CallError::of_exchange(error, true)),
            };
            reply::refuse_redirect(&parts)?;
            let body = socket.read(body, bytes_max).await?;
            Ok(Exchanged::Reply(reply::read(&parts, &body)))
        };
        let done = timeout_at(deadline, exchange).await;
        done.map_err(|_| CallError::Timeout { stage: Stage::Exchange })?
    }

    /// Keeps the socket for the next call if it can take one.
    async fn done(
        &self,
        mut socket: Socket,
        reply: Result<ClientReply, CallError>,
    ) -> Result<ClientReply, CallError> {
        if socket.is_ready().await {
            socket.idle_since = Instant::now();
            self.idle().push(socket);
        }
        reply
    }

    /// The socket used last that is still good; the others of those looked at are closed.
    async fn idle_socket(&self) -> Option<Socket> {
        loop {
            let mut socket = self.idle().pop()?;
            if socket.idle_since.elapsed() < self.0.config.idle_time && socket.is_ready().await {
                return Some(socket);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Socket>> {
        // Nothing panics while the lock is held.
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Exchanged {
    /// The whole reply, read or refused; the socket may be good for more.
    Reply(Result<ClientReply, CallError>),
    /// Not a byte of the request was written.
    Returned(Box<Request<RequestBody>>, hyper::Error),
}

const AGENT: &str = concat!("phytohub/", env!("CARGO_PKG_VERSION"));
