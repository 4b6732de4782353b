//! A content as the document that plugins read.

use bytes::Bytes;
use phytohub_domain::ContentForm;
use phytohub_sps::{Limits, SpsDocument};
use phytohub_wire::soap::Content;

/// The document, without a mark of its byte order.
pub(super) fn document_of(content: &Content) -> Bytes {
    unmarked(decoded(content))
}

/// The character data of a content: a part of the bytes as received where that is the same.
pub(crate) fn decoded(content: &Content) -> Bytes {
    let raw = &content.raw;
    match content.form {
        ContentForm::Plain => raw.clone(),
        ContentForm::Mixed => one_section(raw).unwrap_or_else(|| copied(content)),
        ContentForm::Escaped => copied(content),
    }
}

/// A document without a mark of its byte order.
pub(super) fn unmarked(document: Bytes) -> Bytes {
    if document.starts_with(BYTE_ORDER_MARK) {
        document.slice(BYTE_ORDER_MARK.len()..)
    } else {
        document
    }
}

fn copied(content: &Content) -> Bytes {
    #[cfg(test)]
    COPIED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut document = Vec::with_capacity(content.raw.len());
    content.decode(&mut |piece| document.extend_from_slice(piece));
    document.into()
}

/// What is in a content that is one section of CDATA without a carriage return.
fn one_section(raw: &Bytes) -> Option<Bytes> {
    let inner = raw.strip_prefix(b"<![CDATA[")?.strip_suffix(b"]]>")?;
    let plain = !inner.contains(&b'\r') && !inner.windows(3).any(|window| window == b"]]>");
    plain.then(|| raw.slice_ref(inner))
}

/// `TypeCode` of a certificate.
pub(super) fn type_code(document: &[u8]) -> Option<i32> {
    let reading = SpsDocument::read(document, &Limits::default());
    reading.document.certificate()?.certificate_type().trim().parse().ok()
}

/// How often a content was copied to decode it.
#[cfg(test)]
pub(crate) static COPIED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
