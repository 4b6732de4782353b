//! `phytohub connection set` and `maintenance`: what the operator sets for a connection.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_exchange::admin::{
    AdminRequest, ConnectionChanges, ConnectionView, PushInput, Setting, SigningInput, TrustInput,
};

use super::connection::{ConnectionError, pairs};
use crate::certificate::{self, Certificate, ReadCertificateError};
use crate::cli::{LimitArg, MaintenanceArgs, PushArgs, SetArgs};
use crate::output::Table;

/// The request that sets what was named.
///
/// # Errors
/// When a certificate cannot be read.
pub(super) fn set(args: &SetArgs) -> Result<AdminRequest, ConnectionError> {
    let changes = ConnectionChanges {
        name: args.name.clone(),
        serves: args.serves.clone(),
        sends: args.sends,
        receives: args.receives,
        accepts: args.accepts.as_ref().map(|accepts| pairs(accepts)),
        responses: args.responses,
        signing: signing(args.signing.as_deref())?,
        push: push(&args.push)?,
        push_envelopes: args.push.push_envelopes,
        tracking_updates: args.push.tracking_updates,
        requests_per_minute: limit(args.fair_use.requests_per_minute),
        bytes_per_minute: limit(args.fair_use.bytes_per_minute),
        pending_per_recipient: limit(args.fair_use.pending_per_recipient),
        legal_hold: args.legal_hold,
    };
    let (code, changes) = (args.code.to_string(), Box::new(changes));
    Ok(AdminRequest::ConnectionChange { code, changes })
}

/// The request that announces a window, or takes all back.
pub(super) fn maintenance(args: &MaintenanceArgs) -> AdminRequest {
    let code = args.code.to_string();
    match (args.from, args.until) {
        (Some(from), Some(until)) => AdminRequest::MaintenanceAdd {
            code,
            from_ms: from.as_millis(),
            until_ms: until.as_millis(),
            reason: args.reason.clone().unwrap_or_default(),
        },
        _ => AdminRequest::MaintenanceClear { code },
    }
}

fn signing(file: Option<&Path>) -> Result<Setting<SigningInput>, ReadCertificateError> {
    Ok(match file {
        None => Setting::Keep,
        Some(file) if file.as_os_str() == NONE => Setting::Clear,
        Some(file) => {
            let certificate = Certificate::read(file)?;
            let (dn, der) = (certificate.subject().to_owned(), STANDARD.encode(certificate.der()));
            Setting::Set(SigningInput { dn, der })
        }
    })
}

fn push(args: &PushArgs) -> Result<Setting<PushInput>, ReadCertificateError> {
    let Some(url) = &args.push else { return Ok(Setting::Keep) };
    if url == NONE {
        return Ok(Setting::Clear);
    }
    let trust = match (&args.push_ca, args.push_key) {
        (Some(file), _) => {
            let authorities = certificate::read_all(file)?;
            TrustInput::Authorities(authorities.iter().map(|der| STANDARD.encode(der)).collect())
        }
        (None, Some(key)) => TrustInput::Key(key.to_string()),
        (None, None) => TrustInput::Public,
    };
    let (url, allow_private) = (url.clone(), args.push_private);
    Ok(Setting::Set(PushInput { url, trust, allow_private }))
}

fn limit<T>(given: Option<LimitArg<T>>) -> Setting<T> {
    match given {
        None => Setting::Keep,
        Some(LimitArg(None)) => Setting::Clear,
        Some(LimitArg(Some(limit))) => Setting::Set(limit),
    }
}

/// The rows of a connection's settings.
pub(super) fn show(table: &mut Table, connection: &ConnectionView) {
    let settings = &connection.settings;
    let said = |flag| if flag { "yes" } else { "no" };
    table.row(&["kind", &settings.kind]);
    if let Some(link) = &settings.link {
        table.row(&["our side", &link.ours.join(",")]);
        table.row(&["their side", &link.theirs.join(",")]);
    }
    table.row(&["sends", said(settings.sends)]);
    table.row(&["receives", said(settings.receives)]);
    table.row(&["responses", if connection.responses { "taken" } else { "not taken" }]);
    table.row(&["signs as", settings.signing.as_deref().unwrap_or("not known")]);
    match &settings.push {
        None => table.row(&["push", "none: it pulls"]),
        Some(push) => {
            let private = if push.allow_private { ", private address allowed" } else { "" };
            table.row(&["push", &push.url]);
            table.row(&["push trust", &format!("{}{private}", push.trust)]);
            table.row(&["envelopes", if push.envelopes { "brought" } else { "not brought" }]);
            table.row(&["updates", if push.tracking_updates { "told" } else { "not told" }]);
        }
    }
    let number =
        |limit: Option<u64>| limit.map_or_else(|| "the hub's".to_owned(), |n| n.to_string());
    let requests = number(settings.requests_per_minute.map(u64::from));
    let (bytes, pending) =
        (number(settings.bytes_per_minute), number(settings.pending_per_recipient));
    table.row(&["requests/minute", &requests]);
    table.row(&["bytes/minute", &bytes]);
    table.row(&["pending/recipient", &pending]);
    table.row(&["legal hold", said(settings.legal_hold)]);
    for window in &settings.maintenance {
        let text = format!("{} to {}: {}", window.from, window.until, window.reason);
        table.row(&["maintenance", &text]);
    }
}

const NONE: &str = "none";
