//! Bundled plugins switched off, quarantined and replaced while documents of theirs come in: what
//! was answered arrives.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use phytohub::client::SoapClient;
use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_official_certificate::draft::Draft;
use phytohub_official_certificate::sample::Shape;
use phytohub_plugin_testkit::build;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::plugin::{install, section};
use crate::support::{Serving, Trial, told};

type Sample = fn(&str, &Shape) -> Option<Draft>;

#[test]
fn no_veterinary_certificate_is_lost_while_its_plugin_is_steered() {
    let library = build::cdylib("phytohub-woah-module");
    steer("woah", &library, (853, "live-cattle"), phytohub_woah::sample::sample);
}

#[test]
fn no_official_certificate_is_lost_while_its_plugin_is_steered() {
    let library = build::cdylib("phytohub-codex-module");
    steer("codex", &library, (852, "fishery-product"), phytohub_codex::sample::sample);
}

fn steer(id: &str, library: &std::path::Path, kind: (i32, &'static str), sample: Sample) {
    let trial = Trial::new();
    install(&trial, id, library);
    section(&trial, id, "0.1.0", "gate = true\n");
    let accepts = format!("{}/70", kind.0);
    let set = trial.run(&["connection", "set", "NO", "--accepts", &accepts]);
    assert!(set.status.success(), "{}", told(&set));
    let hub = trial.serve();
    let over = AtomicBool::new(false);
    let accepted = thread::scope(|scope| {
        let load = scope.spawn(|| deliver(&hub, kind, sample, &over));
        for _ in 0..3 {
            for command in [
                vec!["plugin", "disable", id],
                vec!["plugin", "enable", id],
                vec!["plugin", "quarantine", id],
                vec!["plugin", "quarantine", id, "--release"],
                vec!["plugin", "upgrade", id, "0.1.0"],
            ] {
                let done = trial.run(&command);
                assert!(done.status.success(), "{command:?}: {}", told(&done));
            }
        }
        over.store(true, Ordering::Release);
        load.join().expect("the load ends well")
    });
    take(&hub, &accepted);
    assert_eq!(hub.stop().code, Some(0));
}

/// Delivers until it is over; the numbers of all that were accepted. Trouble is answered so that the
/// sender comes again, never with a refusal.
fn deliver(
    hub: &Serving,
    (kind, commodity): (i32, &str),
    sample: Sample,
    over: &AtomicBool,
) -> Vec<String> {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (mut client, mut accepted, mut seed) = (hub.client("LK").await, Vec::new(), 0);
        while !over.load(Ordering::Acquire) || accepted.len() < AT_LEAST {
            seed += 1;
            let mut shape = Shape::new(kind, seed);
            shape.countries = Some(("LK".to_owned(), "NO".to_owned()));
            let draft = sample(commodity, &shape).expect("a sample");
            let header = EnvelopeHeader {
                from: "LK".to_owned(),
                to: "NO".to_owned(),
                certificate_type: kind,
                certificate_status: 70,
                nppo_certificate_number: draft.number.clone(),
                ..EnvelopeHeader::default()
            };
            let body = soap::deliver_envelope(&header, &draft.to_xml());
            match client.call(body).await.expect("a reply") {
                ClientReply::Header(header) => {
                    let pending = Some(TrackingInfo::PendingDelivery);
                    assert_eq!(header.tracking_info, pending, "{:?}", header.error_message);
                    accepted.push(header.hub_delivery_number.expect("a number"));
                }
                ClientReply::Fault { .. } => client = hub.client("LK").await,
                other => panic!("neither taken nor turned away: {other:?}"),
            }
        }
        accepted
    })
}

/// Pulls and acknowledges everything, once each.
fn take(hub: &Serving, accepted: &[String]) {
    let runtime = Runtime::new().expect("a runtime");
    let mut open: HashSet<String> = accepted.iter().cloned().collect();
    assert_eq!(open.len(), accepted.len(), "each has a number of its own");
    let all = async {
        let mut client = hub.client("NO").await;
        while !open.is_empty() {
            for number in waiting(&mut client).await {
                assert!(open.remove(&number), "{number} came twice or was never accepted");
                let body = soap::acknowledge_envelope_receipt(&number);
                let reply = client.call(body).await.expect("a reply");
                assert!(matches!(reply, ClientReply::Acknowledged(_)), "{reply:?}");
            }
        }
    };
    let taken = runtime.block_on(async { timeout(TAKEN_WITHIN, all).await });
    assert!(taken.is_ok(), "{} never came", open.len());
}

/// Numbers of what can be had now.
async fn waiting(client: &mut SoapClient) -> Vec<String> {
    match client.call(soap::pull_import_envelope()).await.expect("a reply") {
        ClientReply::Envelopes(envelopes) => {
            envelopes.into_iter().filter_map(|one| one.header.hub_delivery_number).collect()
        }
        other => panic!("no envelopes: {other:?}"),
    }
}

/// Enough that some are under way whenever the plugin is steered.
const AT_LEAST: usize = 50;
/// What was held is asked about again at once when its plugin is back, or some seconds later.
const TAKEN_WITHIN: Duration = Duration::from_secs(90);
