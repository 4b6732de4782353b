//! `[limits]`: the domain's limits as an operator writes them, units last in the names.

use std::time::Duration;

use phytohub_domain::Limits;
use serde::{Deserialize, Serialize};

/// `[limits]`; the fields are those of [`Limits`], whose documentation holds for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each field is documented where Limits declares it")]
pub struct LimitsConfig {
    pub request_bytes: u64,
    pub content_bytes: u64,
    pub header_field_bytes: u64,
    pub message_bytes: u64,
    pub forwardings: u64,
    pub xml_depth: u64,
    pub xml_attributes: u64,
    pub sockets: u64,
    pub sockets_per_address: u64,
    pub requests_in_flight: u64,
    pub bytes_in_flight: u64,
    pub pull_envelopes: u64,
    pub pull_bytes: u64,
    pub list_headers: u64,
    pub handshake_seconds: u64,
    pub first_byte_seconds: u64,
    pub idle_seconds: u64,
    pub keep_alive_seconds: u64,
}

impl LimitsConfig {
    /// As the other crates take them.
    #[must_use]
    pub fn to_limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.request_bytes = count(self.request_bytes);
        limits.content_bytes = count(self.content_bytes);
        limits.header_field_bytes = count(self.header_field_bytes);
        limits.message_bytes = count(self.message_bytes);
        limits.forwardings = count(self.forwardings);
        limits.xml_depth = count(self.xml_depth);
        limits.xml_attributes = count(self.xml_attributes);
        limits.sockets = count(self.sockets);
        limits.sockets_per_address = count(self.sockets_per_address);
        limits.requests_in_flight = count(self.requests_in_flight);
        limits.bytes_in_flight = count(self.bytes_in_flight);
        limits.pull_envelopes = count(self.pull_envelopes);
        limits.pull_bytes = count(self.pull_bytes);
        limits.list_headers = count(self.list_headers);
        limits.handshake_time = Duration::from_secs(self.handshake_seconds);
        limits.first_byte_time = Duration::from_secs(self.first_byte_seconds);
        limits.idle_time = Duration::from_secs(self.idle_seconds);
        limits.keep_alive_time = Duration::from_secs(self.keep_alive_seconds);
        limits
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            request_bytes: limits.request_bytes as u64,
            content_bytes: limits.content_bytes as u64,
            header_field_bytes: limits.header_field_bytes as u64,
            message_bytes: limits.message_bytes as u64,
            forwardings: limits.forwardings as u64,
            xml_depth: limits.xml_depth as u64,
            xml_attributes: limits.xml_attributes as u64,
            sockets: limits.sockets as u64,
            sockets_per_address: limits.sockets_per_address as u64,
            requests_in_flight: limits.requests_in_flight as u64,
            bytes_in_flight: limits.bytes_in_flight as u64,
            pull_envelopes: limits.pull_envelopes as u64,
            pull_bytes: limits.pull_bytes as u64,
            list_headers: limits.list_headers as u64,
            handshake_seconds: limits.handshake_time.as_secs(),
            first_byte_seconds: limits.first_byte_time.as_secs(),
            idle_seconds: limits.idle_time.as_secs(),
            keep_alive_seconds: limits.keep_alive_time.as_secs(),
        }
    }
}

/// Ranges are checked, so nothing saturates on the 64-bit machines that the hub runs on.
fn count(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_domains() {
        assert_eq!(LimitsConfig::default().to_limits(), Limits::default());
    }

    #[test]
    fn every_limit_can_be_set() {
        let table = toml::Table::try_from(LimitsConfig::default()).expect("a table");
        let told = format!("{:?}", Limits::default());
        let fields = told.split([' ', '{', ',']).filter_map(|word| word.strip_suffix(':'));
        for field in fields {
            let key = field.replace("_time", "_seconds");
            assert!(table.contains_key(&key), "[limits] lacks {key}");
        }
    }
}
