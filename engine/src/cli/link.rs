//! What can be said about other hubs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use phytohub_domain::ConnectionCode;

use super::AdminArgs;

/// Register other hubs, and name the connections on either side of the lines to them
#[derive(Args, Debug)]
#[command(after_help = LINK_HELP)]
pub struct LinkArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: LinkCommand,
}

/// What to do with other hubs.
#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Register another hub
    Add(LinkAddArgs),
    /// Name the connections on either side anew
    Set {
        /// The hub's code
        code: ConnectionCode,
        /// Who is on which side
        #[command(flatten)]
        sides: SidesArgs,
        /// What becomes of what waits
        #[command(flatten)]
        waiting: WaitingArgs,
    },
    /// Reach a connection over another line than before, or over none, with all that waits for it
    #[command(group = clap::ArgGroup::new("where").required(true))]
    Move {
        /// The connection's code
        code: ConnectionCode,
        /// The hub over which it is reached from now on
        #[arg(long, value_name = "HUB", group = "where")]
        to: Option<ConnectionCode>,
        /// It has a system of its own at this hub from now on
        #[arg(long, group = "where")]
        here: bool,
        /// What becomes of what waits
        #[command(flatten)]
        waiting: WaitingArgs,
    },
    /// Let nothing more go over the line to a hub. It still reports on what it has; disable it when
    /// it has nothing any more
    Remove {
        /// The hub's code
        code: ConnectionCode,
        /// What becomes of what waits
        #[command(flatten)]
        waiting: WaitingArgs,
    },
    /// List all hubs
    List,
}

/// Another hub to register.
#[derive(Args, Debug)]
pub struct LinkAddArgs {
    /// What it is called here: two capital letters, then capital letters, digits or '-'
    pub code: ConnectionCode,
    /// Its name, for people
    #[arg(long)]
    pub name: String,
    /// Exchanges real certificates, of live connections alone
    #[arg(long, conflicts_with = "test")]
    pub live: bool,
    /// Exchanges certificates of test connections alone (the default)
    #[arg(long)]
    pub test: bool,
    /// Who is on which side
    #[command(flatten)]
    pub sides: SidesArgs,
    /// Client certificate with which it calls, in PEM or DER; repeated
    #[arg(long = "certificate", value_name = "FILE")]
    pub certificates: Vec<PathBuf>,
    /// What becomes of what waits
    #[command(flatten)]
    pub waiting: WaitingArgs,
}

/// What becomes of envelopes that wait, were not handed over, and could go nowhere any more.
#[derive(Args, Clone, Copy, Debug)]
pub struct WaitingArgs {
    /// They fail, and their senders read why; without this nothing is changed if there are any
    #[arg(long)]
    pub fail_waiting: bool,
}

/// The sides of a line.
#[derive(Args, Debug)]
pub struct SidesArgs {
    /// Connections of this hub that use the line
    #[arg(long, value_name = "CODE,CODE", value_delimiter = ',', required = true)]
    pub ours: Vec<ConnectionCode>,
    /// Connections that are reached over it; register them here too, without certificates
    #[arg(long, value_name = "CODE,CODE", value_delimiter = ',', required = true)]
    pub theirs: Vec<ConnectionCode>,
}

pub(super) const LINK_HELP: &str = "\
The other hub may send in the name of its side alone, to our side alone, and report on nothing but
what was handed to it. What goes over one line never goes on over another. Both hubs register each
other, each with the other's certificate and address; this hub shows [delivery] certificate.

When sides change, envelopes that wait and were not handed over go the way that they would go if
they came now; the command tells how many. What the other hub has stays with it, and it reports as
before.

Examples:
  phytohub connection add NZ --name 'MPI New Zealand' --live
  phytohub link add HUB-PACIFIC --name 'Pacific hub' --live --ours NO,SE --theirs NZ \\
      --certificate pacific.cer
  phytohub connection set HUB-PACIFIC --push quic://hub.example:4433 --push-ca pacific-ca.pem
  phytohub link set HUB-PACIFIC --ours NO,SE,DK --theirs NZ
  phytohub link move NZ --to HUB-SOUTH
  phytohub link move NZ --here";
