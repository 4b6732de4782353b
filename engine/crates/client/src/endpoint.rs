//! Where a partner's service is.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;
use rustls_pki_types::ServerName;
use thiserror::Error;

/// The address of a DeliveryService: `https://host[:port]/path`, nothing else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// As the `Host` header has it.
    authority: String,
    host: String,
    port: u16,
    path: String,
    name: ServerName<'static>,
}

impl Endpoint {
    /// Host name or address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port, 443 if the text has none.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Path and query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The name that the server's certificate must hold for.
    pub(crate) fn server_name(&self) -> ServerName<'static> {
        self.name.clone()
    }
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('#') {
            return Err(ParseEndpointError::Form);
        }
        let uri: Uri = text.parse().map_err(|_| ParseEndpointError::Form)?;
        if uri.scheme() != Some(&Scheme::HTTPS) {
            return Err(ParseEndpointError::NotHttps);
        }
        let authority = uri.authority().ok_or(ParseEndpointError::Form)?;
        if authority.as_str().contains('@') {
            return Err(ParseEndpointError::UserInfo);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| ParseEndpointError::Form)?;
        // The library takes "host:" and a port that is none for no port at all.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => HTTPS_PORT,
            Some(rest) => rest.strip_prefix(':').and_then(port).ok_or(ParseEndpointError::Form)?,
            None => return Err(ParseEndpointError::Form),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { authority: authority.as_str().to_owned(), host, port, path, name })
    }
}

fn port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|port| *port > 0)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority, self.path)
    }
}

/// Why a text names no endpoint.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParseEndpointError {
    /// It is no URL of a server.
    #[error("not of the form https://host[:port]/path")]
    Form,
    /// It is the URL of something else.
    #[error("only https is spoken")]
    NotHttps,
    /// It holds a user's name or password, which would end up in logs.
    #[error("a user name or password does not belong in the address")]
    UserInfo,
}

const HTTPS_PORT: u16 = 443;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, host: &str, port: u16, path: &str) {
        let endpoint: Endpoint = text.parse().expect("an endpoint");
        assert_eq!((endpoint.host(), endpoint.port(), endpoint.path()), (host, port, path));
        assert_eq!(endpoint.to_string(), text);
    }

    #[test]
    fn host_port_and_path_are_told_apart() {
        check(
            "https://hub.example/hub/DeliveryService",
            "hub.example",
            443,
            "/hub/DeliveryService",
        );
        check("https://hub.example:8443/a?b=c", "hub.example", 8443, "/a?b=c");
        check("https://127.0.0.1:9/", "127.0.0.1", 9, "/");
        check("https://[2001:db8::1]:9/x", "2001:db8::1", 9, "/x");
        assert_eq!("https://h".parse::<Endpoint>().expect("no path").path(), "/");
    }

    #[test]
    fn anything_but_a_plain_https_address_is_refused() {
        use ParseEndpointError::{Form, NotHttps, UserInfo};
        let cases = [
            ("http://hub.example/", NotHttps),
            ("ftp://hub.example/", NotHttps),
            ("hub.example", NotHttps),
            ("/hub", NotHttps),
            ("https://me:secret@hub.example/", UserInfo),
            ("https://hub.example:/", Form),
            ("https://hub.example:0/", Form),
            ("https://hub.example:99999/", Form),
            ("https://hub.example/#part", Form),
            ("https://bl\u{e5}b\u{e6}r.example/", Form),
            ("https://a_b!.example/", Form),
            ("", Form),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Endpoint>(), Err(expected), "{text}");
        }
    }
}
