//! What the operator of a hub under test has ordered: a service that envelopes are brought to, one
//! that is told of changes, copies for a channel, and a delegate for a while and then not.

use std::fs;
use std::path::Path;
use std::process::Child;

use serde_json::Value;

use crate::Failure;
use crate::hub::Site;
use crate::ledger::Broken;
use crate::load::{CHANNEL, COPIED, DELEGATE, DELEGATING, Field, PUSHED, TOLD};
use crate::partner::Partner;
use crate::soap::{Answer, Request};

/// The rule that is switched while the hub is loaded.
#[derive(Debug)]
pub(super) struct Orders {
    delegation: u64,
    /// Whether it is followed; nothing if the last word about it was not answered.
    followed: Option<bool>,
    /// Words about it that were answered.
    pub(super) switched: u64,
}

/// A word of the operator, on its way.
#[derive(Debug)]
pub(super) struct Switch {
    command: Child,
    follow: bool,
}

/// Registers the channel, whose certificate another trial makes. Before the first start.
///
/// # Errors
/// When the hub's program refuses.
pub(super) fn add_channel(program: &Path, site: &Site, work: &Path) -> Result<(), Failure> {
    let other = Site::init(program, &work.join("channel"), &[CHANNEL])?;
    for end in ["pem", "key"] {
        let name = format!("{CHANNEL}.{end}");
        fs::copy(other.pki().join(&name), site.pki().join(&name))?;
    }
    let certificate = site.pki().join(format!("{CHANNEL}.pem"));
    let certificate = certificate.to_str().ok_or("a path of text")?;
    site.ask(&["channel", "add", CHANNEL, "--name", "Window", "--certificate", certificate])?;
    Ok(())
}

/// Settings under which something happens in the seconds of a round.
///
/// # Errors
/// When `hub.toml` cannot be written.
pub(super) fn hurry(site: &Site) -> Result<(), Failure> {
    for (key, value) in [
        ("ack_wait_seconds", i64::from(ACK_WAIT_SECONDS)),
        ("retry_first_seconds", 1),
        ("retry_most_seconds", 2),
        ("calls_at_once", 8),
        ("calls_per_second", 1000),
        ("call_seconds", 20),
        ("probe_first_seconds", 1),
        ("probe_most_seconds", 1),
    ] {
        site.configure("delivery", key, value)?;
    }
    // The load is no fair use.
    for key in ["requests_per_minute", "bytes_per_minute", "pending_per_recipient"] {
        site.configure("fair_use", key, 0)?;
    }
    Ok(())
}

impl Orders {
    /// Writes them into a hub that does not run yet.
    ///
    /// # Errors
    /// When the hub's program refuses.
    pub(super) fn write(site: &Site, partner: &Partner) -> Result<Self, Failure> {
        let authority = site.pki().join("ca.pem");
        let authority = authority.to_str().ok_or("a path of text")?;
        let trust = ["--push-ca", authority, "--push-private"];
        let set = |code: &str, url: &str, more: &[&str]| {
            let words = [&["connection", "set", code, "--push", url], &trust[..], more].concat();
            site.ask(&words)
        };
        set(PUSHED, &partner.mail_url(), &[])?;
        let told = ["--push-envelopes", "no", "--tracking-updates", "yes"];
        set(TOLD, &partner.updates_url(), &told)?;
        let rule = |owner: &str, channel: &str, kind: &str| {
            site.ask(&[
                "rule",
                "add",
                owner,
                channel,
                "--type",
                kind,
                "--direction",
                "INC",
                "--consent-by",
                "the owner",
                "--consent-reference",
                "a letter",
            ])
        };
        rule(COPIED, CHANNEL, "FORWARD")?;
        let added = rule(DELEGATING, DELEGATE, "DELEGATE")?;
        let id = added.pointer("/rule/id").and_then(Value::as_u64).ok_or("no rule/id")?;
        Ok(Self { delegation: id, followed: Some(true), switched: 0 })
    }

    /// Says that the delegation is not followed any more, or again.
    ///
    /// # Errors
    /// When the command does not run.
    pub(super) fn begin_switch(&mut self, site: &Site) -> Result<Switch, Failure> {
        let follow = !self.followed.unwrap_or(true);
        let word = if follow { "enable" } else { "disable" };
        let command = site.begin(&["rule", word, &self.delegation.to_string()])?;
        self.followed = None;
        Ok(Switch { command, follow })
    }

    /// Waits for the answer, or for its failure.
    pub(super) fn end_switch(&mut self, mut switch: Switch) {
        if switch.command.wait().is_ok_and(|status| status.success()) {
            self.followed = Some(switch.follow);
            self.switched += 1;
        }
    }

    /// In quiet: what was answered holds, and an ended delegation has given everything back.
    ///
    /// # Errors
    /// When the hub does not answer; that is noted as a finding too.
    pub(super) fn check(&mut self, site: &Site, field: &Field, hub: &crate::hub::Hub) {
        if let Err(error) = self.compare(site, field, hub) {
            field.ledger().find(Broken::Misbehaved, format!("standing orders: {error}"));
        }
    }

    fn compare(
        &mut self,
        site: &Site,
        field: &Field,
        hub: &crate::hub::Hub,
    ) -> Result<(), Failure> {
        let rules = site.ask(&["rule", "list"])?;
        let id = |rule: &&Value| rule["id"] == self.delegation;
        let rule = rules.as_array().and_then(|rules| rules.iter().find(id));
        let told = rule.and_then(|rule| rule["active"].as_bool()).ok_or("the rule is gone")?;
        match self.followed {
            Some(known) if known != told => {
                let text = format!("a rule is followed: {told}, and {known} was answered");
                field.ledger().find(Broken::Undone, text);
            }
            Some(_) => {}
            // Ended between the two steps: saying it again brings back what waits.
            None if !told => {
                site.ask(&["rule", "disable", &self.delegation.to_string()])?;
            }
            None => {}
        }
        self.followed = Some(told);
        let mut delegate = field.client(DELEGATE, hub.address());
        let waits = delegate.call(&Request::Headers).map_err(|error| format!("{error:?}"))?;
        if !told && waits != Answer::Envelopes(Vec::new()) {
            let text = format!("an ended delegation kept {waits:?}");
            field.ledger().find(Broken::Misbehaved, text);
        }
        Ok(())
    }
}

/// The least that the hub takes. Longer than a round, so that a second push is seen to be one.
pub(super) const ACK_WAIT_SECONDS: u32 = 60;
