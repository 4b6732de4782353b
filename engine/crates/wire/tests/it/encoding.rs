//! Encodings: UTF-8 and UTF-16, by mark, by charset, by declaration, and what is refused.

use bytes::Bytes;
use phytohub_domain::Limits;
use phytohub_wire::soap::{self, Request};

fn document(declaration: &str) -> String {
    format!(
        "{declaration}<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <e:DeliverEnvelope xmlns:e=\"http://ephyto.ippc.int/\"><env>\
         <Content>&lt;\u{e9}\u{20ac}\u{1f600}\r\n</Content></env></e:DeliverEnvelope></s:Body></s:Envelope>"
    )
}

fn declared(encoding: &str) -> String {
    document(&format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>"))
}

fn le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Reads a body, to its content or the error's text.
fn read(body: Vec<u8>, charset: Option<&str>) -> Result<String, String> {
    match soap::read_request(Bytes::from(body), charset, &Limits::default()) {
        Ok(Request::DeliverEnvelope(envelope)) => {
            Ok(String::from_utf8_lossy(&envelope.content.raw).into_owned())
        }
        Ok(other) => Err(format!("another operation was read: {other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn check(body: Vec<u8>, charset: Option<&str>) {
    assert_eq!(
        read(body, charset).as_deref(),
        Ok("&lt;\u{e9}\u{20ac}\u{1f600}\r\n"),
        "{charset:?}"
    );
}

fn check_refused(body: Vec<u8>, charset: Option<&str>, expected: &str) {
    assert_eq!(read(body, charset), Err(expected.to_owned()), "{charset:?}");
}

#[test]
fn utf_8_is_read_however_it_is_named() {
    for charset in [None, Some(""), Some("utf-8"), Some("UTF-8"), Some("\"utf-8\""), Some("utf8")] {
        check(document("").into_bytes(), charset);
        check(document("\u{feff}").into_bytes(), charset);
        check(declared("utf-8").into_bytes(), charset);
        check(format!("\u{feff}{}", declared("UTF-8")).into_bytes(), charset);
        check(document("\r\n ").into_bytes(), charset);
    }
    let ascii = |text: String| text.replace(['\u{e9}', '\u{20ac}', '\u{1f600}'], "").into_bytes();
    assert_eq!(read(ascii(declared("us-ascii")), None).as_deref(), Ok("&lt;\r\n"));
    assert_eq!(read(ascii(document("")), Some("US-ASCII")).as_deref(), Ok("&lt;\r\n"));
}

#[test]
fn utf_16_is_read_by_mark_charset_or_declaration() {
    for (bytes, name) in [(le as fn(&str) -> Vec<u8>, "utf-16le"), (be, "UTF-16BE")] {
        check(bytes(&document("\u{feff}")), None);
        check(bytes(&document("\u{feff}")), Some("utf-16"));
        check(bytes(&document("\u{feff}")), Some(name));
        check(bytes(&document("")), None);
        check(bytes(&document("")), Some(name));
        check(bytes(&document("\n ")), Some(name));
        check(bytes(&format!("\u{feff}{}", declared("UTF-16"))), None);
        check(bytes(&declared("utf-16")), None);
        check(bytes(&declared(name)), Some("utf-16"));
    }
    check(be(&document("\n")), Some("utf-16"));
}

#[test]
fn the_charset_outweighs_the_declaration() {
    check(declared("ISO-8859-1").into_bytes(), Some("utf-8"));
    check(declared("utf-16").into_bytes(), Some("utf-8"));
    check(le(&format!("\u{feff}{}", declared("utf-8"))), Some("utf-16"));
}

#[test]
fn other_encodings_are_refused_by_name() {
    let other =
        |name: &str| format!("this encoding is not read: send UTF-8 or UTF-16, encoding={name}");
    for name in ["ISO-8859-1", "windows-1252", "x"] {
        check_refused(declared(name).into_bytes(), None, &other(name));
        check_refused(document("").into_bytes(), Some(name), &other(name));
    }
    let latin: Vec<_> =
        declared("ISO-8859-1").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    check_refused(latin, None, &other("ISO-8859-1"));
    let mismatch = |name: &str| {
        format!("the bytes are not in the encoding named: send UTF-8, encoding={name}")
    };
    check_refused(declared("UTF-16").into_bytes(), None, &mismatch("UTF-16"));
    check_refused(declared("us-ascii").into_bytes(), None, &mismatch("us-ascii"));
    check_refused(document("").into_bytes(), Some("us-ascii"), &mismatch("us-ascii"));
    check_refused(le(&declared("utf-8")), None, &mismatch("utf-8"));
    check_refused(le(&document("\u{feff}")), Some("utf-8"), &mismatch("utf-8"));
    check_refused(le(&document("\u{feff}")), Some("utf-16be"), &mismatch("utf-16be"));
    check_refused(document("").into_bytes(), Some("utf-16"), &mismatch("utf-16"));
    check_refused(document("\u{feff}").into_bytes(), Some("utf-16"), &mismatch("utf-16"));
}

#[test]
fn broken_utf_16_is_refused_with_its_place() {
    let whole = document("\u{feff}\n");
    let at = whole.find("&lt;").expect("it is there");
    let mut odd = le(&whole);
    odd.push(b' ');
    let error = read(odd, None).expect_err("half a unit");
    assert!(error.ends_with("bytes that are not UTF-16"), "{error}");
    let mut halved = le(&whole[..at]);
    halved.extend([0x00, 0xD8]);
    halved.extend(le(&whole[at..]));
    // The place is that in the text as UTF-8, without the mark.
    let expected =
        format!("the request is not well-formed XML at byte {} (line 2, column ", at - 3);
    let error = read(halved, None).expect_err("half a pair");
    assert!(error.starts_with(&expected), "{error}");
}
