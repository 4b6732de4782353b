//! Calling partners' endpoints: the exchange's [`Partners`] over the client crate, with the hub's
//! own certificate. Other hubs are called by `peer.rs`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body::{Body, Frame};
use phytohub_client::{
    AddressPolicy, BrokenBody, CallError, ClientConfig, Endpoint, Identity, IdentityError,
    RequestBody, ServerTrust, SoapClient,
};
use phytohub_domain::{EnvelopeHeader, PushEndpoint};
use phytohub_exchange::Boxed;
use phytohub_exchange::push::{Message, Partner, PartnerError, Partners};
use phytohub_wire::soap::Operation;
use phytohub_wire::soap::client::ClientReply;
use rustls_pki_types::CertificateDer;
use thiserror::Error;

use crate::failure::told;
use crate::peer::HubCalls;

/// Calls partners with the hub's certificate, which can be renewed while it runs.
#[derive(Clone, Debug)]
pub struct PartnerCalls(Arc<ArcSwap<Shown>>);

/// What partners are shown, and how often that changed.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) identity: Option<Identity>,
    pub(crate) generation: u64,
}

impl PartnerCalls {
    /// With the certificate and key of these PEM files; without, if there are none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, LoadIdentityError> {
        let this = Self(Arc::default());
        this.reload(certificate, key)?;
        Ok(this)
    }

    /// Reads the files anew. Calls that are open go on as they began.
    ///
    /// # Errors
    /// When they cannot be read: everything stays as it was.
    pub fn reload(&self, certificate: &Path, key: &Path) -> Result<(), LoadIdentityError> {
        let identity = match (read(certificate)?, read(key)?) {
            (Some(chain), Some(private)) => {
                let identity = Identity::from_pem(&chain, &private);
                let file = certificate.to_owned();
                Some(identity.map_err(|source| LoadIdentityError::Pem { file, source })?)
            }
            (None, None) => {
                tracing::warn!(
                    file = %certificate.display(),
                    "no certificate to show to partners: [delivery] certificate"
                );
                None
            }
            (Some(_), None) => return Err(LoadIdentityError::Missing { file: key.to_owned() }),
            (None, Some(_)) => {
                return Err(LoadIdentityError::Missing { file: certificate.to_owned() });
            }
        };
        let generation = self.0.load().generation + 1;
        self.0.store(Arc::new(Shown { identity, generation }));
        Ok(())
    }
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, LoadIdentityError> {
    match fs::read(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LoadIdentityError::Read { file: file.to_owned(), source }),
    }
}

impl Partners for PartnerCalls {
    fn partner(
        &self,
        endpoint: &PushEndpoint,
        concurrency: usize,
    ) -> Result<Arc<dyn Partner>, PartnerError> {
        if endpoint.url.starts_with("quic://") {
            return Ok(Arc::new(HubCalls::new(endpoint, Arc::clone(&self.0))?));
        }
        let url: Endpoint = endpoint.url.parse().map_err(|error| unreachable(&error))?;
        let mut config = ClientConfig::new(url, trust(&endpoint.trust)?);
        if endpoint.allow_private {
            config.addresses = AddressPolicy::any();
        }
        config.sockets_max = concurrency;
        config.reply_bytes_max = REPLY_BYTES_MAX;
        // The lane has a time limit for each call, which grows with its content.
        config.times.call = CALL_TIME_MAX;
        let shown = Arc::clone(&self.0);
        Ok(Arc::new(EndpointCalls { shown, config, client: Mutex::default() }))
    }
}

pub(crate) fn trust(trust: &phytohub_domain::ServerTrust) -> Result<ServerTrust, PartnerError> {
    use phytohub_domain::ServerTrust as Stored;
    Ok(match trust {
        Stored::Public => ServerTrust::Public,
        Stored::Authorities(authorities) => {
            let authorities = authorities.iter().map(|der| CertificateDer::from(der.clone()));
            ServerTrust::Authorities(authorities.collect())
        }
        Stored::Key(pin) => {
            ServerTrust::Key(pin.to_string().parse().map_err(|error| unreachable(&error))?)
        }
        _ => {
            let reason = "this program does not know how its server is proved".to_owned();
            return Err(PartnerError::Unreachable { reason });
        }
    })
}

/// One endpoint.
#[derive(Debug)]
struct EndpointCalls {
    shown: Arc<ArcSwap<Shown>>,
    config: ClientConfig,
    /// Made at the first call, and again when the hub's certificate changed.
    client: Mutex<Option<(u64, SoapClient)>>,
}

