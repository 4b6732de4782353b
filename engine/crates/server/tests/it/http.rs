//! The door's HTTP: what it takes, what it refuses and how.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use http::{HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use phytohub_domain::Limits;
use phytohub_testkit::{TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::soap::client::{self, ClientReply, read_reply};
use tokio::io::AsyncWriteExt;

use crate::message::{deliver, header};
use crate::raw::{Raw, post};

const PATH: &str = "/hub/DeliveryService";

#[tokio::test]
async fn the_wsdl_is_served_to_everybody_in_any_case() {
    let hub = TestHub::start().await;
    let mut stranger = hub.client_with(None).await;
    for query in ["wsdl", "WSDL", "Wsdl"] {
        let request = stranger.request(Method::GET, &format!("{PATH}?{query}"), "");
        let reply = stranger.send(request).await.expect("an answer");
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.headers[CONTENT_TYPE], "text/xml; charset=utf-8");
        let text = std::str::from_utf8(&reply.body).expect("UTF-8");
        let address = format!("https://localhost:{}{PATH}", hub.address().port());
        assert!(text.contains("<wsdl:definitions") || text.contains("definitions"));
        assert!(text.contains(&address), "the address of this hub is in it");
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_by_status() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    for (method, path, status, allow) in [
        (Method::POST, "/", 404, None),
        (Method::POST, "/hub/DeliveryServiceX", 404, None),
        (Method::POST, "/hub/DeliveryService/DeliveryService", 405, Some("")),
        (Method::GET, PATH, 405, Some("GET, POST")),
        (Method::PUT, PATH, 405, Some("GET, POST")),
        (Method::DELETE, PATH, 405, Some("GET, POST")),
    ] {
        let request = client.request(method.clone(), path, "");
        let reply = client.send(request).await.expect("an answer");
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(reply.headers[CONTENT_TYPE], "text/xml; charset=utf-8");
        assert_eq!(reply.headers.get(ALLOW).map(|value| value.to_str().expect("ASCII")), allow);
        assert!(!reply.fault().is_empty());
    }
}

#[tokio::test]
async fn what_is_not_plain_soap_1_1_is_refused_with_a_fault() {
    let hub = TestHub::start().await;
    let cases = [
        (ORIGIN, "https://example.com", StatusCode::FORBIDDEN, "browsers"),
        (CONTENT_ENCODING, "gzip", StatusCode::UNSUPPORTED_MEDIA_TYPE, "uncompressed"),
        (CONTENT_TYPE, "application/soap+xml", StatusCode::UNSUPPORTED_MEDIA_TYPE, "SOAP 1.1"),
        (CONTENT_TYPE, "application/xop+xml", StatusCode::UNSUPPORTED_MEDIA_TYPE, "MTOM"),
        (CONTENT_TYPE, "multipart/related; a=b", StatusCode::UNSUPPORTED_MEDIA_TYPE, "attachments"),
    ];
    for (name, value, status, says) in cases {
        let mut client = hub.client("NO").await;
        let mut request = client.request(Method::POST, PATH, client::get_profile());
        request.headers_mut().insert(name, HeaderValue::from_static(value));
        let reply = client.send(request).await.expect("an answer");
        assert_eq!(reply.status, status, "{value}");
        assert!(reply.fault().contains(says), "{}", reply.fault());
    }
}

#[tokio::test]
async fn broken_soap_is_a_fault_and_the_socket_lives_on() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    for body in ["", "no xml", "<a/>", "<!DOCTYPE a><a/>"] {
        let reply = client.post(body).await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{body}");
        assert!(!reply.fault().is_empty());
    }
    assert!(matches!(client.call(client::get_profile()).await, ClientReply::Profile(_)));
}

#[tokio::test]
async fn code_lists_are_served() {
    let hub = TestHub::start().await;
    let mut client = hub.client("NO").await;
    let request = String::from_utf8(client::get_profile()).expect("UTF-8");
    for (operation, row) in [("GetPesticides", "Pesticide"), ("GetStatements", "Statement")] {
        let reply = client.post(request.replace("GetProfile", operation)).await;
        assert_eq!(reply.status, StatusCode::OK, "{operation}");
        let body = String::from_utf8_lossy(&reply.body);
        assert!(body.contains(&format!("{row}>")), "{operation}");
    }
}

