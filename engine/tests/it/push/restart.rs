//! Tries and hand-overs across restarts of the hub.

use std::time::Duration;

use phytohub_testkit::PartnerAnswer;

use super::{HOUR, World, patient};

#[tokio::test]
async fn tries_are_kept_and_never_too_early() {
    let world = World::with(patient()).await;
    let number = world.deliver("A").await;
    world.partner.call().await.answer(PartnerAnswer::fault("busy"));
    world.failures(1).await;
    let before = world.show(&number).await;
    let world = world.restart().await;
    let after = world.show(&number).await;
    assert_eq!((after.attempts, &after.next_attempt), (1, &before.next_attempt));
    assert_eq!(after.last_error, before.last_error);
    world.pass(Duration::from_secs(14));
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), other, "too early for A");
    call.take();
    world.successes(1).await;
    world.pass(Duration::from_secs(16));
    let call = world.partner.call().await;
    assert_eq!(call.number(), number);
    call.answer(PartnerAnswer::fault("still busy"));
    world.failures(1).await;
    assert_eq!(world.show(&number).await.attempts, 2);
}

#[tokio::test]
async fn what_was_handed_over_comes_again_after_a_day_and_not_before() {
    let world = World::new().await;
    let number = world.deliver("A").await;
    world.partner.call().await.take();
    world.successes(1).await;
    let world = world.restart().await;
    world.pass(23 * HOUR);
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), other);
    call.take();
    world.successes(1).await;
    let world = world.restart().await;
    world.pass(HOUR);
    let call = world.partner.call().await;
    assert_eq!(call.number(), number);
    call.take();
    world.successes(1).await;
}

#[tokio::test]
async fn a_call_that_was_open_is_made_again_with_the_same_number() {
    let mut config = patient();
    config.stop_grace = Duration::ZERO;
    let world = World::with(config).await;
    let number = world.deliver("A").await;
    let held = world.partner.call().await;
    let world = world.restart().await;
    let again = world.partner.call().await;
    assert_eq!((again.number(), held.number()), (number.clone(), number));
    again.take();
    world.successes(1).await;
}
