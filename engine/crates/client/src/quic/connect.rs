//! From a hub's name to a connection, by way of an address that was looked at.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use phytohub_wire::quic::{ALPN, CloseCode};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ClientConfig, Connection, Endpoint, IdleTimeout, RecvStream, SendStream, TransportConfig,
    VarInt,
};
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

use super::{QuicConfig, QuicError};
use crate::SetUpError;
use crate::trust::tls_config;

/// A connection with the socket that is its own.
#[derive(Clone, Debug)]
pub(super) struct Link {
    connection: Connection,
    /// Lives as long as the connection.
    _endpoint: Endpoint,
}

impl Link {
    pub(super) fn is_alive(&self) -> bool {
        self.connection.close_reason().is_none()
    }

    /// A stream, once the hub takes another.
    pub(super) async fn open(&self) -> Result<(SendStream, RecvStream), QuicError> {
        Ok(self.connection.open_bi().await?)
    }

    pub(super) fn close(&self) {
        self.connection.close(VarInt::from_u32(CloseCode::Done as u32), b"");
    }
}

/// How connections are made.
pub(super) fn client_config(config: &QuicConfig) -> Result<ClientConfig, SetUpError> {
    let mut tls = tls_config(&config.trust, Some(&config.identity))?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let crypto = QuicClientConfig::try_from(tls)
        .map_err(|error| SetUpError::Tls { source: rustls::Error::General(error.to_string()) })?;
    let mut made = ClientConfig::new(Arc::new(crypto));
    let idle = config.idle.min(IDLE);
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(0))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .send_window(CONNECTION_WINDOW.into())
        .datagram_receive_buffer_size(None)
        .keep_alive_interval(Some(idle / 3))
        .max_idle_timeout(IdleTimeout::try_from(idle).ok());
    made.transport_config(Arc::new(transport));
    Ok(made)
}

/// Resolves the name once and connects to one of exactly those addresses that pass, in the order
/// in which the resolver gives them, each with its share of the time left.
pub(super) async fn connect(config: &QuicConfig, tls: &ClientConfig) -> Result<Link, QuicError> {
    let (host, port) = (config.address.host(), config.address.port());
    let failed = |source| QuicError::Connect { host: host.to_owned(), source };
    let deadline = Instant::now() + config.times.connect;
    let found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => timeout_at(deadline, lookup_host((host, port)))
            .await
            .map_err(|_| QuicError::Timeout)?
            .map_err(failed)?
            .collect(),
    };
    let passes = |address: &&SocketAddr| config.addresses.permits(address.ip());
    let addresses: Vec<SocketAddr> = found.iter().filter(passes).copied().collect();
    if addresses.is_empty() {
        return Err(match found.first() {
            Some(address) => {
                QuicError::AddressRefused { host: host.to_owned(), address: address.ip() }
            }
            None => failed(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        });
    }
    let mut last = QuicError::Timeout;
    for (place, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let others = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
        let attempt = timeout_at(Instant::now() + left / others, shake_hands(tls, *address, host));
        match attempt.await {
            Ok(Ok(link)) => return Ok(link),
            Ok(Err(error)) => last = error,
            Err(_) => last = QuicError::Timeout,
        }
    }
    Err(last)
}

async fn shake_hands(
    tls: &ClientConfig,
    address: SocketAddr,
    host: &str,
) -> Result<Link, QuicError> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let failed = |source| QuicError::Connect { host: host.to_owned(), source };
    let endpoint = Endpoint::client(SocketAddr::new(any, 0)).map_err(failed)?;
    let connection = endpoint.connect_with(tls.clone(), address, host)?.await?;
    Ok(Link { connection, _endpoint: endpoint })
}

/// What the hub may send ahead on one stream, and on all: as much as it takes from us.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// The hub forgets who says nothing for a minute. A third of it passes between words, for firewalls
/// forget sooner.
pub(super) const IDLE: Duration = Duration::from_secs(60);
