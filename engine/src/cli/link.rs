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

Examples:
  phytohub connection add NZ --name 'MPI New Zealand' --live
  phytohub link add HUB-PACIFIC --name 'Pacific hub' --live --ours NO,SE --theirs NZ \\
      --certificate pacific.cer
  phytohub connection set HUB-PACIFIC --push quic://hub.example:4433 --push-ca pacific-ca.pem
  phytohub link set HUB-PACIFIC --ours NO,SE,DK --theirs NZ";
