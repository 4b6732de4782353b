//! What it takes to judge a veterinary certificate through the contract with plugins, against what
//! the hub's own validator takes for a phytosanitary certificate of the same size, in one run.
//!
//! Both take turns and the best of each counts. The run fails if the plugin has not at least half of
//! the validator's speed.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

use phytohub_official_certificate::sample::Shape as VeterinaryShape;
use phytohub_plugin_api::{HUB_FOR_DELIVERY, HUB_FORM_CDATA};
use phytohub_plugin_loader::DocumentView;
use phytohub_plugin_loader::instance::CallContext;
use phytohub_plugin_testkit::{MockHost, build};
use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};

#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
fn main() {
    let plugin = MockHost::builder().build().load(&build::cdylib("phytohub-woah-module"));
    let plugin = plugin.expect("the plugin loads");
    plugin.start().expect("it starts");
    let (instance, call) = (plugin.instance(), CallContext::default());
    for lines in [1, 4, 64] {
        let mut shape = VeterinaryShape::new(853, 1);
        shape.lines = lines;
        shape.number = Some("NL-1".to_owned());
        shape.countries = Some(("NL".to_owned(), "KE".to_owned()));
        let veterinary =
            phytohub_woah::sample::sample("beef", &shape).expect("a commodity").to_xml();
        let content = veterinary.as_bytes();
        let document = DocumentView {
            purpose: HUB_FOR_DELIVERY,
            certificate_type: 853,
            certificate_status: 70,
            raw_form: HUB_FORM_CDATA,
            from: "NL",
            to: "KE",
            nppo_certificate_number: "NL-1",
            content,
            raw: content,
            ..DocumentView::default()
        };
        let phyto = of_size(content.len(), lines);
        let [mut through, mut own] = [f64::INFINITY; 2];
        for _ in 0..ROUNDS {
            through = through.min(nanos(&mut || {
                let mut findings = 0;
                let judged = instance.validate(&call, black_box(&document), &mut |_| {
                    findings += 1;
                    true
                });
                assert!(judged.is_ok() && findings == 0, "the sample is right");
            }));
            own = own.min(nanos(&mut || {
                let bytes = black_box(phyto.as_bytes());
                let reading = SpsDocument::validate(bytes, &EmbeddedCodes, &Limits::default());
                assert!(reading.findings.is_empty(), "the sample is right");
            }));
        }
        let speed = |nanos: f64, bytes: usize| bytes as f64 / nanos * 1e3;
        let (through, own) = (speed(through, content.len()), speed(own, phyto.len()));
        println!(
            "official_certificate/validate/{}_bytes: {through:.0} MB/s through the contract, \
             {own:.0} MB/s of {} bytes by the hub itself, ratio {:.2}",
            content.len(),
            phyto.len(),
            through / own,
        );
        assert!(through * 2.0 >= own, "the plugin has less than half of the validator's speed");
    }
}

/// A phytosanitary certificate of about that many bytes, with lines like the other's.
fn of_size(bytes: usize, lines: usize) -> String {
    let shape = |lines| Shape { lines, full: true, ..Shape::default() };
    let xml = |lines| shape(lines).certificate().to_xml();
    let mut count = lines;
    while count > 1 && xml(count).len() > bytes {
        count -= 1;
    }
    Shape { bytes: Some(bytes), ..shape(count) }.certificate().to_xml()
}

fn nanos(call: &mut dyn FnMut()) -> f64 {
    let start = now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_nanos() as f64 / f64::from(CALLS)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// Turns of both.
const ROUNDS: u32 = 20;
/// Calls in one turn.
const CALLS: u32 = 50;
