//! Why a call by the fast door got no answer that counts.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use phytohub_wire::quic::{CloseCode, FieldError, FrameError, RefusalCode, Refused};
use quinn::{ConnectError, ConnectionError, ReadError, WriteError};
use thiserror::Error;

use crate::BrokenBody;

/// Why a call got no answer that counts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QuicError {
    /// The hub's name leads to an address that may not be connected to.
    #[error(
        "the address is not of the public internet and not allowed host={host} address={address}"
    )]
    AddressRefused {
        /// The hub.
        host: String,
        /// Where its name leads.
        address: IpAddr,
    },
    /// The content that was to be sent cannot be read.
    #[error(transparent)]
    Broken(#[from] BrokenBody),
    /// Nobody answers there, or the name leads nowhere.
    #[error("cannot connect host={host}")]
    Connect {
        /// The hub.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The connection cannot be tried.
    #[error("cannot connect")]
    Attempt(#[from] ConnectError),
    /// The connection ended.
    #[error("the connection ended")]
    Connection(#[from] ConnectionError),
    /// The hub sent a content that is none.
    #[error("the hub sent a content that is no text of XML")]
    Content(#[from] phytohub_wire::soap::ReadError),
    /// The hub sent fields that are no answer.
    #[error("the hub's answer is not understood")]
    Field(#[from] FieldError),
    /// The hub sent what is no frame.
    #[error("the hub sent what is no frame")]
    Frame(#[from] FrameError),
    /// No random numbers for a key.
    #[error("the system gives no random numbers")]
    NoRandom,
    /// The hub answered something else than was asked.
    #[error("the hub answered something else than was asked")]
    OutOfStep,
    /// The answer broke off.
    #[error("the answer broke off")]
    Read(#[from] ReadError),
    /// The hub refuses.
    #[error("the hub refuses: {message}")]
    Refused {
        /// What to do.
        code: RefusalCode,
        /// Why.
        message: String,
        /// When to come again, if that is told.
        retry_after: Option<Duration>,
    },
    /// The time for the call was up.
    #[error("the hub did not answer in time")]
    Timeout,
    /// A content is larger than is taken.
    #[error("the content is over the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The request could not be sent.
    #[error("the request could not be sent")]
    Write(#[from] WriteError),
}

impl QuicError {
    /// Whether the same may succeed if it is asked again.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { code, .. } => code.is_passing(),
            Self::Connection(error) | Self::Read(ReadError::ConnectionLost(error)) => passes(error),
            Self::Write(WriteError::ConnectionLost(error)) => passes(error),
            Self::Connect { .. } | Self::Read(_) | Self::Write(_) | Self::Timeout => true,
            Self::Frame(FrameError::PeerEndedTooSoon) => true,
            _ => false,
        }
    }

    /// How long to wait before asking again; nothing if that is no use.
    pub(super) fn pause(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::Refused { retry_after: Some(told), .. } if self.is_passing() => {
                Some(usual.max(*told))
            }
            _ => self.is_passing().then_some(usual),
        }
    }

    /// Whether the hub will soon end this connection.
    pub(super) const fn is_farewell(&self) -> bool {
        matches!(self, Self::Refused { code: RefusalCode::Draining, .. })
    }
}

impl From<Refused> for QuicError {
    fn from(refused: Refused) -> Self {
        let Refused { code, message, retry_after_ms } = refused;
        let retry_after = match retry_after_ms {
            0 => None,
            told => Some(Duration::from_millis(told.into())),
        };
        Self::Refused { code, message, retry_after }
    }
}

/// Whether another connection may do better.
fn passes(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::ApplicationClosed(close) => {
            let code = CloseCode::from_u64(close.error_code.into_inner());
            !matches!(code, Some(CloseCode::Denied | CloseCode::Protocol))
        }
        // A handshake that fails fails again.
        ConnectionError::TransportError(_) | ConnectionError::VersionMismatch => false,
        _ => true,
    }
}
