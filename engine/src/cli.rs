//! The command line: what can be said, and what each command then does.

mod account;
mod codes;
mod document;
mod door;
mod envelope;
mod link;
mod plugin;
mod rule;
mod setting;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use phytohub_client::QuicAddress;
use phytohub_domain::{AllowedDocument, CertificateScope, ConnectionCode, Fingerprint, Timestamp};
use tracing::level_filters::LevelFilter;

pub use account::{
    AuditArgs, AuditCommand, BackupArgs, BackupCommand, DoctorArgs, ReceiptArgs, ReceiptCommand,
    RestoreArgs, RestoreCommand,
};
pub use codes::{CodesArgs, CodesCommand, ListName, PullArgs};
pub use document::{NotificationArgs, RenderArgs, SampleArgs, SampleType, ValidateArgs};
pub use door::{HubAddress, HubArgs, ReceiveArgs, SendArgs, TrackArgs};
pub use envelope::{Decision, EnvelopeArgs, EnvelopeCommand, ExportArgs};
pub use link::{LinkAddArgs, LinkArgs, LinkCommand, SidesArgs, WaitingArgs};
pub use plugin::{DevArgs, Language, NewArgs, PluginArgs, PluginCommand};
pub use rule::{ChannelAddArgs, ChannelArgs, ChannelCommand, RuleAddArgs, RuleArgs, RuleCommand};
pub use setting::{FairUseArgs, LimitArg, MaintenanceArgs, PushArgs, SetArgs};

/// An open ePhyto Hub: national systems exchange phytosanitary certificates through it.
#[derive(Debug, Parser)]
#[command(name = "phytohub", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the documentation of each variant's arguments holds")]
pub enum Command {
    Init(InitArgs),
    Serve(ServeArgs),
    Connection(ConnectionArgs),
    Channel(ChannelArgs),
    Link(LinkArgs),
    Rule(RuleArgs),
    Envelope(EnvelopeArgs),
    Send(SendArgs),
    Receive(ReceiveArgs),
    Track(TrackArgs),
    Codes(CodesArgs),
    Validate(ValidateArgs),
    Sample(SampleArgs),
    Render(RenderArgs),
    Audit(AuditArgs),
    Receipt(ReceiptArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Doctor(DoctorArgs),
    Plugin(PluginArgs),
    Clock(ClockArgs),
    Demo(DemoArgs),
}

/// Make a hub: its configuration, its store and its certificates
#[derive(Args, Debug)]
#[command(after_help = INIT_EXAMPLES)]
pub struct InitArgs {
    /// Directory of the hub: made if missing, refused if not empty
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Connections to register at once, with certificates made here; for trials only
    #[arg(long, value_name = "CODE,CODE", value_delimiter = ',')]
    pub connections: Vec<ConnectionCode>,
    /// Another name or address for which the server's certificate shall hold
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
}

/// Run the hub
#[derive(Args, Debug)]
#[command(after_help = SERVE_EXAMPLES)]
pub struct ServeArgs {
    /// The hub's configuration
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Address to listen on, instead of the configured one; port 0 picks a free one
    #[arg(long, value_name = "ADDR")]
    pub https: Option<SocketAddr>,
    /// What this process is
    #[arg(long, value_name = "ROLE", default_value = "hub")]
    pub role: Role,
    /// Where the hub of a host of plugins is, instead of where the configuration says
    #[arg(long, value_name = "quic://HOST:PORT", conflicts_with = "https")]
    pub hub: Option<QuicAddress>,
    /// How much is logged on stderr
    #[command(flatten)]
    pub log: LogArgs,
}

/// What `serve` runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Role {
    /// The hub, with its plugins
    Hub,
    /// Plugins alone, for a hub elsewhere: section remote_hub
    Plugins,
}

