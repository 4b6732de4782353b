//! The fast door as a peer sees it that speaks frames by hand, well or badly.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use phytohub_domain::EnvelopeHeader;
use phytohub_testkit::{TestCertificate, TestHub, TestHubOptions};
use phytohub_wire::quic::{
    ALPN, CloseCode, Decoder, Deliver, Delivered, End, Event, Frame, GetProfile, Head, Kind,
    Message, Profile, RefusalCode, Refused, Subscribe, Validate, encode,
};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ClientConfig, Connecting, Connection, ConnectionError, Endpoint, RecvStream, SendStream, VarInt,
};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// A connection by hand.
pub(crate) struct Raw {
    connection: Connection,
    endpoint: Endpoint,
}

impl Raw {
    pub(crate) async fn open(hub: &TestHub, at: SocketAddr, code: &str) -> Self {
        let opened = Self::try_open(hub, at, Some(hub.certificate(code)), ALPN).await;
        opened.expect("the hub takes it")
    }

    async fn try_open(
        hub: &TestHub,
        at: SocketAddr,
        certificate: Option<&TestCertificate>,
        alpn: &[u8],
    ) -> Result<Self, ConnectionError> {
        let (endpoint, connecting) = Self::begin(hub, at, certificate, alpn);
        Ok(Self { connection: connecting.await?, endpoint })
    }

    fn begin(
        hub: &TestHub,
        at: SocketAddr,
        certificate: Option<&TestCertificate>,
        alpn: &[u8],
    ) -> (Endpoint, Connecting) {
        let mut roots = RootCertStore::empty();
        roots.add(hub.ca().der().clone()).expect("the authority is one");
        let builder =
            rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .expect("the version is known")
                .with_root_certificates(roots);
        let mut tls = match certificate {
            None => builder.with_no_client_auth(),
            Some(one) => builder.with_client_auth_cert(one.chain(), one.key()).expect("they fit"),
        };
        tls.alpn_protocols = vec![alpn.to_vec()];
        let tls = QuicClientConfig::try_from(tls).expect("the suites are there");
        let endpoint = Endpoint::client((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let config = ClientConfig::new(Arc::new(tls));
        let connecting = endpoint.connect_with(config, at, "localhost").expect("a host name");
        (endpoint, connecting)
    }

    pub(crate) async fn stream(&self) -> Stream {
        let (send, receive) = self.connection.open_bi().await.expect("a stream");
        Stream { send, receive, decoder: Decoder::new(), chunk: Bytes::new() }
    }

    /// With which code the hub ends it.
    async fn closed(&self) -> Option<CloseCode> {
        match soon(self.connection.closed()).await {
            ConnectionError::ApplicationClosed(close) => {
                CloseCode::from_u64(close.error_code.into_inner())
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) struct Stream {
    pub(crate) send: SendStream,
    receive: RecvStream,
    decoder: Decoder,
    chunk: Bytes,
}

impl Stream {
    pub(crate) async fn ask<M: Message>(&mut self, request: u32, message: &M, content: &[u8]) {
        let mut out = BytesMut::new();
        encode(&mut out, request, 0, message, content.len() as u64);
        out.extend_from_slice(content);
        self.write(&out).await;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.send.write_all(bytes).await.expect("the hub reads");
    }

    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        self.frame_with(&mut Vec::new()).await
    }

    /// The next frame with all of its content; also what was left of the one before.
    pub(crate) async fn frame_with(&mut self, content: &mut Vec<u8>) -> Option<Frame> {
        soon(async {
            let mut whole = None;
            loop {
                match self.decoder.next(&mut self.chunk).expect("the hub sends frames") {
                    Some(Event::Frame(frame)) if frame.head.content == 0 => return Some(frame),
                    Some(Event::Frame(frame)) => whole = Some(frame),
                    Some(Event::Content { piece, last }) => {
                        content.extend_from_slice(&piece);
                        if last {
                            return whole;
                        }
                    }
                    None => {
                        let chunk = self.receive.read_chunk(usize::MAX, true).await;
                        self.chunk = chunk.expect("the stream lives")?.bytes;
                    }
                }
            }
        })
        .await
    }

    pub(crate) async fn told<M: Message>(&mut self) -> (u32, M) {
        let frame = self.frame().await.expect("an answer");
        assert_eq!(frame.head.known_kind(), Some(M::KIND), "{frame:?}");
        (frame.head.request, M::read(frame.fields).expect("fields of its kind"))
    }

    pub(crate) async fn refusal(&mut self) -> (u32, RefusalCode) {
        let (request, refused) = self.told::<Refused>().await;
        (request, refused.code)
    }
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), future).await.expect("it comes soon")
}

pub(crate) fn delivery(number: &str) -> Deliver {
    let header = EnvelopeHeader {
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.into(),
        ..EnvelopeHeader::default()
    };
    Deliver::new(&header, None)
}

#[tokio::test]
async fn requests_of_one_stream_are_all_answered() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    for request in 0..200 {
        stream.ask(request, &delivery(&format!("A-{request}")), b"&lt;a/&gt;").await;
    }
    stream.send.finish().expect("it is open");
    let mut answered = Vec::new();
    for _ in 0..200 {
        let (request, delivered) = stream.told::<Delivered>().await;
        assert!(delivered.head.number.is_some());
        answered.push(request);
    }
    assert!(stream.frame().await.is_none(), "the hub ends its side too");
    answered.sort_unstable();
    assert!(answered.into_iter().eq(0..200));
    hub.stop().await;
}

#[tokio::test]
async fn who_shows_no_certificate_or_another_protocol_has_no_connection() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    match Raw::try_open(&hub, at, None, ALPN).await {
        Ok(raw) => {
            let ended = soon(raw.connection.closed()).await;
            assert!(matches!(ended, ConnectionError::ConnectionClosed(_)), "{ended:?}");
        }
        Err(error) => assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error:?}"),
    }
    let other = Raw::try_open(&hub, at, Some(hub.certificate("NO")), b"h3").await;
    assert!(matches!(other.err(), Some(ConnectionError::ConnectionClosed(_))));
    let unknown = hub.ca().client("NO");
    let raw = Raw::try_open(&hub, at, Some(&unknown), ALPN).await.expect("the handshake is good");
    assert_eq!(raw.closed().await, Some(CloseCode::Denied));
    hub.stop().await;
}

