//! How connections to the fast door end: for strangers, for those who are no more, and in a drain.

use phytohub_client::{InboxCredit, QuicClient};
use phytohub_exchange::AdminRequest;
use phytohub_testkit::{TestHub, TestHubOptions};

use crate::quic::{acknowledge, client, config, deliver, number, soon};

#[tokio::test]
async fn strangers_are_shut_out() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let unknown = hub.ca().client("NO");
    let stranger = QuicClient::new(config(&hub, at, &unknown)).expect("a client");
    let refused = soon(stranger.profile()).await.expect_err("nobody knows it");
    assert!(!refused.is_passing(), "{refused:?}");
    hub.stop().await;
}

#[tokio::test]
async fn a_removed_certificate_ends_a_live_connection() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    lanka.profile().await.expect("it is known");
    norway.profile().await.expect("it is known");
    let mut inbox = lanka.inbox(InboxCredit::default());
    let removing = async {
        let fingerprint = hub.certificate("LK").fingerprint().to_string();
        let request = AdminRequest::CertificateRemove { code: "LK".to_owned(), fingerprint };
        hub.admin(request).await;
    };
    let (ended, ()) = tokio::join!(soon(inbox.next()), removing);
    let error = ended.expect_err("the subscriber is shut out");
    assert!(!error.is_passing(), "{error:?}");
    norway.profile().await.expect("others live on");
    hub.stop().await;
}

#[tokio::test]
async fn a_revoked_certificate_ends_a_live_connection_where_authorities_are_asked() {
    let options = TestHubOptions { trust_ca: true, ..TestHubOptions::default() };
    let hub = TestHub::start_with(options).await;
    let at = hub.open_quic();
    let lanka = client(&hub, at, "LK");
    lanka.profile().await.expect("it is known");
    let mut watch = lanka.watch();
    soon(watch.next()).await.expect("it begins");
    hub.revoke(&[hub.certificate("LK")]);
    let error = soon(watch.next()).await.expect_err("it is shut out");
    assert!(!error.is_passing(), "{error:?}");
    hub.stop().await;
}

#[tokio::test]
async fn a_drain_sends_clients_to_the_hub_that_comes_after_it() {
    let mut hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let mut inbox = lanka.inbox(InboxCredit::default());
    let first = number(&deliver(&norway, "LK", "A-1", "<a/>").await);
    let got = soon(inbox.next()).await.expect("it waits");
    assert_eq!(got.number, first);
    acknowledge(&lanka, &got).await;
    hub = hub.restart().await;
    assert_eq!(hub.open_quic_at(at), at);
    let second = number(&deliver(&norway, "LK", "A-2", "<a/>").await);
    let got = soon(inbox.next()).await.expect("it comes by another connection");
    assert_eq!(got.number, second, "and what was acknowledged does not come again");
    hub.stop().await;
}
