//! The door of the national systems: SOAP over HTTPS.

mod body;
pub(crate) mod connection;
mod dispatch;
mod refusal;
mod request;
mod response;
mod route;
mod socket;
mod upload;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use phytohub_domain::Limits;
use phytohub_exchange::Hub;
use phytohub_telemetry::TransportLabels;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::budget::{Admission, Budgets};
use crate::crowd::{Crowd, Crowded, Place};
use crate::throttle::Throttle;
use crate::{Shutdown, Tasks, Tls};

/// The path of the service, as clients of the real hub have it in their configuration.
pub const DELIVERY_SERVICE_PATH: &str = "/hub/DeliveryService";

/// Where a system gets the receipts of its own envelopes: this and the number.
pub const RECEIPT_PATH: &str = "/hub/receipt/";

/// A bound address, not yet served.
#[derive(Debug)]
pub struct HttpsDoor {
    listener: TcpListener,
    address: SocketAddr,
    budgets: Budgets,
}

/// The address cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen address={address}")]
#[non_exhaustive]
pub struct BindError {
    /// The address asked for.
    pub address: SocketAddr,
    /// Why not.
    #[source]
    pub source: io::Error,
}

impl HttpsDoor {
    /// Binds an address; port 0 picks one.
    ///
    /// # Errors
    /// When the address is in use or not this machine's.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let error = |source| BindError { address, source };
        let listener = TcpListener::bind(address).await.map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        Ok(Self { listener, address, budgets: Budgets::default() })
    }

    /// The address that clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What requests may take in memory, for other doors to share.
    #[must_use]
    pub fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }

    /// Serves until told to stop, and returns once nothing more is accepted. Sockets live on as
    /// `tasks`, which finish their requests in flight: join them next.
    ///
    /// `public_url` is the address that `?wsdl` tells.
    pub async fn serve(
        self,
        hub: Hub,
        tls: Arc<Tls>,
        public_url: &str,
        tasks: Tasks,
        mut shutdown: Shutdown,
    ) {
        let wsdl = phytohub_schemas::delivery_service_wsdl(public_url);
        let admission = self.budgets.of(&hub);
        let door = Arc::new(Door {
            hub,
            tls,
            wsdl: wsdl.into(),
            admission,
            tasks,
            crowd: Crowd::default(),
            accept_trouble: Throttle::default(),
            handshake_trouble: Throttle::default(),
            request_trouble: Throttle::default(),
        });
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => admit(&door, stream, peer, &shutdown),
                Err(error) => {
                    door.accept_failed(&error);
                    // Out of file descriptors, most likely: accepting again at once would spin.
                    let _ = timeout(ACCEPT_PAUSE, shutdown.requested()).await;
                }
            }
        }
    }
}

/// Everything that sockets share.
struct Door {
    hub: Hub,
    tls: Arc<Tls>,
    wsdl: Bytes,
    admission: Arc<Admission>,
    tasks: Tasks,
    crowd: Crowd,
    accept_trouble: Throttle,
    handshake_trouble: Throttle,
    request_trouble: Throttle,
}

impl Door {
    fn accept_failed(&self, error: &io::Error) {
        if let Some(silenced) = self.accept_trouble.admit(self.hub.clock().monotonic()) {
            tracing::error!(%error, silenced, "cannot accept sockets");
        }
    }

    fn sockets_gauge(&self, change: i64) {
        let labels = TransportLabels { transport: "https" };
        self.hub.metrics().sockets.get_or_create(&labels).inc_by(change);
    }
}

/// Starts a socket's task, or closes the socket if there are too many.
fn admit(door: &Arc<Door>, stream: TcpStream, peer: SocketAddr, shutdown: &Shutdown) {
    let limits = door.hub.limits();
    let open = match Open::new(door, peer, &limits) {
        Ok(open) => open,
        Err(crowded) => {
            if let Some(silenced) = door.accept_trouble.admit(door.hub.clock().monotonic()) {
                tracing::warn!(%peer, %crowded, silenced, "too many sockets: closing the newest");
            }
            return;
        }
    };
    let (task_door, shutdown) = (Arc::clone(door), shutdown.clone());
    door.tasks.spawn("https socket", async move {
        let _open = open;
        connection::serve(&task_door, stream, peer, shutdown).await;
    });
}

/// One open socket, counted until dropped.
struct Open {
    door: Arc<Door>,
    place: Place,
}

impl Open {
    fn new(door: &Arc<Door>, peer: SocketAddr, limits: &Limits) -> Result<Self, Crowded> {
        let place = door.crowd.enter(peer.ip(), limits)?;
        door.sockets_gauge(1);
        Ok(Self { door: Arc::clone(door), place })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.door.crowd.leave(self.place);
        self.door.sockets_gauge(-1);
    }
}

/// Long enough for a descriptor to come free, short enough that nobody notices.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
