//! State changes told to the sender's own service.

use std::time::Duration;

use phytohub_domain::TrackingInfo;
use phytohub_exchange::AdminRequest;
use phytohub_testkit::{PartnerAnswer, TestPartner};

use super::{ConnectionChanges, World, changes, hasty};

/// A world in which NO has a service that is told, and brought nothing.
async fn world() -> (World, TestPartner) {
    let world = World::with(hasty()).await;
    let sender = TestPartner::start(world.hub.ca()).await;
    world.endpoint("NO", &sender).await;
    let told = ConnectionChanges { tracking_updates: Some(true), ..changes() };
    world.change("NO", told).await;
    (world, sender)
}

#[tokio::test]
async fn each_change_is_told_in_order_until_it_is_heard() {
    let (world, sender) = world().await;
    let number = world.deliver("A").await;
    let call = world.partner.call().await;
    let fail = AdminRequest::EnvelopeFail { number: number.clone(), reason: "trial".into() };
    world.hub.admin(fail).await;
    world.acknowledge(&number).await;
    call.take();

    let told = sender.call().await;
    assert_eq!(told.header().tracking_info, Some(TrackingInfo::FailedDelivery));
    assert_eq!(told.header().error_message.as_deref(), Some("trial"));
    assert_eq!((told.number(), told.header().from), (number.clone(), "NO".into()));
    told.answer(PartnerAnswer::fault("busy"));
    world.lane("NO", |status| status.failed == 1 && status.open_calls == 0).await;
    world.pass(Duration::from_secs(1));
    let again = sender.call().await;
    assert_eq!(again.header().tracking_info, Some(TrackingInfo::FailedDelivery), "in order");
    again.answer(PartnerAnswer::told());
    let delivered = sender.call().await;
    assert_eq!(delivered.header().tracking_info, Some(TrackingInfo::Delivered));
    assert_eq!(delivered.number(), number);
    delivered.answer(PartnerAnswer::told());
    world.lane("NO", |status| status.succeeded == 2 && status.open_calls == 0).await;

    // What was heard is told no more, not even after a restart.
    let world = world.restart().await;
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    world.acknowledge(&other).await;
    call.take();
    assert_eq!(sender.call().await.number(), other);
}

#[tokio::test]
async fn what_was_not_heard_is_told_after_a_restart() {
    let (mut world, sender) = world().await;
    world.config.stop_grace = Duration::ZERO;
    let number = world.deliver("A").await;
    world.partner.call().await.take();
    world.successes(1).await;
    world.acknowledge(&number).await;
    sender.call().await.answer(PartnerAnswer::fault("busy"));
    world.lane("NO", |status| status.failed == 1 && status.open_calls == 0).await;
    let _world = world.restart().await;
    let told = sender.call().await;
    assert_eq!(
        (told.number(), told.header().tracking_info),
        (number, Some(TrackingInfo::Delivered))
    );
}

#[tokio::test]
async fn nobody_is_told_who_did_not_ask() {
    let world = World::new().await;
    let sender = TestPartner::start(world.hub.ca()).await;
    world.endpoint("NO", &sender).await;
    let number = world.deliver("A").await;
    world.partner.call().await.take();
    world.acknowledge(&number).await;
    // Asked for from now on: only what changes from now on is told.
    let told = ConnectionChanges { tracking_updates: Some(true), ..changes() };
    world.change("NO", told).await;
    let other = world.deliver("B").await;
    world.partner.call().await.take();
    world.acknowledge(&other).await;
    assert_eq!(sender.call().await.number(), other);
}