/// Register, list and change connections: the accesses of national systems
#[derive(Args, Debug)]
#[command(after_help = CONNECTION_EXAMPLES)]
pub struct ConnectionArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: ConnectionCommand,
}

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// Register a connection
    Add(ConnectionAddArgs),
    /// List all connections
    List,
    /// Show one connection with its certificates
    Show {
        /// The connection's code
        code: ConnectionCode,
    },
    /// Let nobody use a connection: neither send, receive nor be sent to
    Disable {
        /// The connection's code
        code: ConnectionCode,
    },
    /// Let a disabled connection be used again
    Enable {
        /// The connection's code
        code: ConnectionCode,
    },
    /// Change what is set for a connection: switches, documents, push, limits
    Set(Box<SetArgs>),
    /// Announce when a connection's system will be away
    Maintenance(MaintenanceArgs),
    /// Add or remove the certificates with which a connection's systems prove who they are
    #[command(subcommand)]
    Certificate(CertificateCommand),
}

/// A connection to register.
#[derive(Args, Debug)]
pub struct ConnectionAddArgs {
    /// What stands in From and To: two capital letters, then capital letters, digits or '-'
    pub code: ConnectionCode,
    /// The organization's name
    #[arg(long)]
    pub name: String,
    /// Exchanges real certificates, with other live connections alone
    #[arg(long, conflicts_with = "test")]
    pub live: bool,
    /// Exchanges with other test connections alone (the default)
    #[arg(long)]
    pub test: bool,
    /// Countries that it serves [default: the first two letters of CODE]
    #[arg(long, value_name = "CC,CC", value_delimiter = ',')]
    pub serves: Vec<String>,
    /// Certificate type and status that it accepts, such as 851/70; repeated [default: 851 and 657
    /// with 70, 40, 39, 41]
    #[arg(long, value_name = "TYPE/STATUS", value_parser = allowed_document)]
    pub accepts: Vec<AllowedDocument>,
    /// Client certificate to register with it, in PEM or DER; repeated
    #[arg(long = "certificate", value_name = "FILE")]
    pub certificates: Vec<PathBuf>,
}

/// What to do with a connection's certificates.
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Register a certificate; it belongs to this connection for ever
    Add {
        /// The connection's code
        code: ConnectionCode,
        /// The certificate, in PEM or DER; its private key stays with its owner
        file: PathBuf,
        /// What people call it [default: the file's name]
        #[arg(long)]
        label: Option<String>,
        /// What it may be used for: 'all', or some of send,receive,acknowledge,read
        #[arg(long, default_value = "all")]
        scope: CertificateScope,
        /// When it ends, if before its own end: 2026-12-31 or 2026-12-31T12:00:00Z
        #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
        not_after: Option<Timestamp>,
    },
    /// Remove a certificate: whoever uses it is refused from the next request on
    Remove {
        /// The connection's code
        code: ConnectionCode,
        /// SHA-256 of the certificate, as 'connection show' tells it
        fingerprint: Fingerprint,
    },
}

/// Look at the hub's clock, or accept it after a step
#[derive(Args, Debug)]
#[command(after_help = CLOCK_HELP)]
pub struct ClockArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: ClockCommand,
}

/// What to do with the clock.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ClockCommand {
    /// Show the wall clock and the latest time that the store knows
    Show,
    /// Accept the wall clock as right
    Accept,
}

/// Show one certificate on its way, through a hub made for it
#[derive(Args, Debug)]
#[command(after_help = DEMO_EXAMPLES)]
pub struct DemoArgs {
    /// End after the exchange, instead of keeping the hub running until Ctrl-C
    #[arg(long)]
    pub once: bool,
    /// Keep the hub here [default: a temporary directory, removed at the end]
    #[arg(long = "dir", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// The hub's configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// Configuration of the hub; its paths are relative to it
    #[arg(long = "config", value_name = "FILE", default_value = "hub.toml", global = true)]
    pub config_file: PathBuf,
}