#[tokio::test]
async fn kinds_that_are_not_known_are_refused_or_passed_over() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    for (request, flags) in [(1, 0), (2, Head::CRITICAL), (3, 0x0100)] {
        let mut out = BytesMut::new();
        Head { fields: 3, content: 5, kind: 0x7abc, flags, request }.write(&mut out);
        out.extend_from_slice(b"???later");
        stream.write(&out).await;
    }
    stream.ask(4, &GetProfile, b"").await;
    assert_eq!(stream.refusal().await, (2, RefusalCode::Unsupported));
    assert_eq!(stream.refusal().await, (3, RefusalCode::Unsupported));
    let (request, profile) = stream.told::<Profile>().await;
    assert_eq!((request, profile.code.as_str()), (4, "NO"));
    hub.stop().await;
}

#[tokio::test]
async fn what_is_refused_does_not_end_its_stream() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    stream.ask(1, &delivery("A-1"), b"<a/>").await;
    assert_eq!(stream.refusal().await, (1, RefusalCode::Invalid));
    stream.ask(2, &delivery(&"x".repeat(2000)), b"a").await;
    assert_eq!(stream.refusal().await, (2, RefusalCode::Invalid));
    stream.ask(3, &GetProfile, b"a content where none belongs").await;
    assert_eq!(stream.refusal().await, (3, RefusalCode::Invalid));
    stream.ask(4, &Subscribe { envelopes: 1, bytes: 1 }, b"").await;
    assert_eq!(stream.refusal().await, (4, RefusalCode::Invalid));
    stream.ask(5, &End, b"").await;
    assert_eq!(stream.refusal().await, (5, RefusalCode::Invalid));
    stream.ask(6, &Validate, b"").await;
    while stream.frame().await.expect("findings").head.known_kind() != Some(Kind::End) {}
    hub.stop().await;
}

#[tokio::test]
async fn a_content_over_the_limit_ends_the_stream_with_an_answer() {
    let mut options = TestHubOptions::default();
    options.limits.content_bytes = 1000;
    let hub = TestHub::start_with(options).await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    let mut out = BytesMut::new();
    encode(&mut out, 1, 0, &delivery("A-1"), 1001);
    stream.write(&out).await;
    assert_eq!(stream.refusal().await, (1, RefusalCode::TooLarge));
    assert!(stream.frame().await.is_none());
    // The connection lives on.
    let mut stream = raw.stream().await;
    stream.ask(2, &delivery("A-2"), &[b'a'; 1000]).await;
    assert!(stream.told::<Delivered>().await.1.head.number.is_some());
    hub.stop().await;
}

