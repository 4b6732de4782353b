//! Any bytes as a request: no panic, and content that is accepted comes out of a reply readable
//! and equal, for our own client and for another XML library.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use phytohub_domain::{EnvelopeHeader, Limits};
use phytohub_wire::soap::client::{self, ClientReply};
use phytohub_wire::soap::{self, Content, Request};
use quick_xml::NsReader;
use quick_xml::events::Event;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let body = Bytes::copy_from_slice(data);
    let _ = soap::operation_of(data);
    for charset in [None, Some("utf-8"), Some("utf-16")] {
        match soap::read_request(body.clone(), charset, &limits) {
            Ok(Request::DeliverEnvelope(envelope)) => check(&envelope.content),
            Ok(request) => {
                let _ = format!("{request:?}");
            }
            Err(error) => {
                let fault = soap::fault(error.fault_code(), &error.to_string()).splice(&[]);
                assert!(matches!(client::read_reply(&fault), Ok(ClientReply::Fault { .. })));
            }
        }
    }
    // A reply from anywhere must not make the client's side panic either.
    let _ = client::read_reply(data);
});

fn check(content: &Content) {
    let mut decoded = Vec::new();
    content.decode(&mut |piece| decoded.extend_from_slice(piece));
    let reply =
        soap::pull_single_import_envelope(&EnvelopeHeader::default()).splice(&[&content.raw]);
    match client::read_reply(&reply) {
        Ok(ClientReply::Envelope(envelope)) => assert_eq!(envelope.content.as_bytes(), decoded),
        other => panic!("a reply of ours is not read: {other:?}"),
    }
    assert_eq!(slow(&reply), decoded);
}

/// The content of a reply, read with another library.
fn slow(reply: &[u8]) -> Vec<u8> {
    let reply = std::str::from_utf8(reply).expect("replies are UTF-8");
    let mut reader = NsReader::from_str(reply);
    reader.config_mut().check_comments = true;
    let (mut text, mut inside) = (String::new(), false);
    loop {
        match reader.read_event().expect("a reply of ours is well-formed") {
            Event::Start(start) => {
                assert!(!inside, "an element inside the content");
                inside = start.local_name().into_inner() == "Content";
            }
            Event::End(_) => inside = false,
            Event::Text(piece) if inside => text.push_str(&piece.xml10_content()),
            Event::CData(piece) if inside => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) if inside => {
                text.push(match &*reference.xml10_content() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => {
                        reference.resolve_char_ref().expect("a legal reference").expect("a number")
                    }
                })
            }
            Event::Eof => return text.into_bytes(),
            _ => assert!(!inside, "markup inside the content"),
        }
    }
}
