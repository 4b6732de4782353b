//! The frames of `phytohub/1`: whatever is written is read back, however it is cut; what is not a
//! frame is refused; and the bytes stay what they are.

#[path = "quic/golden.rs"]
mod golden;

use bytes::{Bytes, BytesMut};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, AllowedDocument, ContentForm, HubDeliveryNumber, Limits,
    TrackingInfo,
};
use phytohub_wire::quic::{
    AckItem, AckOutcome, Acknowledge, Acknowledged, CodeLists, Connections, Copy, Decoder, Deliver,
    EnvelopeFrame, EnvelopeHead, Event, FIELDS_BYTES_MAX, FieldError, Find, FrameError, Head,
    KnownConnection, KnownList, Message, Pull, RefusalCode, Refused, Report, Subscribe, Track,
    encode, read_content,
};
use proptest::prelude::*;

/// All events of a stream that arrives in pieces of these sizes, over and over.
fn decode(stream: &Bytes, pieces: &[usize]) -> Result<Vec<Event>, FrameError> {
    let (mut decoder, mut events, mut at) = (Decoder::new(), Vec::new(), 0);
    for size in pieces.iter().cycle() {
        if at == stream.len() {
            break;
        }
        let end = stream.len().min(at + size.max(&1));
        let mut input = stream.slice(at..end);
        at = end;
        while let Some(event) = decoder.next(&mut input)? {
            events.push(event);
        }
        assert!(input.is_empty(), "the decoder takes all of its input");
    }
    decoder.finish()?;
    Ok(events)
}

/// The frames of a stream with their whole contents.
fn frames(stream: &Bytes, pieces: &[usize]) -> Vec<(Head, Bytes, Vec<u8>)> {
    let mut frames: Vec<(Head, Bytes, Vec<u8>)> = Vec::new();
    for event in decode(stream, pieces).expect("whole frames") {
        match event {
            Event::Frame(frame) => frames.push((frame.head, frame.fields, Vec::new())),
            Event::Content { piece, last } => {
                assert!(!piece.is_empty());
                let frame = frames.last_mut().expect("content belongs to a frame");
                frame.2.extend_from_slice(&piece);
                assert_eq!(last, frame.2.len() as u64 == frame.0.content);
            }
        }
    }
    frames
}

fn round_trip<M: Message + Clone + PartialEq + std::fmt::Debug>(message: &M) {
    let mut out = BytesMut::new();
    encode(&mut out, 7, 0, message, 0);
    let stream = out.freeze();
    let read = frames(&stream, &[stream.len()]);
    let [(head, fields, _)] = read.as_slice() else { panic!("one frame: {read:?}") };
    assert_eq!((head.known_kind(), head.request), (Some(M::KIND), 7));
    assert_eq!(M::read(fields.clone()).as_ref(), Ok(message));
    // Cut anywhere, its fields are either no message or one that is there without the rest.
    for end in 0..fields.len() {
        if let Ok(shorter) = M::read(fields.slice(..end)) {
            assert_ne!(&shorter, message);
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z0-9 <&>\u{e9}\u{20ac}\r\n\t]{0,40}").expect("a pattern")
}

fn number() -> impl Strategy<Value = HubDeliveryNumber> {
    any::<u128>().prop_map(|bits| HubDeliveryNumber::from_bytes(bits.to_be_bytes()))
}

prop_compose! {
    fn deliver()(
        key in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..64)),
        from in text(), to in text(), number in text(),
        certificate_type: Option<i32>, certificate_status: Option<i32>,
        forwardings in proptest::collection::vec(text(), 0..5), validate: bool,
        origin in proptest::option::of(number()), response: bool,
    ) -> Deliver {
        Deliver {
            key: key.map(Bytes::from), from, to, certificate_type, certificate_status,
            nppo_certificate_number: number, forwardings, validate, origin, response,
        }
    }
}

prop_compose! {
    fn envelope()(
        number in proptest::option::of(number()), message in text(), from in text(), to in text(),
        certificate_type: i32, certificate_status: i32, certificate in text(), state in 0_u8..6,
        copies in proptest::collection::vec((text(), number()), 0..4), response: bool,
    ) -> EnvelopeHead {
        let mut head = EnvelopeHead::default();
        (head.number, head.state) = (number, TrackingInfo::from_u8(state));
        (head.message, head.from, head.to) = (message, from, to);
        (head.certificate_type, head.certificate_status) = (certificate_type, certificate_status);
        (head.nppo_certificate_number, head.response) = (certificate, response);
        head.copies = copies.into_iter().map(|(code, number)| Copy { code, number }).collect();
        head
    }
}

