//! From a partner's name to a socket with TLS, by way of an address that was looked at.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use crate::client::ClientConfig;
use crate::socket::Socket;
use crate::{CallError, Stage};

/// A new socket.
pub(crate) async fn connect(
    config: &ClientConfig,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<Socket, CallError> {
    let endpoint = &config.endpoint;
    let timeout = |stage| move |_| CallError::Timeout { stage };
    let deadline = Instant::now() + config.times.connect;
    let stream =
        timeout_at(deadline, tcp(config, deadline)).await.map_err(timeout(Stage::Connecting))??;
    // Requests are written whole: waiting for more of them to send together only delays.
    let _ = stream.set_nodelay(true);
    let deadline = Instant::now() + config.times.handshake;
    let shaken = TlsConnector::from(Arc::clone(tls)).connect(endpoint.server_name(), stream);
    let stream = timeout_at(deadline, shaken)
        .await
        .map_err(timeout(Stage::Handshake))?
        .map_err(|source| CallError::of_handshake(endpoint.host(), source))?;
    Socket::new(stream).await.map_err(|source| CallError::of_exchange(source, false))
}

/// Resolves the name once and connects to one of exactly those addresses that pass, in the order
/// in which the resolver gives them, each with its share of the time left.
async fn tcp(config: &ClientConfig, deadline: Instant) -> Result<TcpStream, CallError> {
    let endpoint = &config.endpoint;
    let failed = |source| CallError::Connect { host: endpoint.host().to_owned(), source };
    let found = match endpoint.host().parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, endpoint.port())],
        Err(_) => lookup_host((endpoint.host(), endpoint.port())).await.map_err(failed)?.collect(),
    };
    let passes = |address: &SocketAddr| config.addresses.permits(address.ip());
    let addresses: Vec<SocketAddr> = found.iter().copied().filter(passes).collect();
    if addresses.is_empty() {
        return Err(match found.first() {
            Some(address) => CallError::AddressRefused {
                host: endpoint.host().to_owned(),
                address: address.ip(),
            },
            None => failed(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        });
    }
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    for (place, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let others = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
        match timeout_at(Instant::now() + left / others, TcpStream::connect(*address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(failed(last))
}
