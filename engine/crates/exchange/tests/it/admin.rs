//! What the operator may do; every change is in the history.

use phytohub_domain::{ErrorKind, TrackingInfo};
use phytohub_exchange::{AdminReply, AdminRequest};

use super::fixture::{Fixture, OPERATOR, number};

#[tokio::test]
async fn an_envelope_can_be_parked_taken_back_and_given_up() {
    let fixture = Fixture::new().await;
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let delivered = reply.hub_delivery_number.clone().expect("a number");
    let (number_text, lk) = (number(&reply), fixture.caller("LK"));
    let reason = || "asked by LK on the telephone".to_owned();
    let park = || AdminRequest::EnvelopePark { number: delivered.clone(), reason: reason() };
    fixture.admin(park()).await;
    assert!(fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered").is_empty());
    let again = fixture.hub.admin(&OPERATOR, park()).await.expect_err("parked already");
    assert_eq!(again.kind(), ErrorKind::Conflict);
    let list = AdminRequest::EnvelopeList { to: "LK".into(), after: 0, count: 10 };
    let AdminReply::Envelopes(listed) = fixture.admin(list).await else { panic!("no list") };
    assert!(listed.len() == 1 && listed[0].parked, "the operator sees it");

    let unpark = AdminRequest::EnvelopeUnpark { number: delivered.clone(), reason: reason() };
    fixture.admin(unpark).await;
    let fail = AdminRequest::EnvelopeFail { number: delivered.clone(), reason: "gone".into() };
    fixture.admin(fail).await;
    assert_eq!(fixture.state("NO", &number_text).await, TrackingInfo::FailedDelivery);
    assert_eq!(fixture.hub.pull_import_envelope(&lk, |_| true).await.expect("answered").len(), 1);

    let history = AdminRequest::EnvelopeHistory { number: delivered };
    let AdminReply::History(events) = fixture.admin(history).await else { panic!("no history") };
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = ["EnvelopeAccepted", "EnvelopeParked", "EnvelopeUnparked", "EnvelopeFailed"];
    assert_eq!(kinds, expected);
    assert_eq!(events[1].detail, reason());
    assert_eq!((events[0].actor.as_str(), events[1].actor.as_str()), ("NO", "uid 0"));
}

#[tokio::test]
async fn mistakes_of_the_operator_are_named() {
    let fixture = Fixture::new().await;
    let refused = async |request: AdminRequest, kind: ErrorKind, words: &str| {
        let error = fixture.hub.admin(&OPERATOR, request).await.expect_err(words);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    let add = |code: &str, mode: &str, serves: &[&str]| AdminRequest::ConnectionAdd {
        code: code.into(),
        name: "x".into(),
        mode: mode.into(),
        serves: serves.iter().map(ToString::to_string).collect(),
        accepts: Vec::new(),
        certificates: Vec::new(),
    };
    refused(add("NO", "test", &[]), ErrorKind::Conflict, "connection show NO").await;
    refused(add("no", "test", &[]), ErrorKind::Invalid, "capital letters").await;
    refused(add("BR", "trial", &[]), ErrorKind::Invalid, "live or test").await;
    refused(add("BR", "live", &["Brazil"]), ErrorKind::Invalid, "two capital letters").await;
    let show = AdminRequest::ConnectionShow { code: "BR".into() };
    refused(show, ErrorKind::NotFound, "connection list").await;
    let show = AdminRequest::EnvelopeShow { number: "1".into() };
    refused(show, ErrorKind::NotFound, "never assigned").await;
    let number = fixture.deliver("NO", "LK", "A-1").await.hub_delivery_number.expect("a number");
    let fail = AdminRequest::EnvelopeFail { number, reason: " ".into() };
    refused(fail, ErrorKind::Invalid, "must say why").await;
}

#[test]
fn requests_are_plain_json() {
    let show = AdminRequest::ConnectionShow { code: "NO".into() };
    let json = serde_json::to_string(&show).expect("plain data");
    assert_eq!(json, r#"{"connection_show":{"code":"NO"}}"#);
    let list: AdminRequest = serde_json::from_str(r#""connection_list""#).expect("a request");
    assert!(matches!(list, AdminRequest::ConnectionList));
}
