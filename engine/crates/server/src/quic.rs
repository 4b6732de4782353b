//! The fast door: `phytohub/1` over QUIC, for the same callers as the HTTPS door and with the same
//! operations. The protocol is specified in `QUIC.md` of the crate `phytohub-wire`.

mod connection;
mod directory;
mod link;
mod operation;
mod reader;
mod refusal;
mod reply;
mod requests;
mod runtime;
mod standing;
mod transport;
mod upload;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use phytohub_exchange::Hub;
use phytohub_telemetry::TransportLabels;
use quinn::{Endpoint, EndpointConfig, Incoming};
use rustix::net::sockopt;

use crate::budget::{Admission, Budgets};
use crate::crowd::{Crowd, Crowded, Place};
use crate::throttle::Throttle;
use crate::{BindError, Shutdown, Tasks, Tls};
use runtime::TaskRuntime;

/// A bound address, not yet served.
#[derive(Debug)]
pub struct QuicDoor {
    socket: UdpSocket,
    address: SocketAddr,
}

impl QuicDoor {
    /// Binds an address; port 0 picks one.
    ///
    /// # Errors
    /// When the address is in use or not this machine's.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let error = |source| BindError { address, source };
        let socket = UdpSocket::bind(address).map_err(error)?;
        let address = socket.local_addr().map_err(error)?;
        // What the system allows of it; with less, bursts cost retransmissions.
        let _ = sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BYTES);
        let _ = sockopt::set_socket_send_buffer_size(&socket, SOCKET_BYTES);
        Ok(Self { socket, address })
    }

    /// The address that clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to stop, and returns once nothing more is accepted. Connections live on as
    /// `tasks`, which answer what they read: join them next. `budgets` are those of the HTTPS door.
    ///
    /// # Errors
    /// When the socket cannot be driven.
    pub async fn serve(
        self,
        hub: Hub,
        tls: Arc<Tls>,
        budgets: &Budgets,
        tasks: Tasks,
        mut shutdown: Shutdown,
    ) -> io::Result<()> {
        let runtime = Arc::new(TaskRuntime::new(tasks.clone()));
        let door = Arc::new(Door {
            admission: budgets.of(&hub),
            hub,
            tls,
            tasks,
            configured: ArcSwapOption::empty(),
            crowd: Crowd::default(),
            unvalidated: AtomicUsize::new(0),
            trouble: Throttle::default(),
            request_trouble: Throttle::default(),
        });
        let config = door.server_config();
        let config = config.map_err(|error| io::Error::other(error.to_string()))?;
        let config = Some((*config).clone());
        let endpoint = Endpoint::new(EndpointConfig::default(), config, self.socket, runtime)?;
        loop {
            let incoming = tokio::select! {
                biased;
                () = shutdown.requested() => break,
                incoming = endpoint.accept() => incoming,
            };
            let Some(incoming) = incoming else { break };
            admit(&door, incoming, &shutdown);
        }
        // Who comes now is told to go away; those who are here live on without this handle.
        endpoint.set_server_config(None);
        Ok(())
    }
}

/// Everything that connections share.
struct Door {
    hub: Hub,
    tls: Arc<Tls>,
    admission: Arc<Admission>,
    tasks: Tasks,
    configured: ArcSwapOption<transport::Configured>,
    crowd: Crowd,
    /// Handshakes with addresses that may not be the sender's.
    unvalidated: AtomicUsize,
    trouble: Throttle,
    request_trouble: Throttle,
}

impl Door {
    /// The configuration for handshakes, of the certificate and key in force.
    fn server_config(&self) -> Result<Arc<quinn::ServerConfig>, transport::NoSuite> {
        let state = self.tls.state();
        if let Some(known) = &*self.configured.load()
            && known.generation == state.generation
        {
            return Ok(Arc::clone(&known.config));
        }
        let made = transport::Configured::new(&state)?;
        let config = Arc::clone(&made.config);
        self.configured.store(Some(Arc::new(made)));
        Ok(config)
    }

    fn connections_gauge(&self, change: i64) {
        let labels = TransportLabels { transport: "quic" };
        self.hub.metrics().sockets.get_or_create(&labels).inc_by(change);
    }

    /// Tells the log of trouble with a peer, at a bounded rate.
    fn tell(&self, peer: SocketAddr, trouble: &str) {
        if let Some(silenced) = self.trouble.admit(self.hub.clock().monotonic()) {
            let trouble = phytohub_telemetry::Escaped(trouble);
            tracing::info!(%peer, %trouble, silenced, "a QUIC connection came to nothing");
        }
    }
}

/// Starts a connection's task, or has the peer prove its address first, or turns it away.
fn admit(door: &Arc<Door>, incoming: Incoming, shutdown: &Shutdown) {
    let peer = incoming.remote_address();
    let handshake = if incoming.remote_address_validated() {
        None
    } else {
        let handshake = Unvalidated::begin(door);
        if door.unvalidated.load(Ordering::Relaxed) > UNVALIDATED_MAX {
            // It may always be demanded of one who was not asked yet.
            let _ = incoming.retry();
            return;
        }
        Some(handshake)
    };
    let open = match Open::new(door, peer) {
        Ok(open) => open,
        Err(crowded) => {
            door.tell(peer, &crowded.to_string());
            incoming.refuse();
            return;
        }
    };
    let (task_door, shutdown) = (Arc::clone(door), shutdown.clone());
    door.tasks.spawn("quic connection", async move {
        let _open = open;
        connection::serve(&task_door, incoming, handshake, shutdown).await;
    });
}

/// A handshake with an address that may not be the sender's, counted until dropped.
struct Unvalidated(Arc<Door>);

impl Unvalidated {
    fn begin(door: &Arc<Door>) -> Self {
        door.unvalidated.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(door))
    }
}

impl Drop for Unvalidated {
    fn drop(&mut self) {
        self.0.unvalidated.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One open connection, counted until dropped.
struct Open {
    door: Arc<Door>,
    place: Place,
}

impl Open {
    fn new(door: &Arc<Door>, peer: SocketAddr) -> Result<Self, Crowded> {
        let place = door.crowd.enter(peer.ip(), &door.hub.limits())?;
        door.connections_gauge(1);
        Ok(Self { door: Arc::clone(door), place })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.door.crowd.leave(self.place);
        self.door.connections_gauge(-1);
    }
}

/// Handshakes that may be under way with addresses that nobody proved to be his: each costs a
/// signature, some ten KiB, and three times its bytes sent to whomever.
const UNVALIDATED_MAX: usize = 64;
/// What the socket may hold in the kernel: a hundredth of a second at 1.6 Gbit/s.
const SOCKET_BYTES: usize = 2 << 20;
