//! Who calls.

use std::net::IpAddr;
use std::sync::Arc;

use phytohub_domain::{CertificateScope, Connection, Fingerprint, Right};
use phytohub_store::StoredEnvelope;
use phytohub_telemetry::{Actor, ActorKind};
use thiserror::Error;

use crate::CallError;

/// A connection's system, known by its certificate, for the length of one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Caller {
    /// Whose system it is.
    pub connection: Arc<Connection>,
    /// With which certificate.
    pub certificate: Fingerprint,
    /// From where.
    pub address: IpAddr,
    pub(crate) scope: CertificateScope,
}

impl Caller {
    pub(crate) fn may(&self, right: Right) -> Result<(), CallError> {
        if self.scope.allows(right) { Ok(()) } else { Err(CallError::NotAllowed { right }) }
    }

    pub(crate) fn actor(&self) -> Actor {
        let mut actor = Actor::named(ActorKind::Connection, self.connection.code.as_str());
        actor.certificate = Some(self.certificate);
        actor.address = self.address.to_string();
        actor
    }

    /// The caller as the one who has to do with an envelope of its inbox: a delegate acts for the
    /// connection that `To` names, a channel with its copy for itself.
    pub(crate) fn actor_for(&self, envelope: &StoredEnvelope) -> Actor {
        let mut actor = self.actor();
        if envelope.copy_of.is_none() && envelope.to_id != Some(self.connection.id) {
            actor.on_behalf.clone_from(&envelope.to);
        }
        actor
    }
}

/// The caller is not known. Its text is the one that real clients wait for; why is in the event.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("NPPO from client certificate not found")]
pub struct IdentifyError {
    /// Why, for the operator.
    pub reason: &'static str,
}
