//! What can be said about the account of what happened, receipts, backups and the hub's health.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use phytohub_domain::HubDeliveryNumber;

use super::AdminArgs;

/// Verify the account of everything that happened, close it, or list its signed heads
#[derive(Args, Debug)]
#[command(after_help = AUDIT_HELP)]
pub struct AuditArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with the account.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Follow the chain of events and compare it with its signed heads
    Verify {
        /// Only from this segment on (its index), or from the one closed at this date or later
        #[arg(long, value_name = "DATE|INDEX")]
        since: Option<String>,
        /// File of signed heads kept outside the store (the default is `sink` of `[audit]`)
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// List the signed heads; with --json as they stand in the file outside
    List,
    /// Close the chain of events now with a signed head, instead of at the end of the day (UTC)
    Close,
    /// Show the keys with which this hub signs
    Keys {
        /// Make those that are missing
        #[arg(long)]
        make: bool,
    },
}

/// Get signed receipts of envelopes, or check one
#[derive(Args, Debug)]
#[command(after_help = RECEIPT_HELP)]
pub struct ReceiptArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: ReceiptCommand,
}

/// What to do with receipts.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Write the signed receipt of an envelope on stdout, as JSON
    Get {
        /// Hub delivery number
        number: HubDeliveryNumber,
    },
    /// Check a receipt; needs no hub, only the public key
    Verify {
        /// The receipt
        file: PathBuf,
        /// The hub's public key in PEM (the default lies beside `receipt_key` of `[audit]`)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

/// Make backups while the hub serves, look at them, and bring one back
#[derive(Args, Debug)]
#[command(after_help = BACKUP_HELP)]
pub struct BackupArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: BackupCommand,
}

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Make a backup in a directory of backups
    Create {
        /// Directory of backups: made if missing
        directory: PathBuf,
    },
    /// List the backups in a directory
    List {
        /// Directory of backups
        directory: PathBuf,
    },
    /// Check every file of a backup, and the chain of events in it
    Verify {
        /// The backup: DIR/NAME
        backup: PathBuf,
    },
    /// Make a store of a backup; delivery pauses until 'phytohub restore resume'
    Restore {
        /// The backup: DIR/NAME
        backup: PathBuf,
        /// Directory of the new store: missing or empty
        #[arg(long, value_name = "DATA")]
        to: PathBuf,
        /// Directory for the files of plugins, each in its ID/, which must be missing or empty (the
        /// default is that of `[plugins] data` if DATA is the configured store, else DATA.plugins)
        #[arg(long, value_name = "DIR")]
        plugins: Option<PathBuf>,
    },
}

/// Let a restored hub deliver again
#[derive(Args, Debug)]
#[command(after_help = RESTORE_HELP)]
pub struct RestoreArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: RestoreCommand,
}

/// What to do after a restore.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum RestoreCommand {
    /// Let push and callbacks go on
    Resume,
}

/// Look at everything that may need the operator, and say what to do
#[derive(Args, Debug)]
#[command(after_help = DOCTOR_HELP)]
pub struct DoctorArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// Read every record of the store with its checksum; takes as long as the disk does
    #[arg(long)]
    pub scrub: bool,
}

pub(super) const AUDIT_HELP: &str = "\
Talks to the running hub; without one, opens its store.
Exit codes of verify: 0 it holds, 1 something was changed, removed or forged, 64 usage, 74 the store.
What no head in the file outside confirms is told as unanchored: it holds in itself, but a cut at
the end would not be noticed.

Examples:
  phytohub audit verify
  phytohub audit verify --since 2026-11-01 --anchor /mnt/worm/heads.jsonl --json
  phytohub audit keys --make";

pub(super) const RECEIPT_HELP: &str = "\
A system gets the receipts of its own envelopes with its client certificate:
  GET https://HOST/hub/receipt/NUMBER
Exit codes of verify: 0 it holds, 1 it does not, 64 usage.

Checked without this program:
  jq -j .signed RECEIPT > text; jq -r .signature RECEIPT | base64 -d > signature
  openssl pkeyutl -verify -pubin -inkey receipt.pub -rawin -in text -sigfile signature

Examples:
  phytohub receipt get 01JD8X2M3N4P5Q6R7S8T9V0W1X > receipt.json
  phytohub receipt verify receipt.json --key receipt.pub";

pub(super) const BACKUP_HELP: &str = "\
A backup holds the store as it was at one point, hub.toml and the public certificates, and no
private key: keep those apart. On the disk of the store its files are links to the store's, so copy
it elsewhere. It holds the files of plugins where a plugin copies them itself or does not run; which
is told. Exit codes of create: 0 made, 1 made but a plugin failed to copy its files; of verify: 0 it
can be restored, 1 it is damaged.

Examples:
  phytohub backup create /mnt/backups
  phytohub backup verify /mnt/backups/2026-11-21T101112Z
  phytohub backup restore /mnt/backups/2026-11-21T101112Z --to /srv/phytohub/data";

pub(super) const RESTORE_HELP: &str = "\
After a restore the hub answers its partners, but brings nothing to anybody until this is said: what
was accepted or acknowledged after the backup's point is unknown to it.";

pub(super) const DOCTOR_HELP: &str = "\
Exit codes: 0 nothing must be done, 1 something must, 64 usage.

Examples:
  phytohub doctor
  phytohub doctor --scrub --json";
