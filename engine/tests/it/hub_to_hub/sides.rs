//! What becomes of what waits when the sides of a line change.

use std::time::Duration;

use phytohub_domain::{AcknowledgementKind, HubDeliveryNumber};
use phytohub_exchange::admin::{AdminReply, LinkDone, LinkRequest};
use phytohub_exchange::{AdminError, AdminRequest, Operator};
use tokio::time::timeout;

use super::{Side, acknowledge, deliver, hubs, inbox, north, number, passing, sides, soon, south};

impl Side {
    /// Changes a line; what the hub objects, if it does.
    async fn relink(&self, request: LinkRequest) -> Result<LinkDone, String> {
        let request = self.hub.hub().admin(&Operator { uid: 0 }, AdminRequest::Link(request));
        match Box::pin(request).await {
            Ok(AdminReply::LinkDone(done)) => Ok(*done),
            Err(AdminError::Invalid { problem, .. }) => Err(problem),
            other => panic!("{other:?}"),
        }
    }

    async fn removed(&self, code: &str, fail_waiting: bool) -> Result<LinkDone, String> {
        self.relink(LinkRequest::Remove { code: code.to_owned(), fail_waiting }).await
    }

    async fn moved(&self, connection: &str, to: Option<&str>) -> LinkDone {
        let (connection, to) = (connection.to_owned(), to.map(str::to_owned));
        let request = LinkRequest::Move { connection, to, fail_waiting: false };
        self.relink(request).await.expect("it is done")
    }

    /// A line to a hub that is nowhere: what goes over it waits.
    async fn line(&self, code: &str, ours: &[&str], theirs: &[&str]) {
        let (code, name, mode) = (code.to_owned(), "a hub".to_owned(), "test".to_owned());
        let (sides, certificates, fail_waiting) = (sides(ours, theirs), Vec::new(), false);
        let add = LinkRequest::Add { code, name, mode, sides, certificates, fail_waiting };
        self.relink(add).await.expect("it is added");
    }

    /// Lets time pass until a call of the other hub has ended without an answer.
    async fn call_fails(&self, code: &str) {
        loop {
            self.hub.clock().advance(Duration::from_secs(120));
            let failed = self.lane(code, |status| status.failed >= 1 && status.open_calls == 0);
            // It may have begun after the time that just passed.
            if timeout(Duration::from_millis(200), failed).await.is_ok() {
                return;
            }
        }
    }

