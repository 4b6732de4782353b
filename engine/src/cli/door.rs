//! What can be said as a national system, to a hub over either of its doors.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use phytohub_client::{Endpoint, KeyPin, ParseEndpointError, ParseQuicAddressError, QuicAddress};
use phytohub_domain::ConnectionCode;
use phytohub_server::DELIVERY_SERVICE_PATH;

/// Send certificates through a hub, as a national system
#[derive(Args, Clone, Debug)]
#[command(after_help = SEND_HELP)]
pub struct SendArgs {
    /// Certificates in XML (UTF-8); those with the same number are sent in this order
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Which hub, and as whom
    #[command(flatten)]
    pub hub: HubArgs,
    /// The recipient's code [default: the importing country of each certificate]
    #[arg(long, value_name = "CODE")]
    pub to: Option<ConnectionCode>,
    /// Send even if a certificate is of or for another country than the code of --as or --to
    #[arg(long)]
    pub other_country: bool,
    /// Have the hub judge each certificate first, and refuse those with SEVERE findings
    #[arg(long)]
    pub validate: bool,
    /// Deliver the same once more, under a key with this word in it; by quic:// alone
    #[arg(long, value_name = "WORD", default_value = "", hide_default_value = true)]
    pub again: String,
    /// Write one JSON object a file, each on a line
    #[arg(long)]
    pub json: bool,
}

/// Receive what waits at a hub as files, and acknowledge it, as a national system
#[derive(Args, Clone, Debug)]
#[command(after_help = RECEIVE_HELP)]
pub struct ReceiveArgs {
    /// Which hub, and as whom
    #[command(flatten)]
    pub hub: HubArgs,
    /// Directory for the files: made if missing
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Go on with what comes, until SIGTERM or Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// How often to ask, where the hub does not tell by itself (https://)
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = seconds())]
    pub every: u64,
    /// Write one JSON object an envelope, each on a line
    #[arg(long)]
    pub json: bool,
}

/// Tell where envelopes stand, as a national system
#[derive(Args, Clone, Debug)]
#[command(after_help = TRACK_HELP)]
pub struct TrackArgs {
    /// The hub's numbers of the envelopes
    #[arg(value_name = "NUMBER", required = true)]
    pub numbers: Vec<String>,
    /// Which hub, and as whom
    #[command(flatten)]
    pub hub: HubArgs,
    /// Tell each change, until none of them is pending
    #[arg(long)]
    pub follow: bool,
    /// How often to ask with --follow; by quic:// the hub tells by itself, too
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = seconds())]
    pub every: u64,
    /// Write one JSON object an envelope, each on a line
    #[arg(long)]
    pub json: bool,
}

/// Which hub, and as whom.
#[derive(Args, Clone, Debug)]
pub struct HubArgs {
    /// The hub: quic://HOST:PORT, or https://HOST:PORT with the path if it is not the usual one
    #[arg(long = "hub", value_name = "URL")]
    pub address: HubAddress,
    /// Code of one's own connection [default of send: the exporting country of each certificate]
    #[arg(long = "as", value_name = "CODE")]
    pub code: Option<ConnectionCode>,
    /// Directory with CODE.pem and CODE.key of --as, and ca.pem, instead of the options below
    #[arg(
        long,
        value_name = "DIR",
        requires = "code",
        conflicts_with_all = ["cert", "key", "ca", "pin"]
    )]
    pub pki: Option<PathBuf>,
    /// Client certificate that the hub knows, in PEM
    #[arg(long, value_name = "FILE", required_unless_present = "pki")]
    pub cert: Option<PathBuf>,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE", required_unless_present = "pki")]
    pub key: Option<PathBuf>,
    /// Authorities that the hub's certificate is of, in PEM [default: the machine's]
    #[arg(long, value_name = "FILE", conflicts_with = "pin")]
    pub ca: Option<PathBuf>,
    /// The hub's key instead: SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits
    #[arg(long, value_name = "SHA256")]
    pub pin: Option<KeyPin>,
    /// How long a call may take, with all its attempts
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = seconds())]
    pub timeout: u64,
}

/// Which door of a hub.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HubAddress {
    /// The fast one.
    Quic(QuicAddress),
    /// SOAP.
    Soap(Endpoint),
}

impl FromStr for HubAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("quic://") {
            let address: Result<_, ParseQuicAddressError> = text.parse();
            return address.map(Self::Quic).map_err(|error| error.to_string());
        }
        let endpoint: Endpoint = text.parse().map_err(|error: ParseEndpointError| {
            format!("{error}; a hub is written quic://HOST:PORT or https://HOST:PORT")
        })?;
        if endpoint.path() != "/" {
            return Ok(Self::Soap(endpoint));
        }
        let usual = format!("{}{DELIVERY_SERVICE_PATH}", text.trim_end_matches('/'));
        usual.parse().map(Self::Soap).map_err(|error: ParseEndpointError| error.to_string())
    }
}

/// From a second to a day: beyond, nobody waits.
fn seconds() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=86_400)
}

pub(super) const SEND_HELP: &str = "\
Number, type, status and countries are taken from each certificate; all files are looked at before
the first is sent. Writes a line for each file: number, state, file, and the hub's message.

The same command again goes on where it was cut off and delivers nothing twice: by quic:// for as
long as the hub keeps headers, by https:// within ten minutes of the first time. What was refused by
quic:// stays refused: once the cause is mended, send it with --again.

Exit codes: 0 all delivered, 1 the hub refused some, or a file is no certificate that can be sent
(then nothing was sent), 64 usage, 66 a file cannot be read,
69 the hub does not answer as it should.

Examples:
  phytohub send certificate.xml --hub quic://hub.example.org:4433 --as NO --pki /etc/phytohub
  phytohub send outbox/*.xml --to LK2 --hub https://hub.example.org:8443 --as NO \\
      --cert no.pem --key no.key --ca authority.pem";

pub(super) const RECEIVE_HELP: &str = "\
Each envelope becomes NUMBER.xml, the document, and NUMBER.header.json, and is acknowledged as
received once both are on disk. Files are for their owner alone. What is there already with the same
content is acknowledged; with other content it is left alone, and the envelope is left at the hub,
as one whose number cannot be a file's name. Writes a line for each envelope: number, sender,
type/status, certificate number, file.

Exit codes: 0 all received, 1 some were left at the hub, 64 usage, 66 a certificate or key cannot be
read, 69 the hub does not answer as it should, 73 a file cannot be written.

Examples:
  phytohub receive --into inbox --hub quic://hub.example.org:4433 --as LK --pki /etc/phytohub
  phytohub receive --into inbox --follow --hub https://hub.example.org:8443 \\
      --cert lk.pem --key lk.key --ca authority.pem";

pub(super) const TRACK_HELP: &str = "\
Writes a line for each envelope: number, state, and the recipient's or the hub's message.

Exit codes: 0 all pending or delivered, 1 one failed, is not readable or does not exist, 64 usage,
66 a certificate or key cannot be read, 69 the hub does not answer as it should.

Example:
  phytohub track 01KAHV5T3M0000000000000000 --follow --hub quic://hub.example.org:4433 \\
      --as NO --pki /etc/phytohub";
