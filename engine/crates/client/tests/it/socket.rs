//! Sockets that break, hang, are kept and are few.

use std::time::Duration;

use phytohub_client::{
    CallError, ClientConfig, Outcome, ServerTrust, SoapClient, Stage, TimeLimits,
};
use phytohub_testkit::TestCa;
use phytohub_wire::soap::Operation;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use tokio::net::TcpListener;

use crate::partner::{Act, Partner, acknowledged, config, http};

async fn call(client: &SoapClient) -> Result<ClientReply, CallError> {
    let body = soap::acknowledge_envelope_receipt("1");
    client.call(Operation::AcknowledgeEnvelopeReceipt, body).await
}

fn impatient(times: TimeLimits, config: ClientConfig) -> SoapClient {
    SoapClient::new(ClientConfig { times, ..config }).expect("a client")
}

const MOMENT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn one_socket_serves_many_calls() {
    let partner = Partner::saying(&acknowledged()).await;
    let client = partner.client();
    for _ in 0..20 {
        call(&client).await.expect("a reply");
    }
    assert_eq!((partner.sockets(), partner.requests().len()), (1, 20));
}

#[tokio::test]
async fn a_socket_that_was_closed_while_idle_is_replaced_unseen() {
    let partner = Partner::doing(&[Act::SayAndClose(acknowledged())]).await;
    let client = partner.client();
    for _ in 0..5 {
        call(&client).await.expect("a reply");
    }
    assert_eq!((partner.sockets(), partner.requests().len()), (5, 5));
    // Announced, the end of a socket is no surprise at all.
    let reply = acknowledged().replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let partner = Partner::doing(&[Act::SayAndClose(reply)]).await;
    let client = partner.client();
    call(&client).await.expect("a reply");
    call(&client).await.expect("a reply");
}

#[tokio::test]
async fn a_socket_that_was_idle_too_long_is_not_used_again() {
    let partner = Partner::saying(&acknowledged()).await;
    let config = ClientConfig { idle_time: Duration::ZERO, ..partner.config() };
    let client = SoapClient::new(config).expect("a client");
    call(&client).await.expect("a reply");
    client.close_idle();
    call(&client).await.expect("a reply");
    assert_eq!(partner.sockets(), 2);
}

#[tokio::test]
async fn after_the_request_left_nobody_knows() {
    for act in [
        Act::SayAndClose(String::new()),
        Act::SayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<s:Env".to_owned()),
        Act::SayAndClose("nonsense\r\n\r\n".to_owned()),
    ] {
        let partner = Partner::doing(&[act]).await;
        let error = call(&partner.client()).await.expect_err("no reply");
        assert!(matches!(error, CallError::NoAnswer { .. }), "{error}");
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(partner.requests().len(), 1, "sent once");
    }
}

#[tokio::test]
async fn time_is_up_in_every_stage_and_told_by_it() {
    let times = TimeLimits { call: MOMENT, ..TimeLimits::default() };
    let partner = Partner::doing(&[Act::Hang]).await;
    let error = call(&impatient(times, partner.config())).await.expect_err("no reply");
    assert!(matches!(error, CallError::Timeout { stage: Stage::Exchange }), "{error}");
    assert_eq!(error.outcome(), Outcome::Unknown);

    let slow = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<s:Env".to_owned();
    let partner = Partner::doing(&[Act::Say(slow)]).await;
    let error = call(&impatient(times, partner.config())).await.expect_err("half a reply");
    assert_eq!(error.outcome(), Outcome::Unknown);

    // Takes sockets and never says a word of TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let trust = ServerTrust::Authorities(vec![TestCa::new("CA").der().clone()]);
    let silent = config(&format!("https://127.0.0.1:{port}/"), trust.clone());
    let times = TimeLimits { handshake: MOMENT, ..TimeLimits::default() };
    let error = call(&impatient(times, silent.clone())).await.expect_err("no handshake");
    assert!(matches!(error, CallError::Timeout { stage: Stage::Handshake }), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);

    drop(listener);
    let error = call(&SoapClient::new(silent).expect("a client")).await.expect_err("nobody");
    assert!(matches!(error, CallError::Connect { .. }), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_server_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let trust = ServerTrust::Authorities(vec![TestCa::new("CA").der().clone()]);
    let client = SoapClient::new(config(&format!("https://127.0.0.1:{port}/"), trust));
    let client = client.expect("a client");
    let plain = async {
        let (stream, _) = listener.accept().await.expect("a socket");
        stream.writable().await.expect("open");
        stream.try_write(http("400 Bad Request", "", "").as_bytes()).expect("room");
        stream
    };
    let (error, _stream) = tokio::join!(call(&client), plain);
    let error = error.expect_err("no TLS");
    assert!(matches!(error, CallError::Tls { .. }), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn calls_beyond_the_sockets_wait_and_no_longer_than_granted() {
    let partner = Partner::doing(&[Act::Hang]).await;
    let times = TimeLimits { call: MOMENT, ..TimeLimits::default() };
    let one = ClientConfig { sockets_max: 1, times, ..partner.config() };
    let client = SoapClient::new(one).expect("a client");
    let (first, second) = tokio::join!(call(&client), call(&client));
    let stages = [first, second].map(|done| match done {
        Err(CallError::Timeout { stage }) => stage,
        other => panic!("{other:?}"),
    });
    // The first time to end frees the socket; who waited for it has no time left either.
    assert_eq!(stages[0], Stage::Exchange);
    assert_ne!(stages[1], Stage::Exchange);
    assert_eq!(partner.sockets(), 1);
}

#[tokio::test]
async fn many_calls_at_once_share_few_sockets() {
    let partner = Partner::saying(&acknowledged()).await;
    let client = SoapClient::new(ClientConfig { sockets_max: 2, ..partner.config() });
    let client = client.expect("a client");
    let (a, b, c) = tokio::join!(call(&client), call(&client), call(&client));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!((partner.sockets(), partner.requests().len()), (2, 3));
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_its_socket_with_it() {
    let partner = Partner::doing(&[Act::Hang, Act::Say(acknowledged())]).await;
    let client = partner.client();
    tokio::time::timeout(MOMENT, call(&client)).await.expect_err("it hangs");
    call(&client).await.expect("a reply");
    assert_eq!(partner.sockets(), 2, "the reply of one call is never that of another");
}
