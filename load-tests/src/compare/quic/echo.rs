//! A bare quinn server: it looks for the ends of frames, answers each with one that was made before,
//! brings as many envelopes as were delivered, and does nothing in between.

use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use phytohub_domain::{ContentForm, EnvelopeHeader, HubDeliveryNumber, TrackingInfo};
use phytohub_wire::quic::{
    ALPN, AckOutcome, Acknowledged, Decoder, Delivered, EnvelopeFrame, EnvelopeHead, Event, Head,
    Kind, Message, encode,
};
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{
    Endpoint, EndpointConfig, Incoming, RecvStream, SendStream, ServerConfig, TokioRuntime,
    TransportConfig, VarInt,
};
use rustix::net::sockopt;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::{Failure, stub};

/// Serves the ceiling of the fast door until the process ends; `told` gets the lines that a hub would
/// print.
///
/// # Errors
/// When the keys cannot be read, or no port is free.
pub fn serve(pki: &Path, content_bytes: usize, told: impl Fn(&str)) -> Result<(), Failure> {
    let config = server_config(pki)?;
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    // What the system allows of it.
    let _ = sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BYTES);
    let _ = sockopt::set_socket_send_buffer_size(&socket, SOCKET_BYTES);
    let address = socket.local_addr()?;
    let echo = Arc::new(Echo::new(content_bytes));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let settings = EndpointConfig::default();
        let endpoint = Endpoint::new(settings, Some(config), socket, Arc::new(TokioRuntime))?;
        told(&format!("listening quic://{address}"));
        told("ready");
        let mut connections = JoinSet::new();
        while let Some(incoming) = endpoint.accept().await {
            let echo = Arc::clone(&echo);
            connections.spawn(async move {
                // A connection that breaks is its client's affair.
                drop(converse(incoming, echo).await);
            });
            while connections.try_join_next().is_some() {}
        }
        Ok(())
    })
}

fn server_config(pki: &Path) -> Result<ServerConfig, Failure> {
    let mut tls = stub::tls_config(pki)?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(64))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None);
    config.transport_config(Arc::new(transport));
    Ok(config)
}

async fn converse(incoming: Incoming, echo: Arc<Echo>) -> Result<(), Failure> {
    let connection = incoming.await?;
    let mut streams = JoinSet::new();
    loop {
        let (send, receive) = connection.accept_bi().await?;
        let echo = Arc::clone(&echo);
        streams.spawn(async move {
            drop(echo.serve(send, receive).await);
        });
        while streams.try_join_next().is_some() {}
    }
}

/// Replies as they are sent, but for the number of the request, and how many envelopes wait.
struct Echo {
    delivered: Bytes,
    acknowledged: Bytes,
    envelope: Bytes,
    content: Bytes,
    waiting: Semaphore,
}

impl Echo {
    fn new(content_bytes: usize) -> Self {
        let number = HubDeliveryNumber::from_bytes([7; 16]);
        let short = EnvelopeHeader {
            hub_delivery_number: Some(number.to_string()),
            tracking_info: Some(TrackingInfo::PendingDelivery),
            ..EnvelopeHeader::default()
        };
        let whole = EnvelopeHeader {
            from: "NO".into(),
            to: "LK".into(),
            certificate_type: 851,
            certificate_status: 70,
            nppo_certificate_number: "Q0a1b2c3d-10-1000".into(),
            ..short.clone()
        };
        let whole = EnvelopeFrame { head: whole.into(), form: ContentForm::Escaped };
        let outcomes = vec![AckOutcome::Stands(TrackingInfo::Delivered)];
        Self {
            delivered: made(&Delivered { head: EnvelopeHead::from(short) }, Head::LAST, 0),
            acknowledged: made(&Acknowledged { outcomes }, Head::LAST, 0),
            envelope: made(&whole, 0, content_bytes as u64),
            content: ".".repeat(content_bytes).into(),
            waiting: Semaphore::new(0),
        }
    }

    /// Answers the requests of a stream, or brings envelopes on it.
    async fn serve(&self, mut send: SendStream, mut receive: RecvStream) -> Result<(), Failure> {
        let (mut decoder, mut head) = (Decoder::new(), None);
        while let Some(chunk) = receive.read_chunk(usize::MAX, true).await? {
            let (mut input, mut out, mut delivered) = (chunk.bytes, BytesMut::new(), 0);
            while let Some(event) = decoder.next(&mut input)? {
                let whole = match event {
                    Event::Frame(frame) => {
                        head = Some(frame.head);
                        frame.head.content == 0
                    }
                    Event::Content { last, .. } => last,
                };
                let Some(head) = head.filter(|_| whole) else { continue };
                match head.known_kind() {
                    Some(Kind::Deliver) => {
                        answer(&mut out, &self.delivered, head.request);
                        delivered += 1;
                    }
                    Some(Kind::Acknowledge) => answer(&mut out, &self.acknowledged, head.request),
                    Some(Kind::Subscribe) => return self.bring(send, receive).await,
                    _ => return Err("no frame that is sent here".into()),
                }
            }
            if !out.is_empty() {
                send.write_chunk(out.freeze()).await?;
            }
            self.waiting.add_permits(delivered);
        }
        Ok(())
    }

    /// Brings what waits, whatever the credit.
    async fn bring(&self, mut send: SendStream, mut receive: RecvStream) -> Result<(), Failure> {
        let credit = async {
            while receive.read_chunk(usize::MAX, true).await?.is_some() {}
            Ok::<_, Failure>(())
        };
        tokio::select! {
            ended = credit => ended,
            ended = self.push(&mut send) => ended,
        }
    }

    async fn push(&self, send: &mut SendStream) -> Result<(), Failure> {
        loop {
            self.waiting.acquire().await?.forget();
            let more = self.waiting.forget_permits(AT_ONCE - 1);
            let each = [self.envelope.clone(), self.content.clone()];
            let mut chunks = vec![each; more + 1].concat();
            send.write_all_chunks(&mut chunks).await?;
        }
    }
}

fn made<M: Message>(message: &M, flags: u16, content: u64) -> Bytes {
    let mut out = BytesMut::new();
    encode(&mut out, 0, flags, message, content);
    out.freeze()
}

/// Appends a reply to this request.
fn answer(out: &mut BytesMut, reply: &[u8], request: u32) {
    let start = out.len() + REQUEST_PLACE;
    out.extend_from_slice(reply);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&request.to_le_bytes());
    }
}

/// Where the number of the request stands in a frame.
const REQUEST_PLACE: usize = 16;
/// Envelopes that are handed over together.
const AT_ONCE: usize = 16;
/// What the socket may hold in the kernel, as the hub wants it.
const SOCKET_BYTES: usize = 2 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_frame_with_the_number_of_its_request() {
        let echo = Echo::new(5);
        let mut out = BytesMut::new();
        answer(&mut out, &echo.delivered, 7);
        answer(&mut out, &echo.acknowledged, 0x0102_0304);
        let (mut decoder, mut input, mut came) = (Decoder::new(), out.freeze(), Vec::new());
        while let Some(event) = decoder.next(&mut input).expect("frames") {
            let Event::Frame(frame) = event else { panic!("no content") };
            came.push((frame.head.known_kind(), frame.head.request, frame.head.is_last()));
        }
        let wanted = [(Some(Kind::Delivered), 7), (Some(Kind::Acknowledged), 0x0102_0304)];
        assert_eq!(came, wanted.map(|(kind, request)| (kind, request, true)));
    }
}