/// Where the hub is, and how to answer.
#[derive(Args, Debug)]
pub struct AdminArgs {
    /// The hub's configuration
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Answer in JSON, for scripts
    #[arg(long, global = true)]
    pub json: bool,
}

/// What is logged, and how.
#[derive(Args, Clone, Copy, Debug)]
pub struct LogArgs {
    /// Least level that is logged on stderr: off, error, warn, info, debug or trace
    #[arg(long = "log", value_name = "LEVEL", default_value = "info")]
    pub level: LevelFilter,
    /// How a log line is written
    #[arg(long = "log-format", value_name = "FORMAT", default_value = "human")]
    pub format: LogFormat,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

fn allowed_document(text: &str) -> Result<AllowedDocument, String> {
    let parse = |part: &str| part.trim().parse::<i32>().ok();
    let (certificate_type, certificate_status) = text
        .split_once('/')
        .and_then(|(kind, status)| parse(kind).zip(parse(status)))
        .ok_or("a document is written TYPE/STATUS, such as 851/70")?;
    Ok(AllowedDocument { certificate_type, certificate_status })
}

const EXAMPLES: &str = "\
Try it:
  phytohub demo                               one certificate on its way, step by step
  phytohub init try --connections NO,LK,AR    a hub with three test connections
  phytohub serve --config try/hub.toml        run it
  phytohub sample | phytohub validate -       a certificate, judged

'phytohub COMMAND --help' explains each command, with examples.
Exit codes: 0 done, 1 no such thing or not as it should be, 64 usage or configuration, 66 a file
cannot be read, 69 another system failed, 70 a bug, 73 a file cannot be written, 74 the store.";

const INIT_EXAMPLES: &str = "\
Examples:
  phytohub init /srv/phytohub --host hub.example.org
      a hub without connections: register them with 'phytohub connection add'
  phytohub init try --connections NO,LK,AR
      a trial: for each connection a certificate and its key, in pki/NO.pem, pki/NO.key and, for
      Java and .NET, pki/NO.p12 (password changeit). Such a hub listens on loopback alone.";

const SERVE_EXAMPLES: &str = "\
Prints one line for each door on stdout, then 'ready'; logs go to stderr.
  SIGTERM  ends it: requests in flight are answered first, within drain_seconds
  SIGHUP   reads certificates, trust and limits anew; a bad file is refused and the old one kept

Examples:
  phytohub serve --config /srv/phytohub/hub.toml --log-format json
  phytohub serve --config try/hub.toml --https 127.0.0.1:0
  phytohub serve --config /srv/gens/hub.toml --role plugins --hub quic://hub.example.org:4433
      plugins alone, for a hub elsewhere, with the certificates that [remote_hub] names";

const CONNECTION_EXAMPLES: &str = "\
Talks to the running hub; without one, opens its store. Changes hold from the next request on.

Examples:
  phytohub connection add NO --name 'Norwegian NPPO' --live --certificate no.cer
  phytohub connection add EU-TRACES --name 'TRACES NT' --live --serves FR,DE,NL
  phytohub connection certificate add NO spare.pem --scope receive,acknowledge
  phytohub connection set NO --push https://nppo.example.no/DeliveryService --tracking-updates yes
  phytohub connection set NO --accepts 851/70 851/40 --signing signer.cer
  phytohub connection maintenance NO --from 2026-12-01T20:00:00Z --until 2026-12-02 --reason upgrade
  phytohub connection list --json";

const CLOCK_HELP: &str = "\
After a step of the wall clock, or a start far from the last time known, the hub goes on exchanging
but removes nothing for its age until 'phytohub clock accept'. Look first at what is wrong.";

const DEMO_EXAMPLES: &str = "\
Examples:
  phytohub demo                  shows the exchange, then keeps the hub running
  phytohub demo --once           ends with code 0 after the exchange
  phytohub demo --dir try        keeps the hub, its keys and its store in try/";

#[cfg(test)]
mod tests;
