//! As much DER as it takes to make a certificate of X.509 version 1, which no library writes.

use rcgen::{KeyPair, SigningKey};

/// Takes version number and extensions out of a certificate and signs it anew.
pub(super) fn to_version_1(certificate: &[u8], key: &KeyPair) -> Vec<u8> {
    let (signed, rest) = split(content(certificate));
    let (algorithm, _) = split(rest);
    let mut kept = Vec::new();
    let mut rest = content(signed);
    while !rest.is_empty() {
        let (part, after) = split(rest);
        if !matches!(part[0], TAG_VERSION | TAG_EXTENSIONS) {
            kept.extend_from_slice(part);
        }
        rest = after;
    }
    let signed = wrap(TAG_SEQUENCE, &kept);
    let mut signature = vec![0];
    signature.extend(key.sign(&signed).expect("the authority's key signs"));
    wrap(TAG_SEQUENCE, &[signed, algorithm.to_vec(), wrap(TAG_BIT_STRING, &signature)].concat())
}

/// PEM, with lines of 64 characters.
pub(super) fn to_pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut column = 0;
    for group in der.chunks(3) {
        let value = group.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (value >> (18 - 6 * place)) & 63;
            text.push(if place > group.len() { '=' } else { BASE64[digit as usize].into() });
        }
        column += 4;
        if column == 64 {
            text.push('\n');
            column = 0;
        }
    }
    if column > 0 {
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

/// The first element and what follows it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (head, length) = measure(bytes);
    bytes.split_at(head + length)
}

/// The first element's content.
fn content(bytes: &[u8]) -> &[u8] {
    let (head, length) = measure(bytes);
    &bytes[head..head + length]
}

/// Bytes of the first element's head and of its content.
fn measure(bytes: &[u8]) -> (usize, usize) {
    let first = usize::from(bytes[1]);
    if first < 128 {
        return (2, first);
    }
    let digits = &bytes[2..2 + (first - 128)];
    (2 + digits.len(), digits.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
}

fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits = &length[length.iter().position(|byte| *byte != 0).unwrap_or(7)..];
    let mut bytes = vec![tag];
    if content.len() >= 128 {
        bytes.push(128 + u8::try_from(digits.len()).expect("a length has eight digits at most"));
    }
    bytes.extend_from_slice(digits);
    bytes.extend_from_slice(content);
    bytes
}

const TAG_BIT_STRING: u8 = 0x03;
const TAG_SEQUENCE: u8 = 0x30;
const TAG_VERSION: u8 = 0xa0;
const TAG_EXTENSIONS: u8 = 0xa3;
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
