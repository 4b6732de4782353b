//! What can be set for a connection.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgGroup, Args};
use phytohub_domain::{AllowedDocument, ConnectionCode, Fingerprint, Timestamp};

use super::allowed_document;

/// Settings of a connection; what is not named stays as it is.
#[derive(Args, Debug)]
pub struct SetArgs {
    /// The connection's code
    pub code: ConnectionCode,
    /// The organization's name
    #[arg(long)]
    pub name: Option<String>,
    /// Countries that it serves
    #[arg(long, value_name = "CC,CC", value_delimiter = ',')]
    pub serves: Option<Vec<String>>,
    /// Whether it may send
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub sends: Option<bool>,
    /// Whether it may be sent to
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub receives: Option<bool>,
    /// Certificate types and statuses that it accepts, such as 851/70, in place of those before
    #[arg(long, value_name = "TYPE/STATUS", num_args = 1.., value_parser = allowed_document)]
    pub accepts: Option<Vec<AllowedDocument>>,
    /// Whether it takes importing countries' answers, whose content is no certificate
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub responses: Option<bool>,
    /// Certificate with which it signs documents, in PEM or DER; partners see it. 'none' for none
    #[arg(long, value_name = "FILE|none")]
    pub signing: Option<PathBuf>,
    /// Whether nothing of what it sent or got is ever dropped
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub legal_hold: Option<bool>,
    /// Its own service, to which envelopes are brought, and how that is known
    #[command(flatten)]
    pub push: PushArgs,
    /// How much it may ask for
    #[command(flatten)]
    pub fair_use: FairUseArgs,
}

/// A connection's own service.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("trust").requires("push"))]
pub struct PushArgs {
    /// Its own service, to which envelopes are brought: https://HOST/PATH. 'none' for none
    #[arg(long, value_name = "URL|none")]
    pub push: Option<String>,
    /// Authorities that issue its server's certificate, in PEM, in place of the machine's
    #[arg(long, value_name = "FILE", group = "trust")]
    pub push_ca: Option<PathBuf>,
    /// Its server's key, whatever its certificate says: SHA-256 of the SubjectPublicKeyInfo
    #[arg(long, value_name = "SHA256", group = "trust")]
    pub push_key: Option<Fingerprint>,
    /// The address may be a private, loopback or link-local one
    #[arg(long, requires = "push")]
    pub push_private: bool,
    /// Whether envelopes are brought there [default: yes]
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub push_envelopes: Option<bool>,
    /// Whether it is told what becomes of envelopes that it sent [default: no]
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub tracking_updates: Option<bool>,
}

/// How much a connection may ask for; 'default' is what the hub's configuration says.
#[derive(Args, Debug)]
pub struct FairUseArgs {
    /// Requests in a minute
    #[arg(long, value_name = "N|default", value_parser = limit::<u32>)]
    pub requests_per_minute: Option<LimitArg<u32>>,
    /// Bytes of requests in a minute
    #[arg(long, value_name = "N|default", value_parser = limit::<u64>)]
    pub bytes_per_minute: Option<LimitArg<u64>>,
    /// Envelopes that it may have waiting for one recipient
    #[arg(long, value_name = "N|default", value_parser = limit::<u64>)]
    pub pending_per_recipient: Option<LimitArg<u64>>,
}

/// A limit, or nothing for what the configuration says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a number or none")]
pub struct LimitArg<T>(pub Option<T>);

fn limit<T: std::str::FromStr>(text: &str) -> Result<LimitArg<T>, String> {
    if text == "default" {
        return Ok(LimitArg(None));
    }
    let number = text.parse().map_err(|_| "it must be a number, or 'default'".to_owned())?;
    Ok(LimitArg(Some(number)))
}

/// When a connection's system will be away.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["from", "clear"]))]
pub struct MaintenanceArgs {
    /// The connection's code
    pub code: ConnectionCode,
    /// First moment: 2026-12-31 or 2026-12-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc)]
    #[arg(requires_all = ["until", "reason"])]
    pub from: Option<Timestamp>,
    /// First moment after it
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_utc, requires = "from")]
    pub until: Option<Timestamp>,
    /// Why
    #[arg(long, requires = "from")]
    pub reason: Option<String>,
    /// Take back all that was announced
    #[arg(long, conflicts_with_all = ["from", "until", "reason"])]
    pub clear: bool,
}
