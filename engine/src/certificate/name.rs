//! Distinguished names as RFC 4514 writes them.

use x509_parser::asn1_rs::Tag;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// A name, last part first: `CN=Signer,O=Mattilsynet,C=NO`.
pub(super) fn rfc4514(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| rdn.iter().map(attribute).collect::<Vec<_>>().join("+"))
        .collect();
    parts.reverse();
    parts.join(",")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let name = NAMES.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name);
    match (name, attribute.as_str()) {
        (Some(name), Ok(text)) => format!("{name}={}", escaped(text)),
        (name, _) => {
            let value = attribute.attr_value();
            let bytes = value.data.iter().map(|byte| format!("{byte:02x}"));
            // The value with its tag and length, in hexadecimal digits. What has no short name, or
            // is no text, is rare; its length then fits one or two bytes.
            let head = header(value.tag(), value.data.len());
            let head = head.iter().map(|byte| format!("{byte:02x}"));
            format!("{}=#{}", name.unwrap_or(&oid), head.chain(bytes).collect::<String>())
        }
    }
}

fn header(tag: Tag, length: usize) -> Vec<u8> {
    let tag = u8::try_from(tag.0).unwrap_or_default();
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => vec![tag, short],
        Ok(long) => vec![tag, 0x81, long],
        Err(_) => {
            let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
            vec![tag, 0x82, high, low]
        }
    }
}

fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    for (place, letter) in text.chars().enumerate() {
        let special = matches!(letter, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (letter == '#' && place == 0)
            || (letter == ' ' && (place == 0 || place == last));
        if special {
            out.push('\\');
        }
        if letter == '\0' { out.push_str("\\00") } else { out.push(letter) }
    }
    out
}

/// The short names of RFC 4514, section 3.
const NAMES: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_name_is_escaped() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("Mattilsynet", "Mattilsynet");
        check("A, B+C", "A\\, B\\+C");
        check("#1 ", "\\#1\\ ");
        check(" ", "\\ ");
        check("\u{c5}s", "\u{c5}s");
    }
}
