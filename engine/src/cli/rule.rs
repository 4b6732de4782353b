//! What can be said about channels and standing orders.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use phytohub_domain::{AllowedDocument, ConnectionCode, Direction, RuleType, Timestamp};

use super::{AdminArgs, allowed_document};

/// Register and list channels: industry systems and single windows, which get copies of envelopes
#[derive(Args, Debug)]
#[command(after_help = CHANNEL_HELP)]
pub struct ChannelArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: ChannelCommand,
}

/// What to do with channels.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Register a channel
    Add(ChannelAddArgs),
    /// List all channels
    List,
}

/// A channel to register.
#[derive(Args, Debug)]
pub struct ChannelAddArgs {
    /// What stands in Forwardings: two capital letters, then capital letters, digits or '-'
    pub code: ConnectionCode,
    /// Its name; partners see it in GetAvailableChannels
    #[arg(long)]
    pub name: String,
    /// Gets real certificates, of live connections alone
    #[arg(long, conflicts_with = "test")]
    pub live: bool,
    /// Gets certificates of test connections alone (the default)
    #[arg(long)]
    pub test: bool,
    /// Certificate type and status that it accepts, such as 851/70; repeated [default: 851 and 657
    /// with 70, 40, 39, 41]
    #[arg(long, value_name = "TYPE/STATUS", value_parser = allowed_document)]
    pub accepts: Vec<AllowedDocument>,
    /// Client certificate to register with it, in PEM or DER; repeated
    #[arg(long = "certificate", value_name = "FILE")]
    pub certificates: Vec<PathBuf>,
}

/// Write, list and end standing orders: copies for channels, and delegates who act for others
#[derive(Args, Debug)]
#[command(after_help = RULE_HELP)]
pub struct RuleArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: RuleCommand,
}

/// What to do with standing orders.
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// Write a rule, which is followed from then on
    Add(RuleAddArgs),
    /// List rules, ended ones included
    List {
        /// Only those of this owner or channel
        code: Option<ConnectionCode>,
    },
    /// End a rule; a delegate gives back what waits there for the owner
    Disable {
        /// Its number
        id: u32,
    },
    /// Follow an ended rule again
    Enable {
        /// Its number
        id: u32,
    },
}

/// A rule to write.
#[derive(Args, Debug)]
pub struct RuleAddArgs {
    /// Whose mail it is about
    pub owner: ConnectionCode,
    /// Who gets copies (FORWARD), or the mail and the right to act (DELEGATE)
    pub channel: ConnectionCode,
    /// FORWARD or DELEGATE
    #[arg(long = "type", value_name = "TYPE")]
    pub rule_type: RuleType,
    /// INC: what comes for the owner; OUT: what the owner sends
    #[arg(long)]
    pub direction: Direction,
    /// Only documents of this type, such as 851 [default: any]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub certificate_type: i32,
    /// Only documents with this status, such as 70 [default: any]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub status: i32,
    /// Only where the other side has this code, or serves this country [default: any]
    #[arg(long, value_name = "CODE")]
    pub country: Option<ConnectionCode>,
    /// Who consented for the owner of the mailbox
    #[arg(long, value_name = "WHO")]
    pub consent_by: String,
    /// Where that consent can be looked up: a letter, a decision, a file
    #[arg(long, value_name = "TEXT")]
    pub consent_reference: String,
    /// When it was given: 2026-12-31 or 2026-12-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
    pub consent_date: Option<Timestamp>,
}

pub(super) const CHANNEL_HELP: &str = "\
A channel is a connection that senders name in Forwardings. It has certificates, settings and limits
like any other: 'phytohub connection' shows and changes them.

Examples:
  phytohub channel add ASW --name 'ASEAN Single Window' --live --certificate asw.cer
  phytohub channel list";

pub(super) const RULE_HELP: &str = "\
FORWARD INC|OUT: the channel gets a copy of what comes for the owner, or of what it sends.
DELEGATE INC: what comes for the owner waits in the delegate's inbox. OUT: the delegate may send in
the owner's name. Rules hold for what is accepted from then on; a copy is never copied again.

Examples:
  phytohub rule add FR EU-TRACES --type DELEGATE --direction INC \\
      --consent-by 'DGAL, A. Martin' --consent-reference 'letter 2026-117' --consent-date 2026-10-01
  phytohub rule add NO ASW --type FORWARD --direction OUT --certificate-type 851 --country TH \\
      --consent-by 'Mattilsynet' --consent-reference 'case 26/4411'
  phytohub rule list FR
  phytohub rule disable 1";
