//! Who asks, and how they see the hub: address, scheme and host, behind trusted proxies too.

use std::net::{IpAddr, SocketAddr};

use http::header::{FORWARDED, HOST};
use http::request::Parts;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, Uri};

use super::socket::Socket;
use super::{Door, Forwarded};

/// A browser.
pub(super) struct Visitor {
    pub(super) address: IpAddr,
    pub(super) scheme: Scheme,
    pub(super) host: Authority,
}

/// Why a request is not passed on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoVisitor {
    /// It names no host, or none that could be one.
    Host,
    /// It names a host that this door does not serve.
    Misdirected,
}

impl Visitor {
    /// Finds out.
    pub(super) fn new(door: &Door, socket: &Socket, parts: &Parts) -> Result<Self, NoVisitor> {
        let peer = socket.peer.ip().to_canonical();
        let by_proxy = door.is_proxy(peer);
        let told = if by_proxy {
            Told::of(&parts.headers, door.settings.forwarded)
        } else {
            Told::default()
        };
        let own = if socket.is_tls { Scheme::HTTPS } else { Scheme::HTTP };
        let public = door.settings.public_url.clone().map(Uri::into_parts);
        let (scheme, host) = match public.map(|url| (url.scheme, url.authority)) {
            Some((Some(scheme), Some(host))) => (scheme, host),
            _ => {
                let asked = parts.uri.authority().cloned().map(Ok);
                let host = match told.host.as_deref().map(authority).or(asked) {
                    Some(host) => host?,
                    None => authority(text(&parts.headers, &HOST))?,
                };
                // A page elsewhere can have its own name mean this machine, and would then read
                // what only this machine may see.
                if !socket.is_tls && !by_proxy && !is_this_machine(&host) {
                    return Err(NoVisitor::Misdirected);
                }
                (told.scheme.clone().unwrap_or(own), host)
            }
        };
        let address = told.client(peer, |address| door.is_proxy(address));
        Ok(Self { address, scheme, host })
    }

    /// Whether anybody between could read along.
    pub(super) fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }
}

/// What proxies tell of a browser, by whichever headers.
#[derive(Default)]
struct Told {
    /// From the browser's side to ours.
    addresses: Vec<String>,
    scheme: Option<Scheme>,
    host: Option<String>,
}

impl Told {
    fn of(headers: &HeaderMap, kind: Forwarded) -> Self {
        match kind {
            Forwarded::XForwarded => {
                let last = |name: &HeaderName| list(headers, name).pop();
                Self {
                    addresses: list(headers, &X_FORWARDED_FOR),
                    scheme: last(&X_FORWARDED_PROTO).and_then(|text| scheme(&text)),
                    host: last(&X_FORWARDED_HOST),
                }
            }
            Forwarded::Rfc7239 => {
                let mut this = Self::default();
                for element in list(headers, &FORWARDED) {
                    this.add(&element);
                }
                this
            }
        }
    }

    /// One element of `Forwarded`: the nearest proxy's is the last, and its word is taken.
    fn add(&mut self, element: &str) {
        for pair in element.split(';') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => self.addresses.push(value.to_owned()),
                "proto" => self.scheme = scheme(value),
                "host" => self.host = Some(value.to_owned()),
                _ => {}
            }
        }
    }

    /// The right-most address that is no trusted proxy: whatever stands left of it may be made up.
    fn client(&self, peer: IpAddr, is_proxy: impl Fn(IpAddr) -> bool) -> IpAddr {
        let mut client = peer;
        for text in self.addresses.iter().rev() {
            if !is_proxy(client) {
                break;
            }
            let Some(address) = address(text) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// The parts of a header that is a list, which may come as several headers.
fn list(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let parts = values.flat_map(|value| value.split(','));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn scheme(text: &str) -> Option<Scheme> {
    match text {
        "http" => Some(Scheme::HTTP),
        "https" => Some(Scheme::HTTPS),
        _ => None,
    }
}

fn authority(text: &str) -> Result<Authority, NoVisitor> {
    let host: Authority = text.parse().map_err(|_| NoVisitor::Host)?;
    // `user@host` has no place in what a browser sends.
    if host.host().is_empty() || text.contains('@') { Err(NoVisitor::Host) } else { Ok(host) }
}

/// An address with or without port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with| with.ip()))
}

fn is_this_machine(host: &Authority) -> bool {
    let name = host.host();
    let local = name.eq_ignore_ascii_case("localhost") || name.ends_with(".localhost");
    local || address(name).is_some_and(|address| address.is_loopback())
}

/// Takes away the headers by which proxies tell of browsers: whoever reads them behind this door
/// could only be misled.
pub(super) fn forget(headers: &mut HeaderMap) {
    for name in [FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST] {
        headers.remove(name);
    }
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[cfg(test)]
mod tests {
    use super::*;

    fn client(told: &[&str], proxies: &[&str]) -> String {
        let addresses = told.iter().map(ToString::to_string).collect();
        let told = Told { addresses, ..Told::default() };
        let proxies: Vec<IpAddr> =
            proxies.iter().map(|text| text.parse().expect("an address")).collect();
        let peer = "10.0.0.1".parse().expect("an address");
        told.client(peer, |address| proxies.contains(&address)).to_string()
    }

    #[test]
    fn the_right_most_stranger_is_the_browser() {
        let proxies = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(client(&["6.6.6.6", "192.0.2.7", "10.0.0.2"], &proxies), "192.0.2.7");
        assert_eq!(client(&["192.0.2.7:4711"], &proxies), "192.0.2.7");
        assert_eq!(client(&["[2001:db8::1]:4711"], &proxies), "2001:db8::1");
        assert_eq!(client(&["[2001:db8::1]"], &proxies), "2001:db8::1");
        assert_eq!(client(&["192.0.2.7", "unknown"], &proxies), "10.0.0.1", "no address");
        assert_eq!(client(&[], &proxies), "10.0.0.1");
        assert_eq!(client(&["6.6.6.6"], &[]), "10.0.0.1", "nobody is trusted");
    }

    #[test]
    fn rfc_7239_is_read_in_its_forms() {
        let mut headers = HeaderMap::new();
        let value = "for=6.6.6.6, For=\"[2001:db8::1]:47\";proto=https;host=\"hub.example\"";
        headers.insert(FORWARDED, value.parse().expect("a value"));
        let told = Told::of(&headers, Forwarded::Rfc7239);
        assert_eq!(
            told.client("10.0.0.1".parse().expect("one"), |a| a.is_ipv4()).to_string(),
            "2001:db8::1"
        );
        assert_eq!((told.scheme, told.host.as_deref()), (Some(Scheme::HTTPS), Some("hub.example")));
    }

    #[test]
    fn only_names_of_this_machine_are_this_machine() {
        for (host, yes) in [
            ("localhost:8480", true),
            ("127.0.0.1:8480", true),
            ("[::1]:8480", true),
            ("evil.example:8480", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(is_this_machine(&authority(host).expect("a host")), yes, "{host}");
        }
        assert!(authority("a@b").is_err() && authority("").is_err());
    }
}
