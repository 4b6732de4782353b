//! A running hub: what it prints, how it stops, what it reads anew.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use phytohub::client::{ClientFiles, SoapClient, tls_config};
use phytohub_server::Tasks;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use rustix::process::Signal;
use rustls::{ClientConnection, StreamOwned};

use crate::support::{CONTENT, Serving, Trial, deliver, fault, header, state};

#[test]
fn one_line_is_printed_for_each_door() {
    let trial = Trial::new();
    let hub = trial.serve();
    let [https, metrics, admin] = hub.doors() else { panic!("{:?}", hub.doors()) };
    assert!(https.starts_with("listening https://127.0.0.1:"), "{https}");
    assert!(https.ends_with("/hub/DeliveryService"), "{https}");
    assert!(metrics.starts_with("listening http://127.0.0.1:"), "{metrics}");
    assert!(admin.starts_with("listening unix:") && admin.ends_with("/admin.sock"), "{admin}");

    assert!(hub.page("/healthz").starts_with("HTTP/1.1 200"));
    assert!(hub.page("/metrics").contains("hub_pending_envelopes 0"));
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn an_interrupt_ends_it_like_a_termination() {
    let trial = Trial::new();
    let mut hub = trial.serve();
    hub.signal(Signal::INT);
    assert_eq!(hub.wait().code, Some(0));
    assert!(!trial.path("run/admin.sock").exists());
}

/// A delivery of which the hub has the header and the first half.
struct HalfSent {
    stream: StreamOwned<ClientConnection, TcpStream>,
    rest: Vec<u8>,
}

impl HalfSent {
    fn begin(trial: &Trial, hub: &Serving) -> Self {
        let config = tls_config(&ClientFiles::of_trial(&trial.path(""), "LK")).expect("TLS");
        let name = "localhost".try_into().expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
        let socket = TcpStream::connect(hub.https()).expect("the door is open");
        let mut stream = StreamOwned::new(connection, socket);
        let mut body = soap::deliver_envelope(&header("LK", "NO"), CONTENT);
        let rest = body.split_off(body.len() / 2);
        let length = body.len() + rest.len();
        write!(
            stream,
            "POST /hub/DeliveryService HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
             Content-Type: text/xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n"
        )
        .expect("a header");
        // Its answer shows that the request is in flight.
        let mut word = [0; 21];
        stream.read_exact(&mut word).expect("an answer");
        assert!(word.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&word));
        stream.write_all(&body).expect("the first half");
        Self { stream, rest }
    }

    fn finish(mut self) -> String {
        self.stream.write_all(&self.rest).expect("the rest");
        let mut reply = Vec::new();
        // A hub that goes may end the connection without TLS's own good-bye.
        let _ = self.stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    }
}

#[test]
fn a_request_in_flight_is_answered_before_it_stops() {
    let trial = Trial::new();
    let mut hub = trial.serve();
    let delivery = HalfSent::begin(&trial, &hub);
    let address = hub.https();
    hub.signal(Signal::TERM);
    hub.wait_for_log("stopping");
    let reply = delivery.finish();
    assert!(reply.contains("PendingDelivery"), "{reply}");
    let stopped = hub.wait();
    assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    assert!(TcpStream::connect(address).is_err(), "the door is closed");

    let waiting = trial.json(&["envelope", "list", "--to", "NO"]);
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
}

#[test]
fn a_request_that_never_ends_does_not_keep_it() {
    let trial = Trial::new();
    let toml = fs::read_to_string(trial.path("hub.toml")).expect("a configuration");
    fs::write(trial.path("hub.toml"), format!("drain_seconds = 1\n{toml}")).expect("written");
    let mut hub = trial.serve();
    let _delivery = HalfSent::begin(&trial, &hub);
    hub.signal(Signal::TERM);
    let stopped = hub.wait();
    assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    assert!(stopped.errors.contains("drain_seconds"), "{}", stopped.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_and_limits_are_reloaded_while_sockets_live() {
    let (trial, other) = (Trial::new(), Trial::new());
    let mut hub = trial.serve();
    let mut old = hub.client("LK").await;
    let number = deliver(&mut old, "LK", "NO").await;

    for file in ["server.pem", "server.key"] {
        fs::copy(other.path("pki").join(file), trial.path("pki").join(file)).expect("copied");
    }
    trial.configure("limits", "request_bytes = 65536\ncontent_bytes = 65536\npull_bytes = 65536");
    hub.signal(Signal::HUP);
    hub.wait_for_log("read certificates, trust and limits anew");

    assert_eq!(state(&mut old, &number).await, "PendingDelivery", "an open socket lives on");
    let body = soap::deliver_envelope(&header("LK", "NO"), &"x".repeat(100_000));
    let message = fault(&mut old, body).await;
    assert!(message.contains("65536"), "{message}");

    let (tasks, mut files) = (Tasks::new(), ClientFiles::of_trial(&trial.path(""), "LK"));
    let connected = SoapClient::connect(&files, hub.https(), &tasks).await;
    assert!(connected.is_err(), "the old authority did not issue the new certificate");
    files.authority = other.path("pki/ca.pem");
    let mut new = SoapClient::connect(&files, hub.https(), &tasks).await.expect("a connection");
    assert_eq!(state(&mut new, &number).await, "PendingDelivery");
    assert_eq!(hub.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_is_refused_on_reload_and_the_old_kept() {
    let trial = Trial::new();
    let mut hub = trial.serve();
    fs::write(trial.path("pki/server.pem"), "no certificate").expect("written");
    hub.signal(Signal::HUP);
    let said = hub.wait_for_log("refused to reload");
    assert!(said.contains("server.pem"), "{said}");
    let number = deliver(&mut hub.client("LK").await, "LK", "NO").await;

    trial.configure("limits", "sockets = 0");
    hub.signal(Signal::HUP);
    let said = hub.wait_for_log("refused to reload");
    assert!(said.contains("sockets must be from 1"), "{said}");
    assert_eq!(state(&mut hub.client("LK").await, &number).await, "PendingDelivery");
    assert_eq!(hub.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_in_an_authority_is_put_in_force_by_a_reload() {
    let trial = Trial::new();
    let mut hub = trial.serve();
    let mut client = hub.client("LK").await;
    deliver(&mut client, "LK", "NO").await;

    // The certificates stay registered, but another authority than theirs is trusted now.
    let other = Trial::new();
    fs::copy(other.path("pki/ca.pem"), trial.path("pki/trusted.pem")).expect("copied");
    trial.configure("trust", "mode = \"ca\"\nca = [\"pki/trusted.pem\"]");
    hub.signal(Signal::HUP);
    hub.wait_for_log("read certificates, trust and limits anew");
    let message = fault(&mut client, soap::get_profile()).await;
    assert_eq!(message, "NPPO from client certificate not found");

    fs::copy(trial.path("pki/ca.pem"), trial.path("pki/trusted.pem")).expect("copied");
    hub.signal(Signal::HUP);
    hub.wait_for_log("read certificates, trust and limits anew");
    let reply = hub.client("LK").await.call(soap::get_profile()).await;
    assert!(matches!(reply, Ok(ClientReply::Profile(_))), "{reply:?}");
}
