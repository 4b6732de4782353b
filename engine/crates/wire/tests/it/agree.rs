//! The fast reader against the slow one and libxml2, over requests in many shapes and broken ones.

use phytohub_wire::soap::{ReadError, XmlError};
use proptest::prelude::*;

use crate::libxml2;
use crate::shape::Shape;
use crate::slow::{fast, slow};

/// What the hub refuses although libxml2 reads it: rules that libxml2 leaves alone or warns of, and
/// a NUL, at which it stops reading.
fn is_stricter(error: &ReadError) -> bool {
    match error {
        ReadError::PeerSentBadXml { rule, .. } => matches!(
            rule,
            XmlError::Doctype
                | XmlError::NamespaceDeclaration
                | XmlError::ProcessingInstruction
                | XmlError::Version
                | XmlError::Character { code: 0 }
        ),
        _ => true,
    }
}

fn check(document: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(document);
    let read = fast(document);
    let judged = libxml2::read(document);
    match &read {
        Ok(model) => {
            assert_eq!(slow(&shown).as_ref(), Some(model), "the slow reader reads {shown}");
            assert!(judged.is_none_or(|judged| !judged.is_bad()), "libxml2 refuses {shown:?}");
        }
        Err(error) => {
            let good = judged.is_some_and(|judged| judged.is_good());
            assert!(!good || is_stricter(error), "libxml2 reads {shown:?}, refused: {error}");
        }
    }
    read.is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_in_any_shape_are_read_as_the_slow_reader_reads_them(
        bytes in prop::collection::vec(any::<u8>(), 0..160),
    ) {
        let document = Shape::document(&bytes);
        let understood = slow(&document).is_some();
        prop_assert_eq!(check(document.as_bytes()), understood, "{}", document);
    }

    #[test]
    fn damaged_requests_are_refused_or_read_alike(
        bytes in prop::collection::vec(any::<u8>(), 0..120),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..60), 1..4),
    ) {
        let mut document = Shape::document(&bytes).into_bytes();
        for (place, end, how) in damages {
            let place = place.index(document.len() + 1);
            let end = (place + end.index(12)).min(document.len());
            let piece = DAMAGES.get(how).copied().unwrap_or_default();
            match how {
                57 => document.truncate(place),
                58 => {
                    let copy = document[place..end].to_vec();
                    document.splice(place..place, copy);
                }
                59 => drop(document.drain(place..end)),
                _ if how % 2 == 0 => drop(document.splice(place..place, piece.iter().copied())),
                _ => drop(document.splice(place..end, piece.iter().copied())),
            }
        }
        check(&document);
    }
}

const DAMAGES: &[&[u8]] = &[
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"/",
    b"=",
    b":",
    b" ",
    b"xmlns",
    b"xmlns:s=\"\"",
    b" xmlns=\"a\" ",
    b"xmlns:xml=\"x\"",
    b" a='1' a='2'",
    b" e:a='1' h:a='2'",
    b"<a>",
    b"</a>",
    b"<a/>",
    b"</",
    b"<!--",
    b"-->",
    b"--",
    b"<?",
    b"?>",
    b"<?xml version=\"1.0\"?>",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE a>",
    b"&#0;",
    b"&#65;",
    b"&nbsp;",
    b"\0",
    b"\x0c",
    b"\xff",
    b"\xef\xbf\xbf",
    b"\xc2\xa0",
    b"<s:Body/>",
    b"<s:Header/>",
    b"<e:env/>",
    b"<h:From>x</h:From>",
    b"<e:hubTrackingNumber/>",
    b"a:b:c",
    b"\r",
    b"\n",
    b"\t",
    b"1",
    b"-",
    b".",
    b"\xc3\xa9",
    b"<\xc3\xa9/>",
    b" s:mustUnderstand='1'",
    b"<x:y/>",
    b"<?a?>",
    b"<?a:b c?>",
    b";",
    b"x",
    b"<xmlns:a/>",
];
