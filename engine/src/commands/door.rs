//! A hub as the commands of national systems call it, over whichever door.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use phytohub_client::{
    AddressPolicy, Answering, ClientConfig, DoorError, HubDoor, Identity, IdentityError,
    QuicClient, QuicConfig, ServerTrust, SetUpError, SoapClient, TimeLimits,
};
use phytohub_domain::{ErrorKind, REQUEST_BYTES_MAX};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;
use tokio::time::timeout;

use crate::cli::{HubAddress, HubArgs};
use crate::output;

/// A hub that is called. Cheap to clone.
#[derive(Clone)]
pub(super) struct Door {
    hub: Arc<dyn HubDoor>,
    quic: Option<QuicClient>,
}

impl Door {
    /// Reads the files; connects when it first calls.
    pub(super) fn open(args: &HubArgs) -> Result<Self, OpenError> {
        let (identity, trust) = credentials(args)?;
        let call = Duration::from_secs(args.timeout);
        let times = TimeLimits { call, ..TimeLimits::default() };
        // Whoever may give this command stands inside the network already.
        let addresses = AddressPolicy::any();
        match &args.address {
            HubAddress::Quic(address) => {
                let config = QuicConfig::new(address.clone(), trust, identity);
                let client = QuicClient::new(QuicConfig { addresses, times, ..config })?;
                Ok(Self { hub: Arc::new(client.clone()), quic: Some(client) })
            }
            HubAddress::Soap(endpoint) => {
                let client = SoapClient::new(ClientConfig {
                    identity: Some(identity),
                    addresses,
                    times,
                    reply_bytes_max: REQUEST_BYTES_MAX,
                    sockets_max: CALLS_MAX,
                    ..ClientConfig::new(endpoint.clone(), trust)
                })?;
                Ok(Self { hub: Arc::new(client), quic: None })
            }
        }
    }

    /// The hub, whichever the door.
    pub(super) fn hub(&self) -> &dyn HubDoor {
        &*self.hub
    }

    /// The fast door, if it is that one.
    pub(super) const fn quic(&self) -> Option<&QuicClient> {
        self.quic.as_ref()
    }

    /// Says farewell.
    pub(super) async fn close(&self) {
        if let Some(quic) = &self.quic {
            quic.close().await;
        }
    }
}

/// Asks again what may pass. The client of the fast door does so itself.
pub(super) async fn patiently<'a, T>(
    mut ask: impl FnMut() -> Answering<'a, T>,
) -> Result<T, DoorError> {
    let mut pauses = PAUSES.iter();
    loop {
        let error = match ask().await {
            Ok(told) => return Ok(told),
            Err(error) => error,
        };
        let DoorError::Soap(call) = &error else { return Err(error) };
        let passes = error.is_passing() && call.kind() != ErrorKind::Denied;
        let (true, Some(pause)) = (passes, pauses.next()) else { return Err(error) };
        rest(call.retry_after().unwrap_or(*pause).min(PAUSE_MOST)).await;
    }
}

/// Whether a call failed for what was asked: another envelope may do better.
pub(super) fn concerns_one(error: &DoorError) -> bool {
    use phytohub_client::{CallError, QuicError};
    let one = matches!(
        error,
        DoorError::Number
            | DoorError::Refused(_)
            | DoorError::Quic(QuicError::Refused { .. })
            | DoorError::Soap(CallError::Fault { .. })
    );
    one && !error.is_passing()
}

/// Waits.
pub(super) async fn rest(time: Duration) {
    // Nothing is awaited but the time.
    let _ = timeout(time, std::future::pending::<()>()).await;
}

fn credentials(args: &HubArgs) -> Result<(Identity, ServerTrust), OpenError> {
    let (certificate, key, authorities) = match (&args.pki, &args.code) {
        (Some(pki), Some(code)) => {
            let own = |kind: &str| pki.join(format!("{code}.{kind}"));
            (own("pem"), own("key"), Some(pki.join("ca.pem")))
        }
        // The command line asks for both.
        _ => (
            args.cert.clone().unwrap_or_default(),
            args.key.clone().unwrap_or_default(),
            args.ca.clone(),
        ),
    };
    let identity = Identity::from_pem(&read(&certificate)?, &read(&key)?)
        .map_err(|source| OpenError::Identity { file: certificate, source })?;
    let trust = match (authorities, args.pin) {
        (_, Some(pin)) => ServerTrust::Key(pin),
        (Some(file), None) => {
            let text = read(&file)?;
            let authorities = CertificateDer::pem_slice_iter(&text);
            // What is no certificate in it is left out; a file without any is refused below.
            ServerTrust::Authorities(authorities.filter_map(Result::ok).collect())
        }
        (None, None) => ServerTrust::Public,
    };
    Ok((identity, trust))
}

fn read(file: &Path) -> Result<Vec<u8>, OpenError> {
    fs::read(file).map_err(|source| OpenError::Read { file: file.to_owned(), source })
}

/// What a person at a terminal sees of many files; lines are written all the same.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of so many; of one, nothing is seen.
    pub(super) fn of(count: usize) -> Self {
        let bar = if count > 1 {
            ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        Self::styled(bar, "{elapsed_precise} {wide_bar} {pos} of {len}")
    }

    /// Of nobody knows how many.
    pub(super) fn open_ended() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self::styled(bar, "{elapsed_precise} {pos} received")
    }

    fn styled(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Tells one on stdout, and counts it.
    pub(super) fn done(&self, text: &str) -> io::Result<()> {
        self.0.inc(1);
        self.0.suspend(|| output::line(text))
    }

    /// Says on stderr what is wrong with one.
    pub(super) fn complain(&self, text: &str) {
        self.0.suspend(|| {
            let _ = writeln!(io::stderr(), "phytohub: {text}");
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Why a hub cannot be called at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The certificate or its key is none.
    #[error("cannot use the certificate or its key file={}", file.display())]
    Identity {
        /// The file of the certificate.
        file: PathBuf,
        /// Why.
        source: IdentityError,
    },
    /// A file cannot be read.
    #[error("cannot read the file file={}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be made of the files.
    #[error("cannot connect to the hub with these files")]
    SetUp(#[from] SetUpError),
}

/// Calls at once: enough for a line of 200 ms, and no more than a fair part of a hub's sockets.
pub(super) const CALLS_MAX: usize = 8;
/// Between attempts by SOAP: a hub that restarts is back by then, or somebody must look.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// The longest that a hub may ask for.
const PAUSE_MOST: Duration = Duration::from_secs(60);
