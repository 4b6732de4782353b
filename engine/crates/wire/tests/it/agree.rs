//! The fast reader against the slow one and libxml2, over requests in many shapes and broken ones.

use phytohub_wire::soap::{ReadError, XmlError};
use proptest::prelude::*;

use crate::libxml2;
use crate::slow::{fast, slow};

/// Decisions taken from random bytes, so that a failing case shrinks to a plain request.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Choices<'_> {
    /// A number below `count`; zero, the plain choice, when the bytes are used up.
    fn below(&mut self, count: usize) -> usize {
        usize::from(*self.bytes.next().unwrap_or(&0)) % count
    }

    fn pick<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.below(of.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}

const SPACES: [(&str, &str); 3] = [
    ("s", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("e", "http://ephyto.ippc.int/"),
    ("h", "http://ephyto.ippc.int/HUB.Entities"),
];

/// Writes a request in one of its many shapes.
struct Shape<'a> {
    choices: Choices<'a>,
    prefixes: [&'static str; 3],
    out: String,
}

impl Shape<'_> {
    fn document(bytes: &[u8]) -> String {
        let mut choices = Choices { bytes: bytes.iter() };
        let prefixes = match choices.below(4) {
            0 => ["s", "e", "h"],
            1 => ["soapenv", "ns1", "ns2"],
            2 => ["S", "ns2", "_x.y-z"],
            _ => ["\u{e9}", "h", "e"],
        };
        let mut shape = Shape { choices, prefixes, out: String::new() };
        let prologue = shape.choices.pick(&[
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "\u{feff}",
            " \n",
            "<?xml version='1.0' standalone='yes' ?>\n<!-- a -->",
            "<?pi <a> ?>",
        ]);
        shape.out.push_str(prologue);
        let declared: String = SPACES
            .iter()
            .zip(shape.prefixes)
            .map(|((_, uri), prefix)| format!(" xmlns:{prefix}=\"{uri}\""))
            .collect();
        let envelope = format!("{}:Envelope", shape.prefixes[0]);
        shape.out.push_str(&format!("<{envelope}{declared}>"));
        shape.soap_header();
        shape.between();
        shape.element(0, "Body", Shape::operation);
        shape.between();
        shape.out.push_str(&format!("</{envelope}>"));
        shape.between();
        shape.out
    }

    fn soap_header(&mut self) {
        let choice = self.choices.below(4);
        let header = format!("{}:Header", self.prefixes[0]);
        match choice {
            0 => {}
            1 => self.out.push_str(&format!("<{header}/>")),
            _ => self.out.push_str(&format!(
                "<{header}><a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\" \
                 {}:mustUnderstand=\"0\">x</a:Action>\
                 <To xmlns=\"http://www.w3.org/2005/08/addressing\" b='&lt;'>y</To></{header}>",
                self.prefixes[0]
            )),
        }
    }

    fn operation(&mut self) {
        let names = [
            "DeliverEnvelope",
            "GetEnvelopeTrackingInfo",
            "GetUnderDeliveryEnvelope",
            "GetImportEnvelopeHeaders",
            "PULLImportEnvelope",
            "PULLSingleImportEnvelope",
            "AcknowledgeEnvelopeReceipt",
            "AdvancedAcknowledgeEnvelopeReceipt",
            "AcknowledgeFailedEnvelopeReceipt",
            "SetTrackingInfoUpdate",
            "GetProfile",
            "ValidatePhytoXML",
        ];
        let name = self.choices.pick(&names);
        self.element(1, name, |shape| match name {
            "DeliverEnvelope" => shape.element(1, "env", |shape| shape.fields(true)),
            "SetTrackingInfoUpdate" => shape.element(1, "header", |shape| shape.fields(false)),
            _ => {
                let mut names = ["hubTrackingNumber", "countryCode", "message", "warningMessage"];
                shape.shuffle(&mut names);
                for name in names {
                    if !shape.choices.one_in(8) {
                        shape.element(1, name, Shape::text);
                    }
                    shape.between();
                }
            }
        });
    }

    fn fields(&mut self, content: bool) {
        let mut names = [
            "From",
            "To",
            "CertificateType",
            "CertificateStatus",
            "NPPOCertificateNumber",
            "hubDeliveryNumber",
            "HUBTrackingInfo",
            "hubDeliveryErrorMessage",
            "Forwardings",
            "Content",
        ];
        self.shuffle(&mut names);
        for name in names {
            self.between();
            if self.choices.one_in(6) {
                self.element(2, "Unknown", |shape| shape.element(2, "From", Shape::text));
            }
            match name {
                _ if self.choices.one_in(8) => {}
                "Content" if !content => {}
                "Forwardings" => self.element(2, name, |shape| {
                    for _ in 0..shape.choices.below(3) {
                        shape.element(2, "EnvelopeForwarding", |shape| {
                            shape.element(2, "Code", Shape::text);
                        });
                    }
                }),
                "CertificateType" | "CertificateStatus" => self.element(2, name, |shape| {
                    let text = shape.choices.pick(&[
                        "851",
                        " 70\n",
                        "+40",
                        "-1",
                        "",
                        "x",
                        "2147483648",
                        "&#56;51",
                        "<![CDATA[657]]>",
                        "0000000070",
                        "1.0",
                        " ",
                    ]);
                    shape.out.push_str(text);
                }),
                _ => self.element(2, name, Shape::text),
            }
        }
    }

    /// An element of one of the three namespaces, declared at the root, on itself, or by default.
    fn element(&mut self, space: usize, local: &str, inside: impl FnOnce(&mut Self)) {
        let uri = SPACES[space].1;
        let attribute =
            self.choices.pick(&["", "", "", " id='1'", " a=\"&quot;>\" b = 'c'", " xml:lang='en'"]);
        // Children of the hub may stand without a namespace, operations may not.
        let bare = space == 2 || !matches!(local, "Body" | "DeliverEnvelope");
        let (tag, declared) = match self.choices.below(6) {
            0..=2 => (format!("{}:{local}", self.prefixes[space]), String::new()),
            3 => (format!("q:{local}"), format!(" xmlns:q=\"{uri}\"")),
            4 if bare && local.starts_with(char::is_uppercase) && space == 2 => {
                (local.to_owned(), " xmlns=\"\"".to_owned())
            }
            _ => (local.to_owned(), format!(" xmlns='{uri}'")),
        };
        self.out.push_str(&format!("<{tag}{declared}{attribute}"));
        let start = self.out.len();
        self.out.push('>');
        inside(self);
        if self.out.len() == start + 1 && self.choices.one_in(2) {
            self.out.truncate(start);
            self.out.push_str(" />");
        } else {
            let blank = self.choices.pick(&["", "", " ", "\n"]);
            self.out.push_str(&format!("</{tag}{blank}>"));
        }
    }

    fn text(&mut self) {
        for _ in 0..self.choices.below(4) {
            let text = self.choices.pick(&[
                "NO",
                " x ",
                "\r\n",
                "\r",
                "&lt;a&gt;",
                "&#13;",
                "<![CDATA[<b>&]]>",
                "<![CDATA[\r\n]]>",
                "\u{e9}\u{20ac}\u{10000}",
                "]]&gt;",
                "&quot;&apos;&amp;",
                "]",
                "&#x1F600;",
                "<![CDATA[]]>",
                "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "\"'>",
            ]);
            self.out.push_str(text);
        }
    }

    fn between(&mut self) {
        let text = self.choices.pick(&["", "", "\n  ", "<!-- <a> & -->", "<?p <b> ?>", "\r\n\t"]);
        self.out.push_str(text);
    }

    fn shuffle(&mut self, names: &mut [&str]) {
        for at in 0..names.len() {
            let other = self.choices.below(names.len());
            names.swap(at, other);
        }
    }
}

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
