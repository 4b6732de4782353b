//! Where a hub's fast door is.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The address of a fast door: `quic://host:port`, nothing else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QuicAddress {
    host: String,
    port: u16,
}

impl QuicAddress {
    /// Host name or address, without brackets: what the hub's certificate must hold for.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for QuicAddress {
    type Err = ParseQuicAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("quic://").ok_or(ParseQuicAddressError)?;
        let (host, port) = rest.rsplit_once(':').ok_or(ParseQuicAddressError)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(ParseQuicAddressError)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let is_address = bare.is_some() || !host.contains(':');
        let name = rustls_pki_types::ServerName::try_from(host);
        if !is_address || name.is_err() {
            return Err(ParseQuicAddressError);
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for QuicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "quic://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "quic://{}:{}", self.host, self.port)
        }
    }
}

/// The text names no fast door.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not of the form quic://host:port")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct ParseQuicAddressError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_told_apart_and_nothing_else_is_taken() {
        for (text, host, port) in [
            ("quic://hub.example:4433", "hub.example", 4433),
            ("quic://127.0.0.1:1", "127.0.0.1", 1),
            ("quic://[2001:db8::1]:9", "2001:db8::1", 9),
        ] {
            let address: QuicAddress = text.parse().expect("an address");
            assert_eq!((address.host(), address.port()), (host, port));
            assert_eq!(address.to_string(), text);
        }
        for text in [
            "https://hub.example:1",
            "quic://hub.example",
            "quic://hub.example:0",
            "quic://hub.example:1/path",
            "quic://2001:db8::1:9",
            "quic://a b:1",
            "quic://:1",
            "",
        ] {
            assert_eq!(text.parse::<QuicAddress>(), Err(ParseQuicAddressError), "{text}");
        }
    }
}