impl EndpointCalls {
    fn client(&self) -> Result<SoapClient, PartnerError> {
        let shown = self.shown.load();
        let mut slot = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, client)) = &*slot
            && *generation == shown.generation
        {
            return Ok(client.clone());
        }
        let mut config = self.config.clone();
        config.identity.clone_from(&shown.identity);
        let client = SoapClient::new(config).map_err(|error| unreachable(&error))?;
        *slot = Some((shown.generation, client.clone()));
        Ok(client)
    }

    fn call(
        &self,
        operation: Operation,
        message: Message,
    ) -> Boxed<Result<ClientReply, PartnerError>> {
        let client = self.client();
        Box::pin(async move {
            let body = RequestBody::streamed(message.len(), MessageBody::Idle(Box::new(message)));
            client?.call(operation, body).await.map_err(|error| classified(&error))
        })
    }
}

impl Partner for EndpointCalls {
    fn deliver_envelope(
        &self,
        message: Message,
    ) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>> {
        let call = self.call(Operation::DeliverEnvelope, message);
        Box::pin(async move {
            match call.await? {
                ClientReply::Header(header) => Ok(Some(header)),
                ClientReply::Taken => Ok(None),
                _ => Err(another_operation()),
            }
        })
    }

    fn set_tracking_info_update(&self, message: Message) -> Boxed<Result<(), PartnerError>> {
        let call = self.call(Operation::SetTrackingInfoUpdate, message);
        Box::pin(async move {
            match call.await? {
                ClientReply::Acknowledged(_) => Ok(()),
                _ => Err(another_operation()),
            }
        })
    }
}

/// What a failed call says of the partner. A fault and a status that blames the request are about
/// this one envelope; those that speak of the address, the caller or the load are not.
fn classified(error: &CallError) -> PartnerError {
    let reason = told(error);
    match error {
        CallError::Fault { status, .. } if !matches!(status, 429 | 503) => {
            PartnerError::Refused { reason }
        }
        CallError::HttpStatus { status, .. }
            if (400..500).contains(status)
                && !matches!(status, 401 | 403 | 404 | 405 | 407 | 408 | 429) =>
        {
            PartnerError::Refused { reason }
        }
        _ => PartnerError::Unreachable { reason },
    }
}

pub(crate) fn another_operation() -> PartnerError {
    PartnerError::Unreachable { reason: "the reply is to another operation".to_owned() }
}

pub(crate) fn unreachable(error: &dyn std::error::Error) -> PartnerError {
    PartnerError::Unreachable { reason: told(error) }
}

/// A piece of a message, or why it cannot be read.
type Piece = Result<Bytes, phytohub_exchange::CallError>;

/// A message as HTTP sends it: a piece is read when there is room for it.
pub(crate) enum MessageBody {
    Idle(Box<Message>),
    Reading(Boxed<(Box<Message>, Option<Piece>)>),
    Ended,
}

impl Body for MessageBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        let mut reading = match std::mem::replace(&mut *self, Self::Ended) {
            Self::Ended => return Poll::Ready(None),
            Self::Reading(reading) => reading,
            Self::Idle(mut message) => Box::pin(async move {
                let piece = message.next().await;
                (message, piece)
            }),
        };
        match reading.as_mut().poll(context) {
            Poll::Pending => {
                *self = Self::Reading(reading);
                Poll::Pending
            }
            Poll::Ready((_, None)) => Poll::Ready(None),
            Poll::Ready((message, Some(Ok(piece)))) => {
                *self = Self::Idle(message);
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            // The alert was given where it was read.
            Poll::Ready((_, Some(Err(_)))) => Poll::Ready(Some(Err(BrokenBody))),
        }
    }
}

/// Why there is nothing to show to partners.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadIdentityError {
    /// One of the two files is there, the other not.
    #[error("the hub's certificate for partners, or its key, is missing file={}", file.display())]
    Missing {
        /// What is missing.
        file: PathBuf,
    },
    /// The files hold no certificate and key.
    #[error("cannot use the hub's certificate for partners file={}", file.display())]
    Pem {
        /// The certificate.
        file: PathBuf,
        /// What is wrong.
        source: IdentityError,
    },
    /// A file cannot be read.
    #[error("cannot read file={}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A header with a long message needs a few KiB; the sample of the real hub returns the envelope
/// itself, but no more than its header is of use.
const REPLY_BYTES_MAX: usize = 4 << 20;
/// No call lasts longer: the largest content on the slowest line that the lane allows.
const CALL_TIME_MAX: Duration = Duration::from_secs(2 * 3600);