proptest! {
    #[test]
    fn requests_written_are_read_back(
        deliver in deliver(),
        numbers in proptest::collection::vec(number(), 1..20),
        message in text(),
        known in proptest::collection::vec((text(), any::<u32>()), 0..5),
        envelopes: u32, bytes: u64, state in 0_u8..6,
    ) {
        round_trip(&deliver);
        let item = |number: &HubDeliveryNumber| AckItem {
            number: *number,
            acknowledgement: Acknowledgement {
                kind: AcknowledgementKind::WithWarnings,
                message: message.clone(),
            },
        };
        round_trip(&Acknowledge { items: numbers.iter().map(item).collect() });
        round_trip(&Pull { number: numbers.first().copied() });
        let state = TrackingInfo::from_u8(state).expect("six states");
        round_trip(&Connections { after: message.clone() });
        round_trip(&Find {
            from: deliver.from.clone(),
            to: deliver.to.clone(),
            nppo_certificate_number: format!("NO-{message}"),
            before: numbers.get(1).copied(),
            limit: envelopes,
        });
        round_trip(&Report { number: numbers[0], state, message: message.clone() });
        round_trip(&Track { numbers });
        let known = known.into_iter().map(|(name, revision)| KnownList { name, revision });
        round_trip(&CodeLists { known: known.collect() });
        round_trip(&Subscribe { envelopes, bytes });
    }

    #[test]
    fn replies_written_are_read_back(head in envelope(), form in 0_u8..3, retry_after_ms: u32) {
        let message = head.message.clone();
        let form = ContentForm::from_u8(form).expect("one of three");
        round_trip(&EnvelopeFrame { head, form });
        round_trip(&Refused { code: RefusalCode::Exhausted, message, retry_after_ms });
        let outcomes = vec![
            AckOutcome::Stands(TrackingInfo::DeliveredNotReadable),
            AckOutcome::Refused(RefusalCode::NotFound),
        ];
        round_trip(&Acknowledged { outcomes });
    }

    #[test]
    fn connections_written_are_read_back(
        code in text(), name in text(), pairs in proptest::collection::vec(any::<(i32, i32)>(), 0..9),
        receives: bool, sends: bool, channel: bool, responses: bool, test: bool,
    ) {
        let pair = |(certificate_type, certificate_status)| AllowedDocument {
            certificate_type,
            certificate_status,
        };
        let allowed = pairs.into_iter().map(pair).collect();
        round_trip(&KnownConnection {
            code, receives, sends, allowed, name, channel, responses, test,
        });
    }

    #[test]
    fn frames_are_the_same_however_the_stream_is_cut(
        messages in proptest::collection::vec(
            (deliver(), proptest::collection::vec(any::<u8>(), 0..300)), 1..5),
        pieces in proptest::collection::vec(1_usize..90, 1..8),
    ) {
        let mut out = BytesMut::new();
        for (at, (message, content)) in messages.iter().enumerate() {
            let request = u32::try_from(at).expect("a few");
            encode(&mut out, request, Head::LAST, message, content.len() as u64);
            out.extend_from_slice(content);
        }
        let stream = out.freeze();
        let read = frames(&stream, &pieces);
        prop_assert_eq!(&read, &frames(&stream, &[stream.len()]));
        prop_assert_eq!(&read, &frames(&stream, &[1]));
        for ((message, content), (head, fields, read)) in messages.iter().zip(&read) {
            prop_assert!(head.is_last() && head.is_critical());
            prop_assert_eq!(&Deliver::read(fields.clone()), &Ok(message.clone()));
            prop_assert_eq!(content, read);
        }
        // Ended anywhere else than behind a frame, the stream is broken.
        let mut ends = std::collections::BTreeSet::from([0]);
        let mut end = 0;
        for (head, fields, content) in &read {
            end += Head::BYTES + fields.len() + content.len();
            ends.insert(end);
            prop_assert_eq!(head.fields as usize, fields.len());
        }
        for end in 0..=stream.len() {
            let cut = decode(&stream.slice(..end), &pieces);
            prop_assert_eq!(cut.is_ok(), ends.contains(&end));
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let bytes = Bytes::from(bytes);
        let _ = decode(&bytes, &[bytes.len().max(1)]);
        let _ = Deliver::read(bytes.clone());
        let _ = Acknowledge::read(bytes.clone());
        let _ = EnvelopeFrame::read(bytes.clone());
        let _ = Find::read(bytes.clone());
        let _ = KnownConnection::read(bytes.clone());
        let _ = Refused::read(bytes);
    }
}

/// A field as it is written.
fn field(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).expect("a short value");
    [&tag.to_le_bytes()[..], &length.to_le_bytes(), value].concat()
}

