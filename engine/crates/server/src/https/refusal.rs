//! Why a request is not answered as it hoped: the one place that makes HTTP statuses and faults.

use http::StatusCode;
use phytohub_domain::ErrorKind;
use phytohub_exchange::{CallError, FairUseExceeded};
use phytohub_telemetry::Outcome;
use phytohub_wire::soap::{FaultCode, ReadError};
use thiserror::Error;

use super::DELIVERY_SERVICE_PATH;
use crate::budget::{NoRoom, RETRY_AFTER_SECONDS};
use crate::identity::Unidentified;

/// Why a request is refused. The text goes to the caller.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    /// The body did not arrive whole.
    #[error("the request's body did not arrive whole: send it again")]
    Body(#[source] hyper::Error),
    /// The operation's own refusal.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The body is compressed.
    #[error("this Content-Encoding is not read: send the request uncompressed")]
    ContentEncoding,
    /// The body stopped arriving.
    #[error("no part of the request arrived for {seconds} seconds: send it again")]
    Idle {
        /// `limits.idle_seconds`.
        seconds: u64,
    },
    /// The connection asked for more than its share.
    #[error(transparent)]
    FairUse(#[from] FairUseExceeded),
    /// A bug of ours.
    #[error("the hub failed to work on this request: this is a bug of the hub, try again later")]
    Internal,
    /// Not SOAP 1.1 in `text/xml`.
    #[error(
        "this Content-Type is not read: send SOAP 1.1 as text/xml, without MTOM or attachments"
    )]
    MediaType,
    /// Another method.
    #[error(
        "this method is not offered: POST SOAP 1.1 to {DELIVERY_SERVICE_PATH}, or GET {DELIVERY_SERVICE_PATH}?wsdl"
    )]
    Method,
    /// No receipt of this number for this caller.
    #[error("no envelope of yours has this number, or this hub signs no receipts")]
    NoReceipt,
    /// Another path.
    #[error("there is nothing here: the service is at {DELIVERY_SERVICE_PATH}")]
    NotFound,
    /// From a web page.
    #[error("requests from web pages are refused: this service is for systems, not browsers")]
    Origin,
    /// Not SOAP that the hub reads.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A budget is used up.
    #[error(transparent)]
    Room(#[from] NoRoom),
    /// Under the service's path.
    #[error("there is no service here: POST to {DELIVERY_SERVICE_PATH}")]
    SubPath,
    /// Another method than GET for a receipt.
    #[error("this method is not offered: GET the receipt")]
    ReceiptMethod,
    /// Over the limit of a request.
    #[error("the request is over the limit of {limit} bytes")]
    TooLarge {
        /// `limits.request_bytes`.
        limit: usize,
    },
    /// Nobody who may call.
    #[error(transparent)]
    Unknown(#[from] Unidentified),
}

impl Refusal {
    /// HTTP status: SOAP 1.1 wants 500 for a fault; what stopped before SOAP says so by its own.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::ContentEncoding | Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Idle { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Method | Self::ReceiptMethod | Self::SubPath => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoReceipt | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::TooLarge { .. } | Self::Read(ReadError::PeerSentTooMuch { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::FairUse(_) | Self::Room(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Call(error) if is_passing(error.kind()) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Call(_) | Self::Internal | Self::Read(_) | Self::Unknown(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Whose fault it is, in SOAP's words. Unknown callers hear `Server`, as at the real hub.
    pub(super) fn fault_code(&self) -> FaultCode {
        match self {
            Self::Read(error) => error.fault_code(),
            Self::Call(_)
            | Self::FairUse(_)
            | Self::Internal
            | Self::Room(_)
            | Self::Unknown(_) => FaultCode::Server,
            _ => FaultCode::Client,
        }
    }

    /// How the request counts.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::FairUse(_) | Self::Idle { .. } | Self::Room(_) => Outcome::Shed,
            Self::Internal => Outcome::Failed,
            Self::Call(error) => match error.kind() {
                ErrorKind::Exhausted | ErrorKind::Unavailable => Outcome::Shed,
                ErrorKind::Corrupt | ErrorKind::Internal => Outcome::Failed,
                _ => Outcome::Refused,
            },
            _ => Outcome::Refused,
        }
    }

    /// Seconds after which to come again, of what passes by itself.
    pub(super) fn retry_after(&self) -> u64 {
        match self {
            Self::Call(CallError::FairUse(over)) | Self::FairUse(over) => {
                over.retry_after_seconds()
            }
            _ => RETRY_AFTER_SECONDS.into(),
        }
    }

    /// The `Allow` header that belongs to status 405.
    pub(super) fn allow(&self) -> Option<&'static str> {
        match self {
            Self::Method => Some("GET, POST"),
            Self::ReceiptMethod => Some("GET"),
            Self::SubPath => Some(""),
            _ => None,
        }
    }
}

fn is_passing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Exhausted | ErrorKind::Unavailable)
}
