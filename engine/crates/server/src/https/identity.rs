//! Who is at the other end: asked on every request.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use phytohub_domain::{Fingerprint, Timestamp};
use phytohub_exchange::Caller;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};

use super::Door;
use super::refusal::Refusal;
use crate::tls::ChainError;

/// The certificate that a socket's session was made with, and the last word on its chain.
pub(super) struct Peer {
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
    /// The peer of a session; a resumed one carries its certificate too.
    pub(super) fn new(session: &rustls::ServerConnection, address: SocketAddr) -> Self {
        let chain = session.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
        let fingerprint =
            chain.first().map(|certificate| Fingerprint(Sha256::digest(certificate).into()));
        // A v4 client of a v6 socket is told by the address that its operator knows.
        let address = address.ip().to_canonical();
        Self { chain, fingerprint, address, chain_checked: Mutex::new(None) }
    }

    /// The caller, if its certificate is registered and, where that is asked, its chain holds.
    pub(super) fn identify(&self, door: &Door) -> Result<Caller, Refusal> {
        let caller = door.hub.identify(self.fingerprint, self.address).map_err(Refusal::Unknown)?;
        if let Err(error) = self.check_chain(door) {
            door.hub.deny(self.fingerprint, self.address, &error.to_string());
            return Err(Refusal::Untrusted);
        }
        Ok(caller)
    }

    /// Checks the chain once a minute and after every reload; between these, nothing can change.
    fn check_chain(&self, door: &Door) -> Result<(), ChainError> {
        let state = door.tls.state();
        let now = door.hub.clock().now();
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

fn minute(time: Timestamp) -> u64 {
    time.as_millis() / 60_000
}
