//! Why a call got no reply that counts, and whether it may be sent again.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use phytohub_domain::ErrorKind;
use phytohub_wire::soap::client::ReplyError;
use rustls::AlertDescription;
use thiserror::Error;

/// What is known of a request after its call failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else that could be known")]
pub enum Outcome {
    /// The partner answered, though not as hoped.
    Answered,
    /// The partner cannot have it: sending again repeats nothing.
    NotSent,
    /// The partner may have done it or not.
    Unknown,
}

/// What a call was doing when its time was up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Stage {
    /// Waiting for one of the client's sockets.
    Waiting,
    /// Resolving the name or connecting.
    Connecting,
    /// Shaking hands.
    Handshake,
    /// Sending the request or reading the reply.
    Exchange,
}

/// Why a call got no reply that counts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The partner's name leads to an address that may not be connected to.
    #[error(
        "the address is not of the public internet and not allowed host={host} address={address}"
    )]
    AddressRefused {
        /// The partner.
        host: String,
        /// Where its name leads.
        address: IpAddr,
    },
    /// Nobody answers there, or the name leads nowhere.
    #[error("cannot connect host={host}")]
    Connect {
        /// The partner.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// A SOAP fault, whatever the status.
    #[error("a fault status={status} code={code} message={message}")]
    Fault {
        /// HTTP status.
        status: u16,
        /// `faultcode`.
        code: String,
        /// The message of `HubWebException`, else `faultstring`.
        message: String,
        /// When the partner wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// A status that is no success, without a fault.
    #[error("HTTP status {status}: {excerpt}")]
    HttpStatus {
        /// HTTP status.
        status: u16,
        /// The beginning of what came with it.
        excerpt: String,
        /// When the partner wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The partner does not take our certificate.
    #[error("the server does not take the client's certificate")]
    IdentityRefused {
        /// What it said.
        source: Box<rustls::Error>,
    },
    /// The connection broke after the request began to leave.
    #[error("the connection broke before the reply was complete")]
    NoAnswer {
        /// How.
        source: hyper::Error,
    },
    /// The connection broke before the request began to leave.
    #[error("the connection broke before the request was sent")]
    NotSent {
        /// How.
        source: hyper::Error,
    },
    /// A success that is no SOAP: a portal's page, most likely.
    #[error("the reply is no SOAP content_type={content_type}: {excerpt}")]
    NotSoap {
        /// What the partner calls it.
        content_type: String,
        /// Its beginning.
        excerpt: String,
    },
    /// SOAP without a fault, of a form that the WSDL does not know.
    #[error("the reply is SOAP, but none of the DeliveryService")]
    NotUnderstood {
        /// What is wrong with it.
        source: ReplyError,
    },
    /// The partner points elsewhere; nobody goes there.
    #[error("redirects are not followed status={status} location={location}")]
    Redirect {
        /// HTTP status.
        status: u16,
        /// Where it points, cut short.
        location: String,
    },
    /// The reply is longer than was granted.
    #[error("the reply is longer than granted bytes_max={bytes_max}")]
    ReplyTooLong {
        /// What was granted.
        bytes_max: usize,
    },
    /// The server's certificate is not the expected one.
    #[error("the server is not trusted host={host}")]
    ServerNotTrusted {
        /// The partner.
        host: String,
        /// Why not.
        source: Box<rustls::Error>,
    },
    /// Time was up.
    #[error("time was up stage={stage:?}")]
    Timeout {
        /// What the call was doing.
        stage: Stage,
    },
    /// The handshake failed for another reason.
    #[error("TLS cannot be agreed on host={host}")]
    Tls {
        /// The partner.
        host: String,
        /// Why.
        source: io::Error,
    },
}

impl CallError {
    /// What is known of the request.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::AddressRefused { .. }
            | Self::Connect { .. }
            | Self::IdentityRefused { .. }
            | Self::NotSent { .. }
            | Self::ServerNotTrusted { .. }
            | Self::Tls { .. } => Outcome::NotSent,
            Self::Timeout { stage: Stage::Exchange } | Self::NoAnswer { .. } => Outcome::Unknown,
            Self::Timeout { .. } => Outcome::NotSent,
            Self::Fault { .. }
            | Self::HttpStatus { .. }
            | Self::NotSoap { .. }
            | Self::NotUnderstood { .. }
            | Self::Redirect { .. }
            | Self::ReplyTooLong { .. } => Outcome::Answered,
        }
    }

    /// What the caller should do.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::AddressRefused { .. }
            | Self::IdentityRefused { .. }
            | Self::Redirect { .. }
            | Self::ServerNotTrusted { .. } => ErrorKind::Denied,
            Self::Fault { status: 429 | 503, .. } | Self::HttpStatus { status: 429 | 503, .. } => {
                ErrorKind::Exhausted
            }
            _ => ErrorKind::Unavailable,
        }
    }

    /// When the partner wants to be asked again, if it said so.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Fault { retry_after, .. } | Self::HttpStatus { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// A failed handshake, told by what TLS says of it.
    pub(crate) fn of_handshake(host: &str, source: io::Error) -> Self {
        match tls_error(&source) {
            Some(error @ rustls::Error::InvalidCertificate(_)) => {
                Self::ServerNotTrusted { host: host.to_owned(), source: Box::new(error.clone()) }
            }
            Some(error) if refuses_identity(error) => {
                Self::IdentityRefused { source: Box::new(error.clone()) }
            }
            _ => Self::Tls { host: host.to_owned(), source },
        }
    }

    /// A broken exchange. In TLS 1.3 a server looks at our certificate after the handshake has ended
    /// for us, so its refusal arrives here; whoever refuses it has not read the request.
    pub(crate) fn of_exchange(source: hyper::Error, left: bool) -> Self {
        match tls_error(&source) {
            Some(error) if refuses_identity(error) => {
                Self::IdentityRefused { source: Box::new(error.clone()) }
            }
            _ if left => Self::NoAnswer { source },
            _ => Self::NotSent { source },
        }
    }
}

/// The error of TLS among the causes.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // An I/O error is not the source of what it holds.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = held.and_then(|held| held.downcast_ref::<rustls::Error>()) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

const fn refuses_identity(error: &rustls::Error) -> bool {
    use AlertDescription as Alert;
    matches!(
        error,
        rustls::Error::AlertReceived(
            Alert::AccessDenied
                | Alert::BadCertificate
                | Alert::CertificateExpired
                | Alert::CertificateRequired
                | Alert::CertificateRevoked
                | Alert::CertificateUnknown
                | Alert::NoCertificate
                | Alert::UnknownCA
                | Alert::UnsupportedCertificate
        )
    )
}
