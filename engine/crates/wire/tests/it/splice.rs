//! Whatever content is accepted, every reply that carries it is readable and carries it whole.

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, Limits};
use phytohub_wire::soap::client::{self, ClientReply};
use phytohub_wire::soap::{self, Content, Request};
use proptest::prelude::*;

use crate::libxml2;

const HUB: &str = "http://ephyto.ippc.int/HUB.Entities";

/// A request around raw bytes that should be character data.
fn request(raw: &[u8]) -> Vec<u8> {
    let around = client::deliver_raw(&EnvelopeHeader::default(), "|");
    let bar = around.iter().position(|byte| *byte == b'|').expect("it was put there");
    [&around[..bar], raw, &around[bar + 1..]].concat()
}

fn accepted(body: &[u8]) -> Option<Content> {
    let body = Bytes::copy_from_slice(body);
    match soap::read_request(body, None, &Limits::default()) {
        Ok(Request::DeliverEnvelope(envelope)) => Some(envelope.content),
        _ => None,
    }
}

fn decoded(content: &Content) -> Vec<u8> {
    let mut decoded = Vec::new();
    content.decode(&mut |piece| decoded.extend_from_slice(piece));
    decoded
}

/// Both replies that carry contents must be read, and read as what the content stands for.
fn check_replies(content: &Content) {
    let expected = decoded(content);
    let header = EnvelopeHeader::default();
    let single = soap::pull_single_import_envelope(&header).splice(&[&content.raw]);
    let many = soap::pull_import_envelope(&[header.clone(), header])
        .splice(&[&content.raw, b"&lt;the next&gt;"]);
    match client::read_reply(&single) {
        Ok(ClientReply::Envelope(envelope)) => assert_eq!(envelope.content.as_bytes(), expected),
        other => panic!("another reply was read: {other:?}"),
    }
    for (reply, next) in [(single, None), (many, Some(b"<the next>".to_vec()))] {
        let Some(reading) = libxml2::read(&reply) else { continue };
        assert!(reading.is_good(), "libxml2 cannot read {}", String::from_utf8_lossy(&reply));
        let found = reading.elements(HUB, "Content");
        let texts: Vec<_> = found.iter().map(|found| found.text.clone()).collect();
        let expected: Vec<_> = std::iter::once(expected.clone()).chain(next).collect();
        assert_eq!(texts, expected);
        assert!(found.iter().all(|found| !found.markup));
    }
}

/// Accepted or refused, libxml2 must agree about the request itself.
fn check(raw: &[u8]) -> bool {
    let body = request(raw);
    let content = accepted(&body);
    if let Some(content) = &content {
        check_replies(content);
    }
    if let Some(reading) = libxml2::read(&body) {
        let found = reading.elements(HUB, "Content");
        // A content that closes its own tag is no content any more; then only reading counts.
        let text = matches!(found.as_slice(), [only] if !only.markup);
        let whole = reading.is_good() && text && !reading.has_markup();
        let shown = String::from_utf8_lossy(raw);
        if whole {
            assert!(content.is_some(), "libxml2 reads what was refused: {shown:?}");
        }
        if content.is_some() {
            assert!(!reading.is_bad(), "libxml2 cannot read what was accepted: {shown:?}");
        }
    }
    content.is_some()
}

/// Text as one of the many ways to write it.
fn written() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::collection::vec(
        prop_oneof![
            4 => prop::char::range(' ', '~'),
            2 => prop::sample::select(vec!['<', '>', '&', ']', '\r', '\n', '\t', '"', '\'']),
            1 => prop::char::range('\u{80}', '\u{d7ff}'),
            1 => prop::char::range('\u{e000}', '\u{fffd}'),
            1 => prop::char::range('\u{10000}', '\u{10ffff}'),
        ],
        0..24,
    );
    (text, 0_u8..5).prop_map(|(text, way)| {
        let text: String = text.into_iter().collect();
        let each = |write: fn(char) -> String| text.chars().map(write).collect::<String>();
        match way {
            0 => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            1 => each(|character| match character {
                '<' => "&#60;".into(),
                '&' => "&#x00000026;".into(),
                ']' => "&#93;".into(),
                '\r' => "&#13;".into(),
                other => other.to_string(),
            }),
            2 => each(|character| format!("&#x{:X};", u32::from(character))),
            3 => format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>")),
            _ => text.replace('&', "&amp;").replace('<', "&lt;").replace("]]>", "]]&gt;"),
        }
        .into_bytes()
    })
}

/// What breaks parsers.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"<",
        b"&",
        b"]]>",
        b"]",
        b">",
        b"\0",
        b"\x0b",
        b"\x1f",
        b"\x7f",
        b"\xef\xbf\xbe",
        b"\xef\xbf\xbf",
        b"\xef\xbf\xbd",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xff",
        b"<!--c-->",
        b"<?p i?>",
        b"<![CDATA[",
        b"<![CDATA[]]>",
        b"<![CDATA[<&]]>",
        b"<a/>",
        b"<a>",
        b"</h:Content>",
        b"&lt",
        b"&#0;",
        b"&#xD800;",
        b"&#xFFFE;",
        b"&#55296;",
        b"&#x41;",
        b"&nbsp;",
        b"&#;",
        b"&#x;",
        b"&amp",
        b"\r\n",
        b"\r",
        b"<!DOCTYPE a>",
        b"<!ENTITY",
        b"]]",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"-->",
    ];
    prop::sample::select(pieces).prop_map(<[u8]>::to_vec)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn content_however_written_comes_out_readable_and_equal(
        pieces in prop::collection::vec(written(), 0..8),
    ) {
        prop_assert!(check(&pieces.concat()), "well-formed text was refused");
    }

    #[test]
    fn content_that_is_damaged_is_refused_or_comes_out_equal(
        pieces in prop::collection::vec(prop_oneof![3 => written(), 1 => nasty()], 1..8),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut raw = pieces.concat();
        for (place, byte) in places {
            if !raw.is_empty() {
                let place = place.index(raw.len());
                raw[place] = byte;
            }
        }
        check(&raw);
    }
}

#[test]
fn pairs_of_nasty_pieces_are_refused_or_come_out_equal() {
    let pieces: &[&[u8]] = &[
        b"]",
        b"]]",
        b">",
        b"]]>",
        b"<![CDATA[",
        b"<![CDATA[]]>",
        b"&",
        b"&#",
        b"13;",
        b"\r",
        b"\n",
        b"lt;",
        b"<",
        b"!--",
        b"-->",
        b"?",
        b"/",
        b"\xef",
        b"\xbf\xbe",
        b"\xc3",
        b"\xa9",
        b"x",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                check(&[*first, *second, *third].concat());
            }
        }
    }
}

#[test]
fn twenty_megabytes_come_out_as_they_came_in() {
    let line = "<ram:ID>4711 \u{e9}\u{20ac} & more</ram:ID>\r\n";
    let content = line.repeat((20 << 20) / line.len());
    let header = EnvelopeHeader::default();
    for body in [
        client::deliver_envelope(&header, &content),
        client::deliver_envelope_cdata(&header, &content),
    ] {
        let read = accepted(&body).expect("a request of ours");
        assert!(decoded(&read) == content.as_bytes(), "the content was changed");
        check_replies(&read);
    }
}
