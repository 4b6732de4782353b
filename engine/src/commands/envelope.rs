//! `phytohub envelope`: a look at envelopes, and decisions about those that are stuck.

use std::io;
use std::path::PathBuf;

use phytohub_exchange::admin::{AdminReply, AdminRequest, EnvelopeView, EventView};
use thiserror::Error;

use super::admin::{self, AskError};
use super::export;
use crate::cli::{Decision, EnvelopeArgs, EnvelopeCommand};
use crate::output::Table;

/// Does what was said about envelopes.
///
/// # Errors
/// When there is no such envelope, the hub refuses, or a file cannot be written.
pub async fn run(args: &EnvelopeArgs) -> Result<(), EnvelopeError> {
    if let EnvelopeCommand::Export(wanted) = &args.command {
        return export::run(&args.admin, wanted).await;
    }
    let Some(request) = request(&args.command) else { return Err(AskError::OtherAnswer.into()) };
    Ok(match admin::ask(&args.admin, request).await? {
        AdminReply::Envelope(view) => admin::answer(&args.admin, &view, show),
        AdminReply::Envelopes(views) => admin::answer(&args.admin, &views, |v| list(v)),
        AdminReply::History(events) => admin::answer(&args.admin, &events, |e| history(e)),
        _ => Err(AskError::OtherAnswer),
    }?)
}

/// Why a command about envelopes did not do what it should.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The hub refused, or cannot be reached.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A file is there already, or cannot be written.
    #[error("cannot write a new file file={}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What one request to the hub can do; nothing for what takes several.
fn request(command: &EnvelopeCommand) -> Option<AdminRequest> {
    use AdminRequest as Ask;
    let decided = |decision: &Decision| (decision.number.to_string(), decision.reason.clone());
    Some(match command {
        EnvelopeCommand::Show { number } => Ask::EnvelopeShow { number: number.to_string() },
        EnvelopeCommand::List { to, limit, after } => {
            Ask::EnvelopeList { to: to.to_string(), after: *after, count: *limit }
        }
        EnvelopeCommand::History { number } => Ask::EnvelopeHistory { number: number.to_string() },
        EnvelopeCommand::Export(_) => return None,
        EnvelopeCommand::Hold(decision) => {
            let (number, reason) = decided(decision);
            Ask::EnvelopeHold { number, reason }
        }
        EnvelopeCommand::Unhold(decision) => {
            let (number, reason) = decided(decision);
            Ask::EnvelopeUnhold { number, reason }
        }
        EnvelopeCommand::Park(decision) => {
            let (number, reason) = decided(decision);
            Ask::EnvelopePark { number, reason }
        }
        EnvelopeCommand::Unpark(decision) => {
            let (number, reason) = decided(decision);
            Ask::EnvelopeUnpark { number, reason }
        }
        EnvelopeCommand::Fail(decision) => {
            let (number, reason) = decided(decision);
            Ask::EnvelopeFail { number, reason }
        }
    })
}

fn show(envelope: &EnvelopeView) -> String {
    let document = format!("{}/{}", envelope.certificate_type, envelope.certificate_status);
    let mut table = Table::new(&["number", &envelope.number]);
    table.row(&["from", &envelope.from]);
    table.row(&["to", &envelope.to]);
    if envelope.actor != envelope.from {
        table.row(&["sent by", &envelope.actor]);
    }
    if !envelope.mailbox.is_empty() && envelope.mailbox != envelope.to {
        table.row(&["inbox of", &envelope.mailbox]);
    }
    if let Some((hub, number)) = &envelope.origin {
        table.row(&["handed by", &format!("{hub}, as {number}")]);
    }
    if let Some(original) = &envelope.copy_of {
        table.row(&["copy of", original]);
    }
    for (code, copy) in &envelope.forwardings {
        table.row(&["copy", &format!("{copy} for {code}")]);
    }
    table.row(&["mode", &envelope.mode]);
    table.row(&["certificate", &envelope.nppo_certificate_number]);
    table.row(&["type/status", &document]);
    table.row(&["state", &state(envelope)]);
    if !envelope.message.is_empty() {
        table.row(&["message", &envelope.message]);
    }
    table.row(&["accepted", &envelope.accepted]);
    let dropped = if envelope.content_dropped { ", kept no longer" } else { "" };
    table.row(&["content", &format!("{} bytes{dropped}", envelope.content_bytes)]);
    table.row(&["content hash", &envelope.content_hash]);
    if let Some(at) = &envelope.handed_over {
        table.row(&["handed over", at]);
    }
    if envelope.attempts > 0 {
        let failed = format!("{} times: {}", envelope.attempts, envelope.last_error);
        table.row(&["push failed", &failed]);
    }
    if let Some(at) = &envelope.next_attempt {
        table.row(&["next push", at]);
    }
    if envelope.held {
        table.row(&["legal hold", "yes"]);
    }
    table.row(&["sent", if envelope.content_released { "completely" } else { "not yet" }]);
    table.render()
}

fn list(envelopes: &[EnvelopeView]) -> String {
    let mut table = Table::new(&["number", "from", "certificate", "accepted", "bytes", "state"]);
    for envelope in envelopes {
        table.row(&[
            &envelope.number,
            &envelope.from,
            &envelope.nppo_certificate_number,
            &envelope.accepted,
            &envelope.content_bytes.to_string(),
            &state(envelope),
        ]);
    }
    table.render()
}

fn history(events: &[EventView]) -> String {
    let mut table = Table::new(&["at", "what", "who", "from", "detail"]);
    for event in events {
        let behalf = match event.on_behalf.as_str() {
            "" => String::new(),
            other => format!(" for {other}"),
        };
        let who = format!("{}{behalf}", event.actor);
        table.row(&[&event.at, &event.kind, &who, &event.address, &event.detail]);
    }
    table.render()
}

fn state(envelope: &EnvelopeView) -> String {
    let parked = if envelope.parked { ", parked" } else { "" };
    format!("{}{parked}", envelope.tracking_info)
}
