//! Who is let in, asked anew for every request.

use std::time::Duration;

use phytohub_domain::{ErrorKind, Fingerprint};
use phytohub_exchange::AdminRequest;
use phytohub_telemetry::EventKind;

use super::fixture::{ADDRESS, Fixture, OPERATOR, certificate, header, number, read_envelope};

#[tokio::test]
async fn strangers_and_removed_expired_or_disabled_ones_are_not_found() {
    let fixture = Fixture::new().await;
    let known = |byte: u8| fixture.hub.identify(Some(Fingerprint([byte; 32])), ADDRESS);
    let reason = |byte: u8| known(byte).expect_err("not let in").reason;
    let nobody = fixture.hub.identify(None, ADDRESS).expect_err("not let in");
    assert_eq!(nobody.to_string(), "NPPO from client certificate not found");
    assert!(reason(77).contains("not registered"));

    let disable = |enabled| AdminRequest::ConnectionSetEnabled { code: "NO".into(), enabled };
    fixture.admin(disable(false)).await;
    assert!(reason(0).contains("disabled"));
    fixture.admin(disable(true)).await;
    assert!(known(0).is_ok());

    let fingerprint = Fingerprint([0; 32]).to_string();
    let remove = AdminRequest::CertificateRemove { code: "NO".into(), fingerprint };
    fixture.admin(remove).await;
    assert!(reason(0).contains("removed"));
    fixture.clock.advance(Duration::from_secs(60 * 24 * 3600));
    assert!(reason(1).contains("expired"));

    fixture.store.close().expect("closed");
    let denials = fixture.store.events(1, 100).expect("readable");
    let denials: Vec<_> =
        denials.iter().filter(|e| e.event.kind == EventKind::AccessDenied).collect();
    assert_eq!(denials.len(), 5, "each denial is an event");
    assert_eq!(denials[2].event.actor.name, "NO", "and says whose certificate it was");
}

#[tokio::test]
async fn a_certificate_may_do_what_its_scope_says_and_no_more() {
    let fixture = Fixture::new().await;
    let add = |byte, scope| AdminRequest::CertificateAdd {
        code: "NO".into(),
        certificate: certificate(byte, scope),
    };
    fixture.admin(add(30, "send")).await;
    fixture.admin(add(31, "receive,acknowledge,read")).await;
    let caller =
        |byte: u8| fixture.hub.identify(Some(Fingerprint([byte; 32])), ADDRESS).expect("a caller");
    let envelope = || read_envelope(&header("NO", "NO", "A-1"), "x");
    let sent = fixture.hub.deliver_envelope(&caller(30), envelope()).await.expect("may send");
    let error = fixture.hub.deliver_envelope(&caller(31), envelope()).await;
    assert_eq!(error.expect_err("may not send").kind(), ErrorKind::Denied);
    assert!(fixture.hub.pull_import_envelope(&caller(30), |_| true).await.is_err());
    assert_eq!(
        fixture.hub.pull_import_envelope(&caller(31), |_| true).await.expect("may receive").len(),
        1
    );
    let tracked = fixture.hub.get_envelope_tracking_info(&caller(30), &number(&sent)).await;
    assert!(tracked.is_err(), "may not read");
}

#[tokio::test]
async fn a_certificate_belongs_to_one_connection_for_ever() {
    let fixture = Fixture::new().await;
    let fingerprint = Fingerprint([0; 32]).to_string();
    let give = |code: &str| AdminRequest::CertificateAdd {
        code: code.into(),
        certificate: certificate(0, "all"),
    };
    let remove = AdminRequest::CertificateRemove { code: "NO".into(), fingerprint };
    fixture.admin(remove).await;
    let error = fixture.hub.admin(&OPERATOR, give("LK")).await.expect_err("taken");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("belongs to NO"), "{error}");
    fixture.admin(give("NO")).await;
    assert!(fixture.hub.identify(Some(Fingerprint([0; 32])), ADDRESS).is_ok(), "back with its own");
}
