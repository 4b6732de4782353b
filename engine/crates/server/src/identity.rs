//! Who is at the other end: asked on every request.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use phytohub_domain::{Fingerprint, Timestamp};
use phytohub_exchange::{Caller, Hub, IdentifyError};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::Tls;
use crate::tls::ChainError;

/// The certificate that a socket's session was made with, and the last word on its chain.
pub(crate) struct Peer {
    chain: Vec<CertificateDer<'static>>,
    fingerprint: Option<Fingerprint>,
    address: IpAddr,
    chain_checked: Mutex<Option<Checked>>,
}

struct Checked {
    generation: u64,
    minute: u64,
    result: Result<(), ChainError>,
}

impl Peer {
    /// The peer of a session with this chain; a resumed one carries its certificate too.
    pub(crate) fn new(chain: Vec<CertificateDer<'static>>, address: IpAddr) -> Self {
        let fingerprint =
            chain.first().map(|certificate| Fingerprint(Sha256::digest(certificate).into()));
        // A v4 client of a v6 socket is told by the address that its operator knows.
        let address = address.to_canonical();
        Self { chain, fingerprint, address, chain_checked: Mutex::new(None) }
    }

    /// The caller, if its certificate is registered and, where that is asked, its chain holds.
    pub(crate) fn identify(&self, hub: &Hub, tls: &Tls) -> Result<Caller, Unidentified> {
        let caller = hub.identify(self.fingerprint, self.address).map_err(Unidentified::Unknown)?;
        if let Err(error) = self.check_chain(hub, tls) {
            hub.deny(self.fingerprint, self.address, &error.to_string());
            return Err(Unidentified::Untrusted);
        }
        Ok(caller)
    }

    /// Checks the chain once a minute and after every reload; between these, nothing can change.
    fn check_chain(&self, hub: &Hub, tls: &Tls) -> Result<(), ChainError> {
        let state = tls.state();
        let now = hub.clock().now();
        let minute = minute(now);
        let mut checked = self.chain_checked.lock().unwrap_or_else(PoisonError::into_inner);
        match &*checked {
            Some(last) if last.generation == state.generation && last.minute == minute => {
                last.result.clone()
            }
            _ => {
                let result = state.trust.check(&self.chain, now);
                let generation = state.generation;
                *checked = Some(Checked { generation, minute, result: result.clone() });
                result
            }
        }
    }
}

/// Why nobody is known at the other end; both texts are the same.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Unidentified {
    /// Nobody registered.
    #[error(transparent)]
    Unknown(IdentifyError),
    /// Registered, but its chain does not hold: the caller learns no more than an unknown one.
    #[error("NPPO from client certificate not found")]
    Untrusted,
}

fn minute(time: Timestamp) -> u64 {
    time.as_millis() / 60_000
}