#[test]
fn an_unknown_field_is_passed_over_unless_it_must_be_known() {
    let known = field(3, b"LK");
    let later = [known.clone(), field(900, b"?")].concat();
    let read = Deliver::read(Bytes::from(later)).expect("the field may be passed over");
    assert_eq!(read.to, "LK");
    let must = [known, field(900 | 1 << 15, b"?")].concat();
    assert_eq!(Deliver::read(Bytes::from(must)), Err(FieldError::Unknown { tag: 900 }));
}

#[test]
fn fields_stand_in_order_and_once() {
    for tags in [[3, 2], [3, 3]] {
        let fields: Vec<u8> = tags.iter().flat_map(|tag| field(*tag, b"LK")).collect();
        assert_eq!(Deliver::read(Bytes::from(fields)), Err(FieldError::Order { tag: tags[1] }));
    }
}

#[test]
fn values_of_another_width_or_meaning_are_refused() {
    let wrong = |bytes: Vec<u8>| Deliver::read(Bytes::from(bytes)).expect_err("no such value");
    assert_eq!(wrong(field(4, &[1, 2, 3])), FieldError::Value { tag: 4 });
    assert_eq!(wrong(field(8, &[2])), FieldError::Value { tag: 8 });
    assert_eq!(wrong(field(3, b"\xff")), FieldError::Text { tag: 3 });
    assert_eq!(wrong(field(3, b"\x01")), FieldError::Text { tag: 3 });
    assert_eq!(wrong(field(1, b"")), FieldError::TooLong { tag: 1, limit: 64 });
    assert_eq!(wrong(field(1, &[0; 65])), FieldError::TooLong { tag: 1, limit: 64 });
    assert_eq!(wrong(vec![1, 0, 9]), FieldError::Cut { tag: 0 });
    assert_eq!(wrong(vec![1, 0, 9, 0, 0, 0, 1]), FieldError::Cut { tag: 1 });
    assert_eq!(Acknowledge::read(Bytes::new()), Err(FieldError::Missing { tag: 1 }));
    assert_eq!(Find::read(Bytes::new()), Err(FieldError::Missing { tag: 3 }));
    let many = Bytes::from(field(1, &[0; 16 * 1001]));
    assert_eq!(Track::read(many), Err(FieldError::TooLong { tag: 1, limit: 1000 }));
}

#[test]
fn a_frame_with_too_many_fields_ends_the_stream() {
    let bytes = u32::try_from(FIELDS_BYTES_MAX).expect("a few KiB") + 1;
    let mut out = BytesMut::new();
    Head { fields: bytes, ..Head::default() }.write(&mut out);
    let read = decode(&out.freeze(), &[64]);
    assert_eq!(read, Err(FrameError::PeerSentTooManyFields { bytes }));
}

#[test]
fn a_kind_or_flag_that_must_be_known_and_is_not_is_told_apart() {
    let head = |kind, flags| Head { kind, flags, ..Head::default() };
    assert!(!head(0x7000, 0).is_critical());
    assert!(head(0x7000, Head::CRITICAL).is_critical());
    assert!(head(1, 0x0100).is_critical() && head(1, 0x0100).known_kind().is_none());
    assert!(head(1, 0x0080).known_kind().is_some(), "a lower flag is passed over");
}

#[test]
fn contents_are_judged_as_at_the_other_door() {
    let limits = Limits::default();
    let read = |content: &[u8]| {
        let framed = Bytes::from([b"<c>", content, b"</c>"].concat());
        read_content(&framed, &limits)
    };
    for (content, form) in [
        (&b""[..], ContentForm::Plain),
        (b"plain", ContentForm::Plain),
        (b"&lt;a/&gt;", ContentForm::Escaped),
        (b"a\rb", ContentForm::Escaped),
        (b"<![CDATA[<a/>]]>", ContentForm::Mixed),
    ] {
        let content_read = read(content).expect("character data");
        assert_eq!((&content_read.raw[..], content_read.form), (content, form));
    }
    for content in [
        &b"<a/>"[..],
        b"a</c><c>b",
        b"</c><!-- x --><c>",
        b"</c><!-- x -->",
        b"</c>",
        b"a]]>b",
        b"&unknown;",
        b"&#0;",
        b"<!-- x -->",
        b"<?x y?>",
        b"<![CDATA[open",
        b"\x01",
        b"\xff",
        b"&lt",
        b"<",
        b"</",
    ] {
        let told = String::from_utf8_lossy(content).into_owned();
        assert!(read(content).is_err(), "{told}");
    }
    let mut small = Limits::default();
    small.content_bytes = 4;
    assert!(read_content(&Bytes::from_static(b"<c>12345</c>"), &small).is_err());
}
