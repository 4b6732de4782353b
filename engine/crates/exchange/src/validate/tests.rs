//! Documents are decoded once for all who look at them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;

use phytohub_domain::{EnvelopeHeader, Fingerprint, TrackingInfo};
use phytohub_sps::sample::Shape;
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use phytohub_testkit::FakeClock;
use phytohub_wire::soap::{self, Envelope, Request};

use super::*;
use crate::admin::CertificateInput;
use crate::plugin::document::COPIED;
use crate::plugin::{
    Asked, DocumentPlugins, KindMatch, KindQuery, PluginHook, PluginQuestion, PluginVerdict,
    RouteVerdict,
};
use crate::{AdminRequest, Operator};

/// A plugin that judges every document beside the hub, and finds nothing.
#[derive(Debug)]
struct Beside;

impl DocumentPlugins for Beside {
    fn concerns(&self, _: Option<i32>) -> bool {
        true
    }

    fn finds(&self, _: &KindQuery<'_>) -> KindMatch {
        let hook = PluginHook::validator("beside", false, false);
        KindMatch { validators: vec![hook], routers: Vec::new() }
    }

    fn validate(&self, _: KindMatch, _: Arc<PluginQuestion>) -> Asked<'_, PluginVerdict> {
        Box::pin(async { PluginVerdict::default() })
    }

    fn route(&self, _: KindMatch, _: Arc<PluginQuestion>) -> Asked<'_, RouteVerdict> {
        Box::pin(async { RouteVerdict::default() })
    }
}

/// The only test of this program that decodes: the count is the program's.
#[tokio::test]
async fn a_document_is_copied_at_most_once_for_the_hub_and_its_plugins() {
    let directory = tempfile::tempdir().expect("a directory");
    let hub = hub(&directory).await;
    let caller = hub.identify(Some(Fingerprint([1; 32])), ADDRESS).expect("a caller");
    let certificate = Shape::default().certificate();
    let header = EnvelopeHeader {
        from: "NO".into(),
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: certificate.number.clone(),
        ..EnvelopeHeader::default()
    };
    let xml = certificate.to_xml().replace('\r', "");
    let escaped = envelope(soap::client::deliver_envelope(&header, &xml));
    let section = envelope(soap::client::deliver_envelope_cdata(&header, &xml));
    for plugins in [None, Some(Arc::new(Beside) as Arc<dyn DocumentPlugins>)] {
        hub.set_plugins(plugins);
        for (envelope, copies) in [(&escaped, 1), (&section, 0)] {
            let before = COPIED.load(Ordering::Relaxed);
            let found = hub.validate_phyto_xml(&caller, &envelope.content).await;
            assert!(
                found.expect("answered").iter().all(|one| one.level != ValidationLevel::Severe)
            );
            let validated = COPIED.load(Ordering::Relaxed);
            assert_eq!(validated - before, copies, "to validate {envelope:?}");
            let reply = hub.validate_and_deliver_envelope(&caller, envelope.clone()).await;
            let reply = reply.expect("answered");
            assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");
            assert_eq!(COPIED.load(Ordering::Relaxed) - validated, copies, "to deliver {reply:?}");
        }
    }
}

/// A hub of two connections.
async fn hub(directory: &tempfile::TempDir) -> Hub {
    let mut config = StoreConfig::new(directory.path());
    (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
    let (clock, metrics) = (Arc::new(FakeClock::default()), Arc::new(Metrics::new()));
    let opened = Store::open(config, clock.clone(), metrics.clone());
    let (store, _) = opened.expect("a store opens");
    let limits = phytohub_domain::Limits::default();
    let hub = Hub::open(store, limits, clock, metrics).expect("a hub");
    hub.seed_code_lists().await.expect("committed");
    for (code, byte) in [("NO", 1), ("LK", 2)] {
        let certificate = CertificateInput {
            label: format!("system of {code}"),
            fingerprint: Fingerprint([byte; 32]).to_string(),
            scope: "all".into(),
            not_before_ms: 1_767_225_600_000,
            not_after_ms: 1_798_761_599_000,
        };
        let request = AdminRequest::ConnectionAdd {
            code: code.into(),
            name: format!("Plant health of {code}"),
            mode: "test".into(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates: vec![certificate],
        };
        hub.admin(&Operator { uid: 0 }, request).await.expect("registered");
    }
    hub
}

/// An envelope as it is read from the wire.
fn envelope(request: Vec<u8>) -> Envelope {
    let limits = phytohub_domain::Limits::default();
    match soap::read_request(request.into(), None, &limits).expect("a request of ours") {
        Request::DeliverEnvelope(envelope) => envelope,
        other => panic!("another request: {other:?}"),
    }
}

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
