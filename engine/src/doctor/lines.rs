//! The lines of a host of plugins to the hub elsewhere.

use phytohub_exchange::admin::{AdminReply, AdminRequest, LineView};

use super::Findings;
use crate::commands::admin::Desk;
use crate::config::LoadedConfig;

pub(super) async fn examine(findings: &mut Findings, desk: &mut Desk, loaded: &LoadedConfig) {
    if loaded.config().remote_hub.is_none() {
        return;
    }
    match desk.ask(AdminRequest::Lines).await {
        Ok(AdminReply::Lines(lines)) if !lines.is_empty() => {
            lines.iter().for_each(|line| look(findings, line));
        }
        _ => {
            let remedy = "'phytohub serve --role plugins' keeps the lines";
            findings.warn("line", "no host of plugins runs here", "[remote_hub]", remedy);
        }
    }
}

fn look(findings: &mut Findings, line: &LineView) {
    let LineView { connection, hub, since, under_way, waiting, trouble, .. } = line;
    let place = format!("[remote_hub.connection.{connection}]");
    let waits = format!("{under_way} under way, {waiting} brought and not acknowledged");
    if line.up {
        return findings.fine("line", format!("{hub} up since {since}; {waits}"), place);
    }
    let why = if trouble.is_empty() { String::new() } else { format!(" ({trouble})") };
    let remedy = "see whether the hub runs, its QUIC door is open and knows the certificate; what is \
                  sent meanwhile waits in the plugin";
    findings.act("line", format!("{hub} down since {since}{why}; {waits}"), place, remedy);
}
