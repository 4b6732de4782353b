//! What a partner may answer, and what that means.

use std::time::Duration;

use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_exchange::AdminRequest;
use phytohub_testkit::{PartnerAnswer, TestCall, TestPartner, certificate_xml};
use phytohub_wire::soap::client::{self, ClientReply};

use super::{HOUR, World, patient};

/// Brings one envelope that is answered like this: it fails, can be pulled all the while, and
/// comes again with the same number when its time has come, not before.
async fn refused(answer: impl FnOnce(&TestCall) -> PartnerAnswer, because: &str) {
    let world = World::with(patient()).await;
    let number = world.deliver("A").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), number);
    let answer = answer(&call);
    call.answer(answer);
    let status = world.failures(1).await;
    assert!(status.last_error.contains(because), "{because}: {status:?}");

    let shown = world.show(&number).await;
    assert_eq!((shown.attempts, shown.tracking_info.as_str()), (1, "PendingDelivery"));
    assert!(shown.last_error.contains(because) && shown.handed_over.is_none(), "{shown:?}");
    let mut client = world.hub.client("LK").await;
    match client.call(client::pull_single_import_envelope(&number)).await {
        ClientReply::Envelope(envelope) => assert_eq!(envelope.content, "<a>&amp; \u{e5}</a>"),
        other => panic!("{other:?}"),
    }

    // Half of the first wait is the least that jitter leaves.
    world.pass(Duration::from_secs(14));
    world.deliver("B").await;
    let other = world.partner.call().await;
    assert_eq!(other.header().nppo_certificate_number, "B", "too early for A");
    other.take();
    world.successes(1).await;
    world.pass(Duration::from_secs(16));
    let again = world.partner.call().await;
    assert_eq!(again.number(), number);
    again.take();
    world.successes(2).await;
    let shown = world.show(&number).await;
    assert_eq!((shown.attempts, shown.last_error.as_str()), (0, ""));
    assert!(shown.handed_over.is_some());
}

fn ours(number: &str) -> EnvelopeHeader {
    EnvelopeHeader { hub_delivery_number: Some(number.to_owned()), ..super::header("A") }
}

#[tokio::test]
async fn a_page_for_people_hands_nothing_over() {
    let page = "<!DOCTYPE html><html><body>Welcome to our portal</body></html>";
    refused(|_| PartnerAnswer::http("200 OK", "text/html", page), "no SOAP").await;
}

#[tokio::test]
async fn nothing_at_all_hands_nothing_over() {
    refused(|_| PartnerAnswer::http("200 OK", "text/xml", ""), "no SOAP").await;
}

#[tokio::test]
async fn a_status_500_with_a_fault_hands_nothing_over() {
    refused(|_| PartnerAnswer::fault("our database is full"), "our database is full").await;
}

#[tokio::test]
async fn a_status_500_without_a_fault_hands_nothing_over() {
    let answer = |_: &TestCall| {
        PartnerAnswer::http("500 Internal Server Error", "text/plain", "stack trace")
    };
    refused(answer, "HTTP status 500: stack trace").await;
}

#[tokio::test]
async fn a_fault_with_status_200_hands_nothing_over() {
    let fault = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
                 <s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>\
                 </s:Body></s:Envelope>";
    refused(|_| PartnerAnswer::soap(fault), "a fault").await;
}

#[tokio::test]
async fn half_a_reply_hands_nothing_over() {
    refused(|call| PartnerAnswer::header(&ours(&call.number())).half(), "connection broke").await;
}

#[tokio::test]
async fn a_closed_socket_hands_nothing_over() {
    refused(|_| PartnerAnswer::Last(Vec::new()), "connection broke").await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n";
    refused(|_| PartnerAnswer::Raw(redirect.into()), "redirects are not followed").await;
}

#[tokio::test]
async fn an_endless_reply_is_broken_off() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<";
    refused(|_| PartnerAnswer::Endless(head.into()), "longer than granted").await;
}

#[tokio::test]
async fn a_reply_about_another_envelope_hands_nothing_over() {
    refused(|_| PartnerAnswer::header(&ours("SOMEBODY-ELSES")), "speaks of another").await;
}

#[tokio::test]
async fn a_reply_to_another_operation_hands_nothing_over() {
    refused(|_| PartnerAnswer::told(), "another operation").await;
}

#[tokio::test]
async fn a_reply_that_says_failed_hands_nothing_over() {
    let failed = |call: &TestCall| {
        PartnerAnswer::header(&EnvelopeHeader {
            tracking_info: Some(TrackingInfo::FailedDelivery),
            error_message: Some("unknown importer".into()),
            ..ours(&call.number())
        })
    };
    refused(failed, "FailedDelivery: unknown importer").await;
}

#[tokio::test]
async fn no_answer_hands_nothing_over_when_its_time_is_up() {
    let world = World::with(patient()).await;
    let number = world.deliver("A").await;
    let held = world.partner.call().await;
    world.pass(Duration::from_secs(60));
    let status = world.failures(1).await;
    assert_eq!(status.last_error, "no answer within 60 s");
    world.pass(Duration::from_secs(30));
    let again = world.partner.call().await;
    assert_eq!((again.number(), held.number()), (number.clone(), number));
    again.take();
    world.successes(1).await;
}

#[tokio::test]
async fn a_late_answer_is_an_answer() {
    let world = World::new().await;
    let number = world.deliver("A").await;
    let held = world.partner.call().await;
    world.pass(Duration::from_secs(59));
    held.take();
    world.successes(1).await;
    assert!(world.show(&number).await.handed_over.is_some());
}