#[tokio::test]
async fn chunked_requests_are_read() {
    let hub = TestHub::start().await;
    let mut raw = Raw::of(&hub, "NO").await;
    let body = client::deliver_envelope(&header("NO", "LK"), &certificate_xml(100 << 10));
    raw.send(post("1.1", "Transfer-Encoding: chunked\r\n")).await;
    for chunk in body.chunks(999) {
        raw.send([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()).await;
    }
    raw.send("0\r\n\r\n").await;
    let reply = raw.reply().await;
    assert_eq!(reply.status(), "200", "{}", reply.body);
}

#[tokio::test]
async fn http_1_0_is_answered_and_kept_alive_only_when_asked() {
    let hub = TestHub::start().await;
    let body = String::from_utf8(client::get_profile()).expect("UTF-8");
    let length = format!("Content-Length: {}\r\n", body.len());
    let mut raw = Raw::open(&hub, &hub.tls("NO").alpn(&[b"http/1.0"])).await;
    raw.send(post("1.0", &length) + &body).await;
    let reply = raw.reply().await;
    assert!(reply.head.starts_with("HTTP/1.0 200"), "{}", reply.head);
    assert!(raw.is_closed().await);

    let mut raw = Raw::of(&hub, "NO").await;
    for _ in 0..2 {
        raw.send(post("1.0", &format!("{length}Connection: keep-alive\r\n")) + &body).await;
        let reply = raw.reply().await;
        assert!(reply.head.starts_with("HTTP/1.0 200"), "{}", reply.head);
        assert_eq!(reply.header("connection"), Some("keep-alive"));
    }
}

#[tokio::test]
async fn a_client_that_closes_its_side_after_its_request_is_answered() {
    let hub = TestHub::start().await;
    let body = client::deliver_envelope(&header("NO", "LK"), "content");
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.0", &format!("Content-Length: {}\r\n", body.len()))).await;
    raw.send(&body).await;
    raw.stream.shutdown().await.expect("its own side");
    assert_eq!(raw.reply().await.status(), "200");
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn a_body_is_asked_for_only_if_it_will_be_read() {
    let hub = TestHub::start().await;
    let body = String::from_utf8(client::get_profile()).expect("UTF-8");
    let head = post("1.1", &format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len()));
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(&head).await;
    assert_eq!(raw.reply().await.status(), "100");
    raw.send(&body).await;
    assert_eq!(raw.reply().await.status(), "200");

    let stranger = phytohub_testkit::TestTls::new(hub.ca(), None);
    let mut raw = Raw::open(&hub, &stranger).await;
    raw.send(&head).await;
    let reply = raw.reply().await;
    assert_eq!(reply.status(), "500");
    assert!(reply.body.contains("NPPO from client certificate not found"), "{}", reply.body);
    assert_eq!(reply.header("connection"), Some("close"));
}

#[tokio::test]
async fn too_large_a_request_is_refused_by_name_of_the_limit() {
    let mut limits = Limits::default();
    limits.request_bytes = 100_000;
    let hub = TestHub::start_with(TestHubOptions { limits, ..TestHubOptions::default() }).await;
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Content-Length: 100001\r\n")).await;
    let reply = raw.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("413", Some("close")));
    assert!(reply.body.contains("100000 bytes"), "{}", reply.body);

    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Transfer-Encoding: chunked\r\n")).await;
    for _ in 0..11 {
        raw.send(format!("2710\r\n{}\r\n", "x".repeat(10_000))).await;
    }
    let reply = raw.reply().await;
    assert_eq!((reply.status(), reply.header("connection")), ("413", Some("close")));
}

#[tokio::test]
async fn a_refused_upload_can_still_read_why() {
    let hub = TestHub::start().await;
    let stranger = phytohub_testkit::TestTls::new(hub.ca(), None);
    let mut raw = Raw::open(&hub, &stranger).await;
    // Sent whole before anything is read, as old clients do.
    raw.send(post("1.1", "Content-Length: 20000000\r\n")).await;
    for _ in 0..200 {
        raw.send(vec![b'x'; 100_000]).await;
    }
    let reply = raw.reply().await;
    assert_eq!(reply.status(), "500");
    assert!(reply.body.contains("NPPO from client certificate not found"));
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn http_2_carries_many_requests_and_large_contents() {
    let hub = TestHub::start().await;
    let tls = hub.tls("LK").alpn(&[b"h2"]);
    let stream = tls.open(hub.address()).await.expect("a socket");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let content = certificate_xml(5 << 20);
    let number = deliver(&mut hub.client("NO").await, "LK", &content).await;
    let (mut sender, connection) =
        http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    hub.tasks().spawn("client", async {
        let _ = connection.await;
    });
    let mut replies = Vec::new();
    for body in [client::pull_single_import_envelope(&number), client::get_profile()] {
        let request = http::Request::post(format!("https://localhost{PATH}"))
            .header(CONTENT_TYPE, "text/xml")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        sender.ready().await.expect("a stream");
        replies.push(sender.send_request(request));
    }
    let mut read = Vec::new();
    for reply in replies {
        let reply = reply.await.expect("an answer");
        assert_eq!(reply.status(), StatusCode::OK);
        let length: usize =
            reply.headers()[CONTENT_LENGTH].to_str().expect("ASCII").parse().expect("a number");
        let body = reply.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(body.len(), length);
        read.push(read_reply(&body).expect("a reply"));
    }
    let ClientReply::Envelope(envelope) = &read[0] else { panic!("{:?}", read[0]) };
    assert!(envelope.content == content, "the content came back unchanged");
    assert!(matches!(read[1], ClientReply::Profile(_)));
    drop(sender);
    hub.stop().await;
}
