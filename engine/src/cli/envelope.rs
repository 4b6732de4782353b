//! What can be said about envelopes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use phytohub_domain::{ConnectionCode, HubDeliveryNumber, Timestamp};

use super::AdminArgs;

/// Look at envelopes, and decide about those that are stuck
#[derive(Args, Debug)]
#[command(after_help = ENVELOPE_EXAMPLES)]
pub struct EnvelopeArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: EnvelopeCommand,
}

/// What to do with envelopes.
#[derive(Debug, Subcommand)]
pub enum EnvelopeCommand {
    /// Show one envelope's header and state
    Show {
        /// Hub delivery number
        number: HubDeliveryNumber,
    },
    /// List the envelopes that wait for a connection, oldest first
    List {
        /// The recipient
        #[arg(long, value_name = "CODE")]
        to: ConnectionCode,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// Only those after this place in the order of acceptance, as --json tells it
        #[arg(long, value_name = "SEQUENCE", default_value_t = 0, hide_default_value = true)]
        after: u64,
    },
    /// Tell everything that happened to an envelope
    History {
        /// Hub delivery number
        number: HubDeliveryNumber,
    },
    /// Write envelopes into files: header, content and history
    Export(ExportArgs),
    /// Put an envelope under legal hold: nothing of it is removed, however old it gets
    Hold(Decision),
    /// Lift an envelope's legal hold
    Unhold(Decision),
    /// Set an envelope aside: still pending, but offered to nobody
    Park(Decision),
    /// Take an envelope back that was set aside
    Unpark(Decision),
    /// Give an envelope up: its sender is told FailedDelivery and the reason
    Fail(Decision),
}

/// A decision about one envelope.
#[derive(Args, Debug)]
pub struct Decision {
    /// Hub delivery number
    pub number: HubDeliveryNumber,
    /// Why; kept with the event, and told to the sender of a failed envelope
    #[arg(long)]
    pub reason: String,
}

/// What to write into files.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["number", "from", "to"]))]
pub struct ExportArgs {
    /// Hub delivery number
    #[arg(conflicts_with_all = ["from", "to", "since"])]
    pub number: Option<HubDeliveryNumber>,
    /// Everything that this connection sent and the hub still has
    #[arg(long, value_name = "CODE")]
    pub from: Option<ConnectionCode>,
    /// Everything that was sent to this connection and the hub still has
    #[arg(long, value_name = "CODE")]
    pub to: Option<ConnectionCode>,
    /// Only what was accepted then or later: 2026-12-31 or 2026-12-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
    pub since: Option<Timestamp>,
    /// Directory for the files, made if missing: NUMBER.header.json, NUMBER.content and
    /// NUMBER.history.json, for their owner alone; none is overwritten
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
}

const ENVELOPE_EXAMPLES: &str = "\
Talks to the running hub; without one, opens its store.

Examples:
  phytohub envelope list --to NO
  phytohub envelope history 01JD8X2M3N4P5Q6R7S8T9V0W1X
  phytohub envelope hold 01JD8X2M3N4P5Q6R7S8T9V0W1X --reason 'court order 12/2026'
  phytohub envelope export --to NO --since 2026-12-01 --into /srv/export
  phytohub envelope fail 01JD8X2M3N4P5Q6R7S8T9V0W1X --reason 'the importer withdrew'";
