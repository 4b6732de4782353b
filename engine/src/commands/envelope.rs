//! `phytohub envelope`: a look at envelopes, and decisions about those that are stuck.

use phytohub_exchange::admin::{AdminReply, AdminRequest, EnvelopeView, EventView};

use super::admin::{self, AskError};
use crate::cli::{EnvelopeArgs, EnvelopeCommand};
use crate::output::Table;

/// Does what was said about envelopes.
///
/// # Errors
/// When there is no such envelope, or the hub refuses.
pub async fn run(args: &EnvelopeArgs) -> Result<(), AskError> {
    match admin::ask(&args.admin, request(&args.command)).await? {
        AdminReply::Envelope(view) => admin::answer(&args.admin, &view, show),
        AdminReply::Envelopes(views) => admin::answer(&args.admin, &views, |v| list(v)),
        AdminReply::History(events) => admin::answer(&args.admin, &events, |e| history(e)),
        _ => Err(AskError::OtherAnswer),
    }
}

fn request(command: &EnvelopeCommand) -> AdminRequest {
    match command {
        EnvelopeCommand::Show { number } => {
            AdminRequest::EnvelopeShow { number: number.to_string() }
        }
        EnvelopeCommand::List { to, limit, after } => {
            AdminRequest::EnvelopeList { to: to.to_string(), after: *after, count: *limit }
        }
        EnvelopeCommand::History { number } => {
            AdminRequest::EnvelopeHistory { number: number.to_string() }
        }
        EnvelopeCommand::Park(decision) => AdminRequest::EnvelopePark {
            number: decision.number.to_string(),
            reason: decision.reason.clone(),
        },
        EnvelopeCommand::Unpark(decision) => AdminRequest::EnvelopeUnpark {
            number: decision.number.to_string(),
            reason: decision.reason.clone(),
        },
        EnvelopeCommand::Fail(decision) => AdminRequest::EnvelopeFail {
            number: decision.number.to_string(),
            reason: decision.reason.clone(),
        },
    }
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
    table.row(&["content", &format!("{} bytes", envelope.content_bytes)]);
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