    /// Delivers so many, and tells their numbers.
    async fn sent(&self, from: &str, to: &str, many: usize) -> Vec<HubDeliveryNumber> {
        let client = self.client(from);
        let mut sent = Vec::new();
        for at in 0..many {
            sent.push(number(&deliver(&client, to, &format!("{from}-{to}-{at}"), "<a/>").await));
        }
        sent
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_line_that_ends_fails_only_if_that_was_said() {
    let (north, south) = (north().await, south().await);
    north.knows(&south, &["NO", "SE"], &["NZ"]).await;
    let sent = north.sent("NO", "NZ", 3).await;
    let objected = north.removed(south.code, false).await.expect_err("some would be lost");
    assert!(objected.starts_with("3 envelopes wait"), "{objected}");
    // Nor does a sender of this side lose its way unasked.
    let set = |fail_waiting| LinkRequest::Set {
        code: south.code.to_owned(),
        sides: sides(&["SE"], &["NZ"]),
        fail_waiting,
    };
    let objected = north.relink(set(false)).await.expect_err("some would be lost");
    assert!(objected.contains("which NO does not use"), "{objected}");
    for number in &sent {
        assert_eq!(north.show(*number).await.tracking_info, "PendingDelivery");
    }
    let kept = north.sent("SE", "NZ", 1).await;
    let done = north.relink(set(true)).await.expect("it is done");
    assert_eq!((done.moved, done.failed, done.handed_over), (0, 3, 0), "{done:?}");
    assert!(done.told.contains("1 envelopes wait as before"), "{}", done.told);
    for number in sent {
        let view = north.show(number).await;
        assert_eq!(view.tracking_info, "FailedDelivery");
        assert!(view.message.contains("which NO does not use"), "{}", view.message);
    }
    let done = north.removed(south.code, true).await.expect("it is done");
    assert_eq!(done.failed, 1);
    assert!(done.told.contains("NZ has no system at this hub"), "{}", done.told);
    let view = north.show(kept[0]).await;
    assert!(view.message.starts_with("To: NZ is reached over no line"), "{}", view.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_with_its_country_to_another_line() {
    let (north, south) = (north().await, south().await);
    let east = Side::start("HUB-EAST", vec!["NZ"]).await;
    north.knows(&south, &["NO"], &["NZ"]).await;
    north.knows(&east, &["NO"], &["JP"]).await;
    east.knows(&north, &["NZ"], &["NO"]).await;
    let sent = north.sent("NO", "NZ", 2).await;
    let done = north.moved("NZ", Some(east.code)).await;
    assert_eq!((done.moved, done.failed, done.hubs.len()), (2, 0, 2), "{done:?}");
    for number in &sent {
        assert_eq!(north.show(*number).await.mailbox, east.code);
    }
    north.calls(&east).await;
    east.calls(&north).await;
    let zealand = east.client("NZ");
    let mut inbox = inbox(&zealand);
    for _ in &sent {
        let envelope = soon(inbox.next()).await.expect("it comes");
        acknowledge(&zealand, &envelope, AcknowledgementKind::Received, "").await;
    }
    for number in sent {
        assert_eq!(north.ended(&east, number).await.tracking_info, "Delivered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_with_its_country_to_its_own_system_and_back() {
    let north = north().await;
    north.line("HUB-WEST", &["NO"], &["SE"]).await;
    let sent = north.sent("NO", "SE", 2).await;
    assert_eq!(north.show(sent[0]).await.mailbox, "HUB-WEST");
    let done = north.moved("SE", None).await;
    assert_eq!(done.moved, 2, "{done:?}");
    let sweden = north.client("SE");
    let envelope = soon(inbox(&sweden).next()).await.expect("it comes");
    assert_eq!(envelope.number, sent[0]);
    while !north.show(sent[0]).await.content_released {
        tokio::task::yield_now().await;
    }
    let more = north.sent("NO", "SE", 3).await;
    let fresh = more.last().copied().expect("sent");
    // What its system has seen stays with it; what it has not goes over the line.
    drop(sweden);
    let done = north.moved("SE", Some("HUB-WEST")).await;
    assert_eq!(done.moved + done.handed_over, 5, "{done:?}");
    assert!(done.handed_over >= 1, "{done:?}");
    assert_eq!(north.show(sent[0]).await.mailbox, "SE");
    let view = north.show(fresh).await;
    assert_eq!(view.mailbox == "HUB-WEST", !view.content_released, "{view:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_is_reported_though_nothing_more_goes_over_the_line() {
    let (north, south) = hubs().await;
    let sent = north.sent("NO", "NZ", 1).await[0];
    let zealand = south.client("NZ");
    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    north.lane(south.code, |status| status.succeeded == 1 && status.open_calls == 0).await;
    let done = north.removed(south.code, false).await.expect("nothing is lost");
    assert_eq!((done.moved, done.failed, done.handed_over), (0, 0, 1), "{done:?}");
    // That side sends no more, too.
    let told = deliver(&zealand, "NO", "B-1", "<a/>").await;
    let refused = south.ended(&north, number(&told)).await;
    assert_eq!(refused.tracking_info, "FailedDelivery", "{refused:?}");
    acknowledge(&zealand, &envelope, AcknowledgementKind::WithWarnings, "late").await;
    let view = north.ended(&south, sent).await;
    assert_eq!((&*view.tracking_info, &*view.message), ("DeliveredWithWarnings", "late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_handed_over_when_the_line_ends_goes_its_way_afterwards() {
    let (north, south) = hubs().await;
    south.relay.cut();
    let sent = north.sent("NO", "NZ", 1).await[0];
    north.lane(south.code, |status| status.open_calls == 1).await;
    // Until the hand-over has begun, it is objected that this could go nowhere.
    let done = loop {
        match north.removed(south.code, false).await {
            Ok(done) => break done,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!((done.failed, done.handed_over), (0, 1), "{done:?}");
    north.call_fails(south.code).await;
    let view = north.ended(&south, sent).await;
    assert_eq!(view.tracking_info, "FailedDelivery");
    assert!(view.message.starts_with("To: NZ is reached over no line"), "{}", view.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_closed_tells_what_waits_and_holds_it() {
    let (north, south) = hubs().await;
    let handed = north.sent("NO", "NZ", 1).await[0];
    north.lane(south.code, |status| status.succeeded == 1 && status.open_calls == 0).await;
    south.relay.cut();
    let waits = number(&deliver(&north.client("NO"), "NZ", "A-2", "<a/>").await);
    north.lane(south.code, |status| status.open_calls == 1).await;
    north.call_fails(south.code).await;
    let enabled =
        |enabled| AdminRequest::ConnectionSetEnabled { code: south.code.to_owned(), enabled };
    let AdminReply::Connection(view) = north.ask(enabled(false)).await else { panic!("a view") };
    for words in ["1 envelopes wait for the line", "1 envelopes were handed over"] {
        assert!(view.told.contains(words), "{}", view.told);
    }
    south.relay.restore();
    let AdminReply::Connection(view) = north.ask(enabled(true)).await else { panic!("a view") };
    assert_eq!(view.told, "");
    let zealand = south.client("NZ");
    let both = async {
        let mut inbox = inbox(&zealand);
        for _ in 0..2 {
            let envelope = inbox.next().await.expect("it comes");
            acknowledge(&zealand, &envelope, AcknowledgementKind::Received, "").await;
        }
    };
    soon(passing(&north, &south, both)).await;
    for number in [handed, waits] {
        assert_eq!(north.ended(&south, number).await.tracking_info, "Delivered");
    }
}
