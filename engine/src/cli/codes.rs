//! What can be said about code lists.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use phytohub_client::{Endpoint, KeyPin};
use phytohub_domain::Timestamp;

use super::AdminArgs;

/// Look at code lists, compare them, and bring new revisions
#[derive(Args, Debug)]
#[command(after_help = CODES_HELP)]
pub struct CodesArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: CodesCommand,
}

/// What to do with code lists.
#[derive(Debug, Subcommand)]
pub enum CodesCommand {
    /// List all lists with their revisions
    List,
    /// Show the rows of a list
    Show {
        /// NAME for what is in force, NAME@N for a revision, or a file
        list: ListName,
        /// Only rows in this language, such as en
        #[arg(long, value_name = "LANG")]
        lang: Option<String>,
    },
    /// Bring a file as a new revision of the list that it names
    Import {
        /// The file, as 'export' writes it; '-' is stdin
        file: PathBuf,
        /// From when on it holds: 2027-01-01 or 2027-01-01T12:00:00Z [default: at once]
        #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
        from: Option<Timestamp>,
    },
    /// Write a list as a file, on stdout
    Export {
        /// The list's name
        name: String,
        /// Which revision [default: the one in force]
        #[arg(long, value_name = "N")]
        revision: Option<u32>,
    },
    /// Tell how the second list differs from the first; exit code 1 if it does
    Diff {
        /// NAME for what is in force, NAME@N for a revision, or a file
        first: ListName,
        /// Likewise
        second: ListName,
    },
    /// Fill the lists from another hub's own operations
    Pull(PullArgs),
}

/// Where to pull from, and as whom.
#[derive(Args, Debug)]
pub struct PullArgs {
    /// The other hub's service: `https://HOST:PORT/hub/DeliveryService`
    pub url: Endpoint,
    /// Client certificate that the other hub knows, in PEM
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Authorities that the other hub's certificate is of, in PEM [default: the machine's]
    #[arg(long, value_name = "FILE", conflicts_with = "pin")]
    pub ca: Option<PathBuf>,
    /// The other hub's key instead: SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits
    #[arg(long, value_name = "SHA256")]
    pub pin: Option<KeyPin>,
    /// Only the lists of these names
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Tell what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// From when on the new revisions hold [default: at once]
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
    pub from: Option<Timestamp>,
}

/// What names a code list on the command line.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the help names both")]
pub enum ListName {
    /// A file.
    File(PathBuf),
    /// A list of the hub, and which revision if not the one in force.
    Hub {
        /// Its name.
        name: String,
        /// Its revision.
        revision: Option<u32>,
    },
}

impl std::str::FromStr for ListName {
    type Err = String;

    /// Names of lists have no point and no slash; names of files do.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "-" || text.contains(['.', '/']) {
            return Ok(Self::File(text.into()));
        }
        let (name, revision) = match text.split_once('@') {
            None => (text, None),
            Some((name, revision)) => {
                let wrong = |_| "a revision is written NAME@N, such as conditions@2".to_owned();
                (name, Some(revision.parse().map_err(wrong)?))
            }
        };
        Ok(Self::Hub { name: name.to_owned(), revision })
    }
}

pub(super) const CODES_HELP: &str = "\
Talks to the running hub; without one, opens its store. Each import is a new revision; of those
whose time has come the newest holds.

Examples:
  phytohub codes show treatment-types --lang en
  phytohub codes export conditions > conditions.json
  phytohub codes diff conditions conditions.json
  phytohub codes import conditions.json --from 2027-01-01
  phytohub codes pull https://hub.example.org/hub/DeliveryService \\
      --cert us.pem --key us.key --dry-run";