#[tokio::test]
async fn an_answer_given_twice_answers_nothing_else() {
    let world = World::with(patient()).await;
    let first = world.deliver("A").await;
    let call = world.partner.call().await;
    call.answer(PartnerAnswer::header(&ours(&first)).twice());
    world.successes(1).await;
    let second = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), second);
    call.answer(PartnerAnswer::fault("not this one"));
    let status = world.failures(1).await;
    assert_eq!(status.succeeded, 1, "the second reply to A is no reply to B");
    assert!(status.last_error.contains("not this one"));
}

#[tokio::test]
async fn what_is_handed_over_is_whole_and_not_yet_delivered() {
    let world = World::new().await;
    let document = certificate_xml(20_000);
    let number = world.deliver_content("A", &document).await;
    let call = world.partner.call().await;
    assert_eq!(call.content(), format!("<![CDATA[{document}]]>"));
    assert_eq!(call.certificate, Some(world.identity.fingerprint()), "the hub says who it is");
    let told = call.header();
    assert_eq!((told.from.as_str(), told.to.as_str()), ("NO", "LK"));
    assert_eq!(told.hub_delivery_number.as_deref(), Some(number.as_str()));
    assert_eq!(told.tracking_info, Some(TrackingInfo::PendingDelivery));
    call.answer(PartnerAnswer::header(&told));
    world.successes(1).await;
    assert_eq!(world.info(&number).await, "PendingDelivery");

    // Nobody acknowledges: it comes again after a day, not before.
    world.pass(23 * HOUR);
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), other);
    call.take();
    world.successes(2).await;
    world.pass(HOUR);
    let again = world.partner.call().await;
    assert_eq!(again.number(), number);
    again.take();
    world.successes(3).await;
    world.acknowledge(&number).await;
    assert_eq!(world.info(&number).await, "Delivered");
    world.acknowledge(&other).await;
    world.pass(48 * HOUR);
    let last = world.deliver("C").await;
    assert_eq!(world.partner.call().await.number(), last, "what is delivered stays delivered");
}

#[tokio::test]
async fn a_large_content_comes_as_it_was() {
    let world = World::new().await;
    let document = certificate_xml(3 << 20);
    world.deliver_content("A", &document).await;
    let call = world.partner.call().await;
    assert!(call.content() == format!("<![CDATA[{document}]]>"), "changed on its way");
    call.take();
    world.successes(1).await;
}

#[tokio::test]
async fn an_acknowledgement_may_come_before_the_answer() {
    let world = World::new().await;
    for (done, state) in [(1, "Delivered"), (2, "DeliveredNotReadable")] {
        let number = world.deliver(state).await;
        let call = world.partner.call().await;
        let acknowledgement = match done {
            1 => client::acknowledge_envelope_receipt(&number),
            _ => client::acknowledge_failed_envelope_receipt(&number, "torn"),
        };
        world.hub.client("LK").await.call(acknowledgement).await;
        assert_eq!(world.info(&number).await, state);
        call.take();
        world.successes(done).await;
        let shown = world.show(&number).await;
        assert_eq!((shown.tracking_info.as_str(), shown.next_attempt), (state, None));
    }
    world.pass(48 * HOUR);
    let last = world.deliver("C").await;
    assert_eq!(world.partner.call().await.number(), last);
}

#[tokio::test]
async fn a_server_that_is_not_trusted_gets_nothing() {
    let world = World::with(super::hasty()).await;
    let stranger = phytohub_testkit::TestCa::new("Another CA");
    let impostor = TestPartner::start_with(world.hub.ca(), &stranger.server(&["localhost"])).await;
    world.endpoint("LK", &impostor).await;
    world.deliver("A").await;
    let status = world.failures(1).await;
    assert!(status.last_error.contains("not trusted"), "{status:?}");
    assert_eq!(impostor.unseen(), 0);
}

#[tokio::test]
async fn a_private_address_is_called_only_where_that_is_allowed() {
    let world = World::with(super::hasty()).await;
    let authority = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(world.hub.ca().der())
    };
    let push = phytohub_exchange::admin::PushInput {
        url: world.partner.url(),
        trust: phytohub_exchange::admin::TrustInput::Authorities(vec![authority]),
        allow_private: false,
    };
    let push = phytohub_exchange::admin::Setting::Set(push);
    world.change("LK", super::ConnectionChanges { push, ..super::changes() }).await;
    world.deliver("A").await;
    let status = world.failures(1).await;
    assert!(status.last_error.contains("not of the public internet"), "{status:?}");
    assert_eq!(world.partner.unseen(), 0);
}

#[tokio::test]
async fn what_is_set_aside_or_given_up_is_not_brought() {
    let world = World::with(super::hasty()).await;
    let number = world.deliver("A").await;
    let call = world.partner.call().await;
    call.answer(PartnerAnswer::fault("busy"));
    world.failures(1).await;
    let reason = || "trial".to_owned();
    world.hub.admin(AdminRequest::EnvelopePark { number: number.clone(), reason: reason() }).await;
    world.pass(HOUR);
    let other = world.deliver("B").await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), other);
    call.answer(PartnerAnswer::fault("busy"));
    world.failures(2).await;
    let fail = AdminRequest::EnvelopeFail { number: other, reason: reason() };
    world.hub.admin(fail).await;
    world
        .hub
        .admin(AdminRequest::EnvelopeUnpark { number: number.clone(), reason: reason() })
        .await;
    let call = world.partner.call().await;
    assert_eq!(call.number(), number, "B is given up");
    call.take();
    world.successes(1).await;
    assert_eq!(world.partner.unseen(), 0);
}
