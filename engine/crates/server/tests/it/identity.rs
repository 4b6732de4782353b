//! Who calls is asked on every request, whatever the socket's age.

use std::time::Duration;

use http::StatusCode;
use phytohub_exchange::AdminRequest;
use phytohub_testkit::{KeyKind, TestCertificate, TestClient, TestHub, TestHubOptions, TestTls};
use phytohub_wire::soap::client::{self, ClientReply};

const NOT_FOUND: &str = "NPPO from client certificate not found";

async fn is_known(client: &mut TestClient) -> bool {
    let reply = client.post(client::get_profile()).await;
    match reply.status {
        StatusCode::OK => true,
        status => {
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(reply.fault(), NOT_FOUND);
            false
        }
    }
}

#[tokio::test]
async fn strangers_get_the_fault_that_clients_know() {
    let hub = TestHub::start().await;
    assert!(!is_known(&mut hub.client_with(None).await).await);
    let unknown = hub.ca().client("NO");
    assert!(!is_known(&mut hub.client_with(Some(&unknown)).await).await);
    assert!(is_known(&mut hub.client("NO").await).await);
}

#[tokio::test]
async fn odd_certificates_are_known_once_registered() {
    let hub = TestHub::start().await;
    let certificates = [
        hub.ca().client_version_1("NO"),
        hub.ca().client_with_unknown_extension("NO"),
        hub.ca().server(&["no.example"]),
        TestCertificate::self_signed("NO", KeyKind::Rsa2048),
    ];
    for certificate in &certificates {
        hub.register("NO", certificate).await;
        for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
            let tls = TestTls::with_versions(hub.ca(), Some(certificate), versions);
            assert!(is_known(&mut tls.connect(hub.address()).await).await);
        }
    }
}

#[tokio::test]
async fn a_removed_certificate_is_refused_on_a_live_socket() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    assert!(is_known(&mut client).await);
    let fingerprint = hub.certificate("NO").fingerprint().to_string();
    hub.admin(AdminRequest::CertificateRemove { code: "NO".to_owned(), fingerprint }).await;
    assert!(!is_known(&mut client).await);
}

#[tokio::test]
async fn a_disabled_connection_is_refused_on_a_live_socket() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    for enabled in [false, true] {
        hub.admin(AdminRequest::ConnectionSetEnabled { code: "NO".to_owned(), enabled }).await;
        assert_eq!(is_known(&mut client).await, enabled);
        if !enabled {
            // The refusal left a body unread, so that socket is gone.
            client = hub.client("NO").await;
        }
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused_on_a_live_socket() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    assert!(is_known(&mut client).await);
    hub.clock().advance(Duration::from_secs(24 * 366 * 86_400));
    assert!(!is_known(&mut client).await);
}

#[tokio::test]
async fn a_resumed_session_is_the_same_caller() {
    let hub = TestHub::start().await;
    for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
        let tls = TestTls::with_versions(hub.ca(), Some(hub.certificate("LK")), versions);
        for resumed in [false, true] {
            let mut raw = crate::raw::Raw::open(&hub, &tls).await;
            let body = String::from_utf8(client::get_profile()).expect("UTF-8");
            let length = format!("Content-Length: {}\r\n", body.len());
            raw.send(crate::raw::post("1.1", &length) + &body).await;
            let reply = raw.reply().await;
            assert!(reply.body.contains("LK"), "{}", reply.body);
            let kind = raw.stream.get_ref().1.handshake_kind();
            assert_eq!(kind == Some(rustls::HandshakeKind::Resumed), resumed, "{versions:?}");
        }
    }
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_on_a_live_socket_where_authorities_are_asked() {
    let options = TestHubOptions { trust_ca: true, ..TestHubOptions::default() };
    let hub = TestHub::start_with(options).await;
    let (mut norway, mut lanka) = (hub.client("NO").await, hub.client("LK").await);
    assert!(is_known(&mut norway).await && is_known(&mut lanka).await);
    hub.revoke(&[hub.certificate("NO")]);
    assert!(!is_known(&mut norway).await);
    assert!(is_known(&mut lanka).await, "the socket lived through the reload");
    let own = TestCertificate::self_signed("LK", KeyKind::P256);
    hub.register("LK", &own).await;
    assert!(!is_known(&mut hub.client_with(Some(&own)).await).await, "no authority issued it");
}

#[tokio::test]
async fn a_caller_is_who_its_certificate_says() {
    let hub = TestHub::start().await;
    let profile = hub.client("AR").await.call(client::get_profile()).await;
    let ClientReply::Profile(profile) = profile else { panic!("{profile:?}") };
    assert_eq!(profile.country, "AR");
}
