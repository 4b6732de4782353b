//! One connection from its handshake to its end.

use std::sync::Arc;

use phytohub_wire::quic::CloseCode;
use quinn::{Connection, Incoming};
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use tokio::time::{interval, timeout};

use super::link::Link;
use super::transport::{LOOK_TIME, STREAMS_MAX};
use super::{Door, Unvalidated, requests};
use crate::Shutdown;
use crate::identity::Peer;

/// Serves a connection until either side ends it.
pub(super) async fn serve(
    door: &Arc<Door>,
    incoming: Incoming,
    handshake: Option<Unvalidated>,
    mut shutdown: Shutdown,
) {
    let peer = incoming.remote_address();
    let config = match door.server_config() {
        Ok(config) => config,
        Err(error) => {
            door.tell(peer, &error.to_string());
            return incoming.refuse();
        }
    };
    let connecting = match incoming.accept_with(config) {
        Ok(connecting) => connecting,
        Err(error) => return door.tell(peer, &error.to_string()),
    };
    let limit = door.hub.limits().handshake_time;
    let result = tokio::select! {
        biased;
        () = shutdown.requested() => return,
        result = timeout(limit, connecting) => result,
    };
    drop(handshake);
    match result {
        Ok(Ok(connection)) => live(door, connection, shutdown).await,
        Ok(Err(error)) => door.tell(peer, &error.to_string()),
        Err(_) => door.tell(peer, "the handshake took too long"),
    }
}

async fn live(door: &Arc<Door>, connection: Connection, mut shutdown: Shutdown) {
    let chain = connection.peer_identity().and_then(|chain| chain.downcast().ok());
    let chain = chain.map(|chain: Box<Vec<CertificateDer<'static>>>| *chain).unwrap_or_default();
    let peer = Peer::new(chain, connection.remote_address().ip());
    // Before it is identified, so that no change is missed.
    let (mut identities, mut reloads) = (door.hub.identities(), door.tls.reloads());
    let link = Arc::new(Link::new(Arc::clone(door), connection, peer));
    if link.identify().is_err() {
        return;
    }
    let streams = Arc::new(Semaphore::new(STREAMS_MAX as usize));
    let mut look = interval(LOOK_TIME);
    loop {
        tokio::select! {
            biased;
            () = shutdown.requested() => break,
            _ = link.connection.closed() => return,
            // Errors mean that hub or TLS are gone, and the shutdown is near.
            _ = identities.changed() => if link.identify().is_err() { return },
            _ = reloads.changed() => if link.identify().is_err() { return },
            _ = look.tick() => if link.identify().is_err() { return },
            accepted = link.connection.accept_bi() => {
                let Ok((send, receive)) = accepted else { return };
                // The peer has no more streams than there are permits.
                let Ok(permit) = Arc::clone(&streams).acquire_owned().await else { return };
                let (link, shutdown) = (Arc::clone(&link), shutdown.clone());
                door.tasks.spawn("quic stream", async move {
                    requests::serve(&link, send, receive, shutdown).await;
                    drop(permit);
                });
            }
        }
    }
    // Streams answer what they read and end; the caller of this joins with a time limit.
    tokio::select! {
        _ = streams.acquire_many(STREAMS_MAX) => {}
        _ = link.connection.closed() => return,
    }
    link.close(CloseCode::Draining, "the hub stops: connect again");
}
