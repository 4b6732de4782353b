//! What partners answer, and what is made of it.

use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{CallError, ClientConfig, Identity, Outcome, RequestBody, SoapClient};
use phytohub_domain::ErrorKind;
use phytohub_testkit::TestHub;
use phytohub_wire::soap::Operation;
use phytohub_wire::soap::client::{self as soap, ClientReply};

use crate::partner::{Act, Partner, acknowledged, config, http, soap as envelope};

async fn call(client: &SoapClient) -> Result<ClientReply, CallError> {
    let body = soap::acknowledge_envelope_receipt("1");
    client.call(Operation::AcknowledgeEnvelopeReceipt, body).await
}

/// What a partner's reply leads to; it is always known that the partner has the request.
async fn error(act: Act) -> CallError {
    let partner = Partner::doing(&[act]).await;
    let error = call(&partner.client()).await.expect_err("no reply that counts");
    assert_eq!(error.outcome(), Outcome::Answered, "{error}");
    assert_eq!(partner.requests().len(), 1, "nothing is sent twice");
    error
}

#[tokio::test]
async fn a_hub_answers_the_connection_whose_certificate_is_shown() {
    let hub = TestHub::start().await;
    let trust = phytohub_client::ServerTrust::Authorities(vec![hub.ca().der().clone()]);
    let url = format!("https://localhost:{}/hub/DeliveryService", hub.address().port());
    let certificate = hub.certificate("LK");
    let identity =
        Identity::from_pem(certificate.pem().as_bytes(), certificate.key_pem().as_bytes());
    let config = ClientConfig { identity: Some(identity.expect("PEM")), ..config(&url, trust) };
    let client = SoapClient::new(config.clone()).expect("a client");
    for _ in 0..3 {
        let reply = client.call(Operation::GetProfile, soap::get_profile()).await;
        let ClientReply::Profile(profile) = reply.expect("a reply") else { panic!("no profile") };
        assert_eq!(profile.country, "LK");
    }
    // A stranger hears so in a fault.
    let stranger = SoapClient::new(ClientConfig { identity: None, ..config }).expect("a client");
    let error = stranger.call(Operation::GetProfile, soap::get_profile()).await;
    let Err(CallError::Fault { status: 500, message, .. }) = error else { panic!("{error:?}") };
    assert!(message.contains("not found"), "{message}");
    hub.stop().await;
}

#[tokio::test]
async fn a_request_leaves_as_its_pieces_say() {
    let partner = Partner::saying(&acknowledged()).await;
    let pieces = ["<a>", "", "b\u{e5}", "</a>"].map(|piece| Bytes::from_static(piece.as_bytes()));
    let body: RequestBody = pieces.into_iter().collect();
    let done = partner.client().call(Operation::AdvancedAcknowledgeEnvelopeReceipt, body).await;
    assert!(matches!(done, Ok(ClientReply::Acknowledged(_))), "{done:?}");
    let request = partner.requests().pop().expect("a request");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head and a body");
    assert_eq!(body, "<a>b\u{e5}</a>");
    let host = format!("host: localhost:{}", partner.address.port());
    for part in [
        "POST /partner/Service HTTP/1.1",
        &host,
        "content-type: text/xml; charset=utf-8",
        "soapaction: \"http://ephyto.ippc.int/IDeliveryService/NegativeAcknowledgeEnvelopeReceipt\"",
        "content-length: 10",
    ] {
        assert!(head.lines().any(|line| line == part), "{head} lacks {part}");
    }
}

#[tokio::test]
async fn a_fault_is_told_whatever_its_status() {
    let fault = envelope(
        "<s:Fault><faultcode>s:Server</faultcode><faultstring>down for repair</faultstring></s:Fault>",
    );
    for (line, expected) in [("500 No", 500), ("200 OK", 200), ("403 No", 403)] {
        let error = error(Act::Say(http(line, "Content-Type: text/xml\r\n", &fault))).await;
        let CallError::Fault { status, code, message, retry_after } = &error else {
            panic!("{error}");
        };
        assert_eq!((*status, code.as_str()), (expected, "s:Server"));
        assert_eq!((message.as_str(), *retry_after), ("down for repair", None));
    }
    let error = error(Act::Say(http("503 Later", "Retry-After: 7\r\n", &fault))).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.kind(), ErrorKind::Exhausted);
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let other = Partner::saying(&acknowledged()).await;
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("https://localhost:{}/", other.address.port());
        let reply = http(status, &format!("Location: {location}\r\n"), "");
        let error = error(Act::Say(reply)).await;
        let CallError::Redirect { location: told, .. } = &error else { panic!("{error}") };
        assert_eq!(*told, location);
        assert_eq!(error.kind(), ErrorKind::Denied);
    }
    assert_eq!(other.sockets(), 0);
}

#[tokio::test]
async fn a_page_for_people_is_no_reply() {
    let page = "<!DOCTYPE html>\n<html><head>\u{1b}[2J<title>Log in</title></head></html>";
    let headers = "Content-Type: text/html\r\n";
    match error(Act::Say(http("200 OK", headers, page))).await {
        CallError::NotSoap { content_type, excerpt } => {
            assert_eq!(content_type, "text/html");
            assert!(excerpt.contains("Log in") && !excerpt.contains('\u{1b}'), "{excerpt}");
        }
        other => panic!("{other}"),
    }
    match error(Act::Say(http("403 Forbidden", headers, page))).await {
        CallError::HttpStatus { status: 403, excerpt, .. } => assert!(excerpt.contains("Log in")),
        other => panic!("{other}"),
    }
    match error(Act::Say(http("200 OK", "", ""))).await {
        CallError::NotSoap { .. } => {}
        other => panic!("{other}"),
    }
    match error(Act::Say(http("200 OK", "", &envelope("<Other xmlns=\"urn:x\"/>")))).await {
        CallError::NotUnderstood { .. } => {}
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn no_more_of_a_reply_is_read_than_was_granted() {
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned();
    assert!(matches!(error(Act::Say(announced)).await, CallError::ReplyTooLong { .. }));
    let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let partner =
        Partner::doing(&[Act::SayForEver(format!("{head}{chunk}")), Act::Say(String::new())]).await;
    // The head repeats, which is no chunk: the limit must be reached before.
    let config = ClientConfig { reply_bytes_max: 1 << 13, ..partner.config() };
    let error = call(&SoapClient::new(config).expect("a client")).await.expect_err("endless");
    assert!(matches!(error, CallError::ReplyTooLong { bytes_max: 0x2000 }), "{error}");
}
