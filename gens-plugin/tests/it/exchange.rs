//! Exactly once, wherever the process ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use phytohub_gens::domain::State;
use phytohub_plugin_sdk::{ErrorKind, Events, State as HubState};

use crate::hub::Crash;
use crate::sample;
use crate::world::World;

#[test]
fn certificate_is_sent_once_wherever_the_process_ends() {
    for crash in [None, Some(Crash::BeforeSubmit), Some(Crash::AfterSubmit)] {
        for times in 1..=3 {
            let mut world = World::new();
            let (id, number) = world.issued(sample::smallest("US"));
            // After the issue and before anything was sent.
            world.reopen();
            for _ in 0..times {
                if let Some(crash) = crash {
                    world.hub.crash_at(crash);
                    let ended = catch_unwind(AssertUnwindSafe(|| world.gens.exchange(true)));
                    assert!(ended.is_err(), "{crash:?}");
                }
                world.reopen();
            }
            world.gens.exchange(true);
            world.reopen();
            world.gens.exchange(true);
            let sent = world.hub.envelopes();
            assert_eq!(sent.len(), 1, "{crash:?}");
            assert_eq!(sent[0].0.nppo_certificate_number, number);
            let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("seen");
            assert_eq!(view.card.state, State::Sent);
            assert_eq!(view.hub_number, sent[0].0.hub_delivery_number);
        }
    }
}

#[test]
fn fifty_certificates_are_each_sent_once_however_often_the_process_ends() {
    let mut world = World::new();
    let numbers: Vec<String> = (0..50).map(|_| world.issued(sample::smallest("US")).1).collect();
    // A fixed walk through the points at which it ends.
    for round in 0..40_u32 {
        let crash =
            if round.count_ones() % 2 == 0 { Crash::AfterSubmit } else { Crash::BeforeSubmit };
        world.hub.crash_at(crash);
        let _ = catch_unwind(AssertUnwindSafe(|| world.gens.exchange(false)));
        world.reopen();
    }
    world.gens.exchange(true);
    let mut sent: Vec<String> =
        world.hub.envelopes().into_iter().map(|(one, _)| one.nppo_certificate_number).collect();
    sent.sort();
    assert_eq!(sent, numbers);
}

#[test]
fn what_is_issued_while_the_hub_is_down_is_sent_later() {
    let world = World::new();
    world.hub.refuse(Some(ErrorKind::Unavailable));
    let (id, _) = world.issued(sample::smallest("NL"));
    world.gens.exchange(false);
    world.gens.exchange(false);
    assert_eq!(world.hub.submissions(), 1, "it waits before it tries again");
    world.hub.refuse(None);
    world.gens.exchange(false);
    assert!(world.hub.envelopes().is_empty());
    world.watch.pass_ms(6_000);
    world.exchange();
    let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
    assert_eq!(view.card.state, State::Delivered);
}

#[test]
fn withdrawal_never_overtakes_its_certificate() {
    let world = World::new();
    let (id, _) = world.issued(sample::smallest("US"));
    let issuer = world.session("GH", "issuer");
    world.gens.withdraw(issuer, id, "Not shipped", &World::proof()).expect("it is withdrawn");
    world.hub.refuse(Some(ErrorKind::Exhausted));
    world.gens.exchange(false);
    world.hub.refuse(None);
    // The withdrawal is due, the certificate is not: both wait.
    world.gens.exchange(false);
    assert!(world.hub.envelopes().is_empty());
    world.watch.pass_ms(6_000);
    world.gens.exchange(false);
    let statuses: Vec<i32> =
        world.hub.envelopes().iter().map(|(one, _)| one.certificate_status).collect();
    assert_eq!(statuses, [70, 40]);
    let view = world.gens.certificate(issuer, id).expect("it is seen");
    assert_eq!(view.card.state, State::Withdrawn);
}

#[test]
fn effects_of_events_and_the_cursor_are_kept_together() {
    let mut world = World::new();
    let (id, _) = world.issued(sample::smallest("US"));
    world.gens.exchange(false);
    let number = world.hub.envelopes()[0].0.hub_delivery_number.clone();
    world.hub.decide(&number, HubState::DeliveredWithWarnings, "Which lot?");
    let state = |world: &World| {
        let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("seen");
        (view.card.state, view.card.message, view.steps.len(), world.gens.heard().expect("known"))
    };
    world.hub.events_after(0, |events| {
        world.gens.hear(&Events::of(events)).expect("it is kept");
    });
    let kept = state(&world);
    assert_eq!((kept.0, &*kept.1), (State::DeliveredWithWarnings, "Which lot?"));
    world.reopen();
    // The same batch again, as after a crash before the hub heard that it was kept.
    world.hub.events_after(0, |events| {
        world.gens.hear(&Events::of(events)).expect("it is kept");
    });
    assert_eq!(state(&world), kept);
}

#[test]
fn recipient_that_is_faster_than_the_record_of_the_answer_is_heard() {
    let mut world = World::new();
    let (id, _) = world.issued(sample::smallest("US"));
    world.hub.crash_at(Crash::AfterSubmit);
    let ended = catch_unwind(AssertUnwindSafe(|| world.gens.exchange(false)));
    assert!(ended.is_err());
    let number = world.hub.envelopes()[0].0.hub_delivery_number.clone();
    world.hub.decide(&number, HubState::Delivered, "");
    world.reopen();
    world.hub.events_after(0, |events| {
        world.gens.hear(&Events::of(events)).expect("it is kept");
    });
    let issuer = world.session("GH", "issuer");
    assert_eq!(world.gens.certificate(issuer, id).expect("seen").card.state, State::Delivered);
    world.gens.exchange(true);
    assert_eq!(world.gens.certificate(issuer, id).expect("seen").card.state, State::Delivered);
    assert_eq!(world.hub.envelopes().len(), 1);
}

#[test]
fn what_the_hub_knows_better_is_asked_after_a_start() {
    let mut world = World::new();
    let (id, _) = world.issued(sample::smallest("US"));
    world.gens.exchange(false);
    let number = world.hub.envelopes()[0].0.hub_delivery_number.clone();
    // Told while nobody listened, and not again.
    world.hub.decide(&number, HubState::Delivered, "");
    world.reopen();
    world.gens.exchange(true);
    let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
    assert_eq!(view.card.state, State::Delivered);
}

#[test]
fn audit_trail_goes_into_that_of_the_hub() {
    let world = World::new();
    world.issued(sample::smallest("NL"));
    world.gens.exchange(false);
    let lines = world.hub.audit_lines();
    for line in ["GH/trader submit", "GH/issuer issue", "NL/admin approve-organization"] {
        assert!(lines.iter().any(|one| one == line), "{line} in {lines:?}");
    }
    world.gens.exchange(false);
    assert_eq!(world.hub.audit_lines(), lines, "each line once");
}
