//! Replies about connections and channels.

use super::super::write::{push_attribute, push_display};
use super::super::{AllowedDocumentRow, Channel, ChannelRule, Nppo};
use super::{Reply, Writer};

/// `GetActiveNpposResponse`; the wrapper is there even without rows.
#[must_use]
pub fn get_active_nppos(nppos: &[Nppo]) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:GetActiveNpposResponse");
    writer.start("ns2:GetActiveNpposResult");
    for nppo in nppos {
        writer.start("ns3:Nppo");
        writer.nppo(nppo);
        writer.end("ns3:Nppo");
    }
    writer.end("ns2:GetActiveNpposResult");
    writer.end("ns2:GetActiveNpposResponse");
    writer.finish()
}

/// `GetProfileResponse`.
#[must_use]
pub fn get_profile(nppo: &Nppo) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:GetProfileResponse");
    writer.start("ns2:GetProfileResult");
    writer.nppo(nppo);
    writer.end("ns2:GetProfileResult");
    writer.end("ns2:GetProfileResponse");
    writer.finish()
}

/// `GetAvailableChannelsResponse`; the wrapper is there even without rows.
#[must_use]
pub fn get_available_channels(channels: &[Channel]) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:GetAvailableChannelsResponse");
    writer.start("ns2:GetAvailableChannelsResult");
    for channel in channels {
        writer.open("ns3:Channel");
        writer.attribute("Receive", boolean(channel.receive));
        writer.attribute("Send", boolean(channel.send));
        writer.close();
        writer.element("ns3:Code", &channel.code);
        writer.element("ns3:Name", &channel.name);
        writer.end("ns3:Channel");
    }
    writer.end("ns2:GetAvailableChannelsResult");
    writer.end("ns2:GetAvailableChannelsResponse");
    writer.finish()
}

impl Writer {
    fn nppo(&mut self, nppo: &Nppo) {
        let word = |value| if value { "True" } else { "False" };
        self.element("ns3:Country", &nppo.country);
        self.element("ns3:Receive", word(nppo.receive));
        self.element("ns3:Send", word(nppo.send));
        for row in &nppo.allowed_documents {
            self.allowed_document(row);
        }
        if let Some(signature) = &nppo.signature {
            self.start("ns3:Signature");
            self.element("dn", &signature.dn);
            self.element("certificate", &signature.certificate);
            self.end("ns3:Signature");
        }
        self.start("ns3:ChannelRules");
        for rule in &nppo.channel_rules {
            self.channel_rule(rule);
        }
        self.end("ns3:ChannelRules");
    }

    fn allowed_document(&mut self, row: &AllowedDocumentRow) {
        self.open("ns3:AllowedDocument");
        self.attribute("active", boolean(row.active));
        self.close();
        for (name, number, value) in [
            ("certificateType", row.certificate_type, &row.type_value),
            ("certificateStatus", row.certificate_status, &row.status_value),
        ] {
            self.open(name);
            self.attribute("number", number);
            self.attribute("value", value);
            self.close_empty();
        }
        self.end("ns3:AllowedDocument");
    }

    fn channel_rule(&mut self, rule: &ChannelRule) {
        self.open("ns3:ChannelRule");
        self.attribute("id", rule.id);
        self.attribute("active", boolean(rule.active));
        self.attribute("ruleType", rule.rule_type.as_str());
        self.attribute("certificateType", rule.certificate_type);
        self.attribute("certificateStatus", rule.certificate_status);
        self.attribute("countryCode", &rule.country_code);
        self.attribute("direction", rule.direction.as_str());
        self.close_empty();
    }

    fn open(&mut self, name: &str) {
        push_display(&mut self.text, format_args!("<{name}"));
    }

    fn attribute(&mut self, name: &str, value: impl std::fmt::Display) {
        push_display(&mut self.text, format_args!(" {name}=\""));
        push_attribute(&mut self.text, &value.to_string());
        self.text.push('"');
    }

    fn close(&mut self) {
        self.text.push('>');
    }

    fn close_empty(&mut self) {
        self.text.push_str("/>");
    }
}

const fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