#[tokio::test]
async fn deliveries_without_room_are_passed_over_and_the_stream_goes_on() {
    let mut options = TestHubOptions::default();
    options.limits.bytes_in_flight = 100_000;
    options.limits.content_bytes = 1 << 20;
    let hub = TestHub::start_with(options).await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    stream.ask(1, &delivery("A-1"), &vec![b'a'; 500_000]).await;
    assert_eq!(stream.refusal().await, (1, RefusalCode::Exhausted));
    stream.ask(2, &delivery("A-2"), b"small").await;
    assert!(stream.told::<Delivered>().await.1.head.number.is_some());
    hub.stop().await;
}

#[tokio::test]
async fn what_is_no_frame_ends_its_stream_alone() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    for broken in [vec![0xff; 40], vec![1; 7]] {
        let mut stream = raw.stream().await;
        stream.write(&broken).await;
        let _ = stream.send.finish();
        let ended = soon(stream.receive.read_chunk(usize::MAX, true)).await;
        assert!(matches!(ended, Err(quinn::ReadError::Reset(_))), "{ended:?}");
    }
    let mut stream = raw.stream().await;
    stream.ask(1, &GetProfile, b"").await;
    assert_eq!(stream.told::<Profile>().await.1.code, "NO");
    hub.stop().await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_hub_stops() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    // Half a request is there when the drain begins.
    let mut out = BytesMut::new();
    encode(&mut out, 1, 0, &delivery("A-1"), 10);
    stream.write(&out).await;
    let mut other = raw.stream().await;
    other.ask(1, &GetProfile, b"").await;
    other.told::<Profile>().await;
    hub.drain();
    stream.write(b"&lt;a/&gt;").await;
    assert!(stream.told::<Delivered>().await.1.head.number.is_some());
    assert!(stream.frame().await.is_none());
    assert_eq!(raw.closed().await, Some(CloseCode::Draining));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_takes_nothing_loses_its_stream_and_not_its_mail() {
    let mut options = TestHubOptions::default();
    options.limits.idle_time = Duration::from_millis(300);
    let hub = TestHub::start_with(options).await;
    let at = hub.open_quic();
    let sender = Raw::open(&hub, at, "NO").await;
    let mut stream = sender.stream().await;
    stream.ask(1, &delivery("A-1"), &vec![b'a'; 8 << 20]).await;
    stream.told::<Delivered>().await;
    let raw = Raw::open(&hub, at, "LK").await;
    let mut deaf = raw.stream().await;
    deaf.ask(1, &Subscribe { envelopes: 9, bytes: 1 << 30 }, b"").await;
    // The library takes what its window allows, and then nothing until somebody reads.
    let reset = soon(deaf.receive.received_reset()).await.expect("the connection lives");
    assert_eq!(reset, Some(VarInt::from_u32(CloseCode::Idle as u32)));
    let mut again = raw.stream().await;
    again.ask(1, &Subscribe { envelopes: 9, bytes: 1 << 30 }, b"").await;
    let frame = again.frame().await.expect("the mail");
    assert_eq!((frame.head.known_kind(), frame.head.content), (Some(Kind::Envelope), 8 << 20));
    drop(again);
    raw.endpoint.close(VarInt::from_u32(0), b"");
    hub.stop().await;
}

#[tokio::test]
async fn above_a_number_of_handshakes_peers_must_prove_their_address() {
    // As the specification says.
    const UNPROVEN: usize = 64;
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let mut peers = Vec::new();
    for place in 0..UNPROVEN + 5 {
        // What a client begins with, sent on by one who never goes on.
        let listener = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let here = listener.local_addr().expect("an address");
        let begun = Raw::begin(&hub, here, None, ALPN);
        let mut datagram = vec![0; 2048];
        let (bytes, _) = soon(listener.recv_from(&mut datagram)).await.expect("it begins");
        let peer = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let first = datagram.get(..bytes).expect("what came");
        peer.send_to(first, at).await.expect("it is sent");
        let (bytes, _) = soon(peer.recv_from(&mut datagram)).await.expect("the hub answers");
        assert!(bytes > 0);
        // The kind of a packet with a long header (RFC 9000, 17.2): 3 is Retry.
        let kind = datagram.first().map(|byte| byte >> 4 & 3);
        assert_eq!(kind == Some(3), place >= UNPROVEN, "place {place}: {kind:?}");
        drop(begun);
        peers.push(peer);
    }
    // One who proves it is taken all the same.
    let raw = Raw::open(&hub, at, "NO").await;
    let mut stream = raw.stream().await;
    stream.ask(1, &GetProfile, b"").await;
    assert_eq!(stream.told::<Profile>().await.1.code, "NO");
}
