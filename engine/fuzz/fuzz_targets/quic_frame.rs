//! Any bytes as a stream of frames: no panic, the same frames however it is cut, messages that are
//! read can be written and read again, and a content that is taken is one that the other door takes.

#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use phytohub_domain::Limits;
use phytohub_wire::quic::{
    Acknowledge, Acknowledged, CodeList, CodeLists, Connections, ContentPieces, Credit, Decoder,
    Deliver, Delivered, End, EnvelopeFrame, Event, Find, Finding, Frame, FrameError, GetProfile,
    Head, Kind, KnownConnection, Lagged, Message, Profile, Pull, Refused, Report, StateFrame,
    Subscribe, Track, Validate, Watch, encode, read_content,
};
use phytohub_wire::soap::{self, Content, Request, client};

fuzz_target!(|data: &[u8]| {
    let (cut, stream) = match data.split_first() {
        Some((cut, stream)) => (usize::from(*cut).max(1), Bytes::copy_from_slice(stream)),
        None => return,
    };
    let whole = decode(&stream, stream.len().max(1));
    assert_eq!(whole, decode(&stream, cut));
    for (frame, content) in whole.0 {
        check_frame(frame);
        check_content(&content);
    }
});

type Frames = (Vec<(Frame, Vec<u8>)>, Result<(), FrameError>);

fn decode(stream: &Bytes, size: usize) -> Frames {
    let (mut decoder, mut frames, mut at) = (Decoder::new(), Vec::<(Frame, Vec<u8>)>::new(), 0);
    while at < stream.len() {
        let end = stream.len().min(at + size);
        let mut input = stream.slice(at..end);
        at = end;
        loop {
            match decoder.next(&mut input) {
                Ok(None) => break,
                Ok(Some(Event::Frame(frame))) => frames.push((frame, Vec::new())),
                Ok(Some(Event::Content { piece, .. })) => {
                    let (_, content) = frames.last_mut().expect("content belongs to a frame");
                    content.extend_from_slice(&piece);
                }
                Err(error) => return (frames, Err(error)),
            }
        }
        assert!(input.is_empty());
    }
    let end = decoder.finish();
    (frames, end)
}

fn check_frame(frame: Frame) {
    let Some(kind) = frame.head.known_kind() else { return };
    let fields = frame.fields;
    match kind {
        Kind::Deliver => again::<Deliver>(fields),
        Kind::Subscribe => again::<Subscribe>(fields),
        Kind::Credit => again::<Credit>(fields),
        Kind::Pull => again::<Pull>(fields),
        Kind::Acknowledge => again::<Acknowledge>(fields),
        Kind::Track => again::<Track>(fields),
        Kind::Watch => again::<Watch>(fields),
        Kind::GetProfile => again::<GetProfile>(fields),
        Kind::CodeLists => again::<CodeLists>(fields),
        Kind::Validate => again::<Validate>(fields),
        Kind::Report => again::<Report>(fields),
        Kind::Connections => again::<Connections>(fields),
        Kind::Find => again::<Find>(fields),
        Kind::Delivered => again::<Delivered>(fields),
        Kind::Envelope => again::<EnvelopeFrame>(fields),
        Kind::Acknowledged => again::<Acknowledged>(fields),
        Kind::State => again::<StateFrame>(fields),
        Kind::Profile => again::<Profile>(fields),
        Kind::CodeList => again::<CodeList>(fields),
        Kind::Finding => again::<Finding>(fields),
        Kind::End => again::<End>(fields),
        Kind::Refused => again::<Refused>(fields),
        Kind::Lagged => again::<Lagged>(fields),
        Kind::Connection => again::<KnownConnection>(fields),
        _ => {}
    }
}

fn again<M: Message + PartialEq + std::fmt::Debug>(fields: Bytes) {
    let Ok(message) = M::read(fields) else { return };
    let mut out = BytesMut::new();
    encode(&mut out, 0, 0, &message, 0);
    let written = out.freeze().slice(Head::BYTES..);
    assert_eq!(M::read(written), Ok(message));
}

/// What this door takes and what the other takes is the same, in the same form.
fn check_content(content: &[u8]) {
    let limits = Limits::default();
    let read = read_content(&Bytes::from([b"<c>", content, b"</c>"].concat()), &limits);
    check_pieces(content, read.as_ref().ok());
    let Ok(text) = std::str::from_utf8(content) else {
        assert!(read.is_err());
        return;
    };
    let request = client::deliver_raw(&Default::default(), text);
    let other = match soap::read_request(Bytes::from(request), Some("utf-8"), &limits) {
        Ok(Request::DeliverEnvelope(envelope)) => Some(envelope.content),
        _ => None,
    };
    match read {
        Ok(read) => assert_eq!(Some(read), other),
        // A content that ends its element and begins another is refused by the one only.
        Err(_) => assert!(other.is_none() || other.is_some_and(|other| other.raw != content)),
    }
}

/// What is taken whole is taken in pieces, however they are cut, and says the same.
fn check_pieces(content: &[u8], whole: Option<&Content>) {
    let limits = Limits::default();
    let (mut pieces, mut said) = (ContentPieces::default(), Vec::new());
    let mut sink = |data: &[u8]| said.extend_from_slice(data);
    let size = 1 + content.first().map_or(0, |byte| usize::from(*byte % 16));
    let pushed = content.chunks(size).try_for_each(|piece| pieces.push(piece, &limits, &mut sink));
    let form = pushed.and_then(|()| pieces.finish(&limits, &mut sink)).ok();
    assert_eq!(form, whole.map(|whole| whole.form));
    if let Some(whole) = whole {
        let mut expected = Vec::new();
        whole.decode(&mut |data| expected.extend_from_slice(data));
        assert_eq!(said, expected);
    }
}
