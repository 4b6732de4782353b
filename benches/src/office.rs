//! A hub in this process, without sockets, and those who call it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use phytohub_domain::{Fingerprint, Limits};
use phytohub_exchange::admin::{CertificateInput, RuleInput};
use phytohub_exchange::{AdminRequest, Caller, Hub, Operator};
use phytohub_server::SystemClock;
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;

/// A hub and its store.
#[derive(Debug)]
#[non_exhaustive]
pub struct Office {
    /// The hub, with the limits that it has by itself.
    pub hub: Hub,
    /// Its store, to fill it past what the hub allows one sender.
    pub store: Store,
}

impl Office {
    /// Opens a store that never thinks its disk full, and a hub over it.
    #[must_use]
    pub fn open(mut config: StoreConfig) -> Self {
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        let (clock, metrics) = (Arc::new(SystemClock::new()), Arc::new(Metrics::new()));
        let opened = Store::open(config, clock.clone(), metrics.clone());
        let (store, _) = opened.expect("a store opens");
        let hub = Hub::open(store.clone(), Limits::default(), clock, metrics).expect("a hub");
        Self { hub, store }
    }

    /// Registers a connection whose certificate has this byte for its fingerprint.
    pub async fn register(&self, code: &str, byte: u8) {
        self.admin(AdminRequest::ConnectionAdd {
            code: code.into(),
            name: code.into(),
            mode: "test".into(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates: vec![certificate(byte)],
        })
        .await;
    }

    /// Registers a channel.
    pub async fn channel(&self, code: &str, byte: u8) {
        self.admin(AdminRequest::ChannelAdd {
            code: code.into(),
            name: code.into(),
            mode: "test".into(),
            accepts: Vec::new(),
            certificates: vec![certificate(byte)],
        })
        .await;
    }

    /// Sets a standing order: copies of the owner's mail of one direction with another country.
    pub async fn forward(&self, owner: &str, channel: &str, direction: &str, country: &str) {
        let rule = RuleInput {
            owner: owner.into(),
            channel: channel.into(),
            rule_type: "FORWARD".into(),
            direction: direction.into(),
            certificate_type: 0,
            certificate_status: 0,
            country: country.into(),
            consent_by: "the owner".into(),
            consent_reference: "letter".into(),
            consent_at_ms: None,
        };
        self.admin(AdminRequest::RuleAdd { rule }).await;
    }

    /// Whoever has the certificate with this byte.
    #[must_use]
    pub fn caller(&self, byte: u8) -> Caller {
        let address = Ipv4Addr::LOCALHOST.into();
        self.hub.identify(Some(Fingerprint([byte; 32])), address).expect("registered")
    }

    /// Closes it as an operator's stop does.
    pub fn close(self) {
        self.hub.close().expect("the last commit is on disk");
    }

    async fn admin(&self, request: AdminRequest) {
        self.hub.admin(&Operator { uid: 0 }, request).await.expect("the hub does it");
    }
}

fn certificate(byte: u8) -> CertificateInput {
    CertificateInput {
        label: "bench".into(),
        fingerprint: Fingerprint([byte; 32]).to_string(),
        scope: "all".into(),
        not_before_ms: 0,
        not_after_ms: 4_102_444_800_000,
    }
}
