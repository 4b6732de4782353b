//! Which hub a URL means, and whether it may be loaded.

use std::net::{SocketAddr, ToSocketAddrs};

use crate::Failure;
use crate::speed::Target;

/// The hub at a URL. On another machine only for those who say that it is theirs: what is a
/// measurement to its operator is an attack from anybody else.
///
/// # Errors
/// When the URL is none, nobody has that name, or it is not on this machine.
pub fn at(url: &str, is_mine: bool) -> Result<Target, Failure> {
    let rest = url.strip_prefix("https://").ok_or("the URL must begin with https://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || host.contains('@') {
        return Err("the URL must say a host, and no user".into());
    }
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let host = if has_port { host.to_owned() } else { format!("{host}:443") };
    let found = host.to_socket_addrs().map_err(|error| format!("{host}: {error}"))?;
    let addresses: Vec<SocketAddr> = found.collect();
    let elsewhere = addresses.iter().find(|address| !address.ip().is_loopback());
    if let Some(address) = elsewhere
        && !is_mine
    {
        let text = format!("{address} is not on this machine; --i-operate-this-hub loads it");
        return Err(text.into());
    }
    let address = addresses.first().copied().ok_or("nobody has that name")?;
    Ok(Target { address, host, path: format!("/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_on_this_machine_is_found() {
        let target = at("https://127.0.0.1:8443/hub/DeliveryService", false).expect("a hub");
        assert_eq!(target.address, SocketAddr::from(([127, 0, 0, 1], 8443)));
        assert_eq!(target.path, "/hub/DeliveryService");
        assert_eq!(at("https://[::1]/x", false).expect("a hub").address.port(), 443);
    }

    #[test]
    fn a_hub_elsewhere_is_refused_unless_it_is_mine() {
        let error = at("https://192.0.2.1/hub", false).expect_err("not on this machine");
        assert!(error.to_string().contains("--i-operate-this-hub"), "{error}");
        assert!(at("https://192.0.2.1/hub", true).is_ok());
        assert!(at("http://127.0.0.1/hub", false).is_err());
        assert!(at("https://user@127.0.0.1/hub", false).is_err());
    }
}
