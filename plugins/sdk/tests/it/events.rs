//! Batches of events.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::EventView;
use phytohub_plugin_loader::instance::Completion;

use crate::hub::{Hub, call, everything};

fn batch(message: &str) -> [EventView<'_>; 2] {
    [1, 2].map(|sequence| EventView {
        kind: HUB_EVENT_ACCEPTED,
        sequence,
        hub_delivery_number: if sequence == 1 { "H1" } else { "H2" },
        message,
        ..EventView::default()
    })
}

#[test]
fn only_the_events_wanted_are_asked_for() {
    let instance = everything(&Hub::new(), "{}");
    let mask = 1 << HUB_EVENT_ACCEPTED | 1 << HUB_EVENT_REFUSED;
    assert_eq!(instance.offers().lifecycle, Some(mask));
}

#[test]
fn effects_are_written_together_with_their_batch() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    assert_eq!(instance.events(&call(), &batch("with"), 11), Ok(Completion::Done));
    assert_eq!(hub.lines(), ["batch 11"]);
    assert_eq!((hub.value("H1"), hub.value("H2")), (Some("1".into()), Some("2".into())));
}

#[test]
fn a_batch_can_be_completed_later() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    assert_eq!(instance.events(&call(), &batch("later"), 11), Ok(Completion::Pending));
    instance.wake(&call(), 1).expect("woken");
    assert_eq!(hub.lines(), ["complete 11 0 "]);
}

#[test]
fn a_batch_that_is_dropped_comes_again() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    assert_eq!(instance.events(&call(), &batch("later"), 11), Ok(Completion::Pending));
    instance.wake(&call(), 2).expect("woken");
    assert_eq!(hub.lines(), [format!("complete 11 {HUB_AGAIN} the batch was dropped uncompleted")]);
}

#[test]
fn an_error_leaves_the_batch_to_come_again() {
    let instance = everything(&Hub::new(), "{}");
    let failure = instance.events(&call(), &batch("unavailable"), 11).expect_err("refused");
    assert_eq!(failure.status, HUB_UNAVAILABLE);
    assert_eq!(failure.diagnostics, "the other side is down");
}

#[test]
fn a_batch_that_nobody_took_is_not_left_pending() {
    let instance = everything(&Hub::new(), "{}");
    let failure = instance.events(&call(), &batch("never"), 11).expect_err("refused");
    assert_eq!(failure.status, HUB_INTERNAL);
}
