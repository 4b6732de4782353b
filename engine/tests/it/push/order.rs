//! Order, windows, breakers: one partner's lane among others.

use std::time::Duration;

use phytohub_exchange::AdminRequest;
use phytohub_exchange::push::BreakerState;
use phytohub_testkit::{PartnerAnswer, TestPartner};

use super::{HOUR, World, hasty, patient};

#[tokio::test]
async fn a_withdrawal_waits_for_its_certificate_and_others_overtake() {
    let world = World::with(patient()).await;
    let certificate = world.deliver("A").await;
    world.partner.call().await.answer(PartnerAnswer::fault("busy"));
    world.failures(1).await;
    let withdrawal = world.deliver("A").await;
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), other);
    call.take();
    world.successes(1).await;
    world.pass(Duration::from_secs(30));
    let call = world.partner.call().await;
    assert_eq!(call.number(), certificate);
    call.take();
    let call = world.partner.call().await;
    assert_eq!(call.number(), withdrawal);
    call.take();
    world.successes(3).await;
}

#[tokio::test]
async fn an_acknowledgement_lets_the_next_one_go() {
    let world = World::with(patient()).await;
    let certificate = world.deliver("A").await;
    world.partner.call().await.answer(PartnerAnswer::fault("busy"));
    world.failures(1).await;
    let withdrawal = world.deliver("A").await;
    world.acknowledge(&certificate).await;
    assert_eq!(world.partner.call().await.number(), withdrawal);
}

#[tokio::test]
async fn a_partner_that_is_away_is_probed_and_slows_nobody() {
    let mut world = World::with(hasty()).await;
    let other = TestPartner::start(world.hub.ca()).await;
    world.endpoint("AR", &other).await;
    // Its port is closed from now on; another partner could take it, but none is started.
    let gone = std::mem::replace(&mut world.partner, TestPartner::start(world.hub.ca()).await);
    drop(gone);
    let mut numbers = Vec::new();
    for name in ["A", "B", "C", "D"] {
        numbers.push(world.deliver(name).await);
    }
    let away = |status: &phytohub_exchange::push::PushStatus| {
        matches!(status.breaker, BreakerState::Open { .. }) && status.open_calls == 0
    };
    let status = world.lane("LK", away).await;
    let failed = status.failed;
    assert!((2..=4).contains(&failed), "{status:?}");

    let mut client = world.hub.client("NO").await;
    let header = phytohub_domain::EnvelopeHeader { to: "AR".into(), ..super::header("E") };
    client.call(phytohub_wire::soap::client::deliver_envelope(&header, "x")).await;
    other.call().await.take();

    for probes in 1..4 {
        world.pass(Duration::from_secs(10));
        let status =
            world.lane("LK", |status| status.failed > failed + probes - 1 && away(status)).await;
        assert_eq!(status.failed, failed + probes, "one probe in an interval");
    }
    // A new address is tried at once.
    world.endpoint("LK", &world.partner).await;
    for _ in 0..numbers.len() {
        world.pass(Duration::from_secs(1));
        let call = world.partner.call().await;
        assert!(numbers.contains(&call.number()));
        call.take();
    }
    let status = world.successes(4).await;
    assert_eq!(status.breaker, BreakerState::Closed);
}

#[tokio::test]
async fn nothing_is_brought_while_a_partner_is_away_as_announced() {
    let world = World::new().await;
    let now = phytohub_domain::Clock::now(world.hub.clock()).as_millis();
    let window = AdminRequest::MaintenanceAdd {
        code: "LK".into(),
        from_ms: now,
        until_ms: now + 2 * 3_600_000,
        reason: "moving house".into(),
    };
    world.hub.admin(window).await;
    let number = world.deliver("A").await;
    let end = phytohub_domain::Timestamp::from_millis(now + 2 * 3_600_000);
    world.lane("LK", |status| status.next == Some(end)).await;
    world.pass(HOUR);
    assert_eq!(world.partner.unseen(), 0);
    world.pass(HOUR);
    assert_eq!(world.partner.call().await.number(), number);
}

#[tokio::test]
async fn a_disabled_connection_is_not_called() {
    let world = World::new().await;
    let enabled = |enabled| AdminRequest::ConnectionSetEnabled { code: "LK".into(), enabled };
    world.deliver("A").await;
    let call = world.partner.call().await;
    world.hub.admin(enabled(false)).await;
    call.take();
    world.successes(1).await;
    world.hub.admin(enabled(true)).await;
    let second = world.deliver("B").await;
    assert_eq!(world.partner.call().await.number(), second);
}

#[tokio::test]
async fn no_more_calls_at_once_than_allowed() {
    let mut config = patient();
    config.concurrency = 2;
    let world = World::with(config).await;
    for name in ["A", "B", "C"] {
        world.deliver(name).await;
    }
    let (first, second) = (world.partner.call().await, world.partner.call().await);
    world.lane("LK", |status| status.open_calls == 2).await;
    assert_eq!(world.partner.unseen(), 0);
    first.take();
    let third = world.partner.call().await;
    assert_eq!(third.header().nppo_certificate_number, "C");
    second.take();
    third.take();
    world.successes(3).await;
}
