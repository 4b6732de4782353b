//! A document that is typed in the SOAP body.

use std::fmt;

use bytes::Bytes;

use super::Header;

/// `hub:ePhytoEnvelope` or `hub:CountryResponseEnvelope` of a request.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's envelopes have these two parts")]
pub struct TypedEnvelope {
    /// Its outside.
    pub header: Header,
    /// Its inside, if there is one.
    pub document: Option<TypedDocument>,
}

/// An `SPSCertificate` or `SPSAcknowledgement` element as received: well-formed XML in UTF-8 with
/// every prefix bound, and nothing else known of it, not even its namespace.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct TypedDocument {
    /// The element, from its start tag to its end tag: a range of the request.
    pub raw: Bytes,
    /// The namespace declarations that it needs and that stand outside it, as written
    /// (`xmlns:ram="urn:…"`), at most one for a prefix: ranges of the request.
    pub bindings: Vec<Bytes>,
}

impl TypedDocument {
    /// The element as a document that stands alone, in UTF-8: its start tag has the declarations
    /// that stood outside, all else is as received.
    #[must_use]
    pub fn to_document(&self) -> Vec<u8> {
        let added: usize = self.bindings.iter().map(|binding| binding.len() + 1).sum();
        let mut document = Vec::with_capacity(self.raw.len() + added);
        let ends_name = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>');
        let name_end = self.raw.iter().position(ends_name).unwrap_or(self.raw.len());
        let (name, rest) = self.raw.split_at_checked(name_end).unwrap_or((&self.raw, &[]));
        document.extend_from_slice(name);
        for binding in &self.bindings {
            document.push(b' ');
            document.extend_from_slice(binding);
        }
        document.extend_from_slice(rest);
        document
    }
}

impl fmt::Debug for TypedDocument {
    /// Never the document itself: it belongs to its sender and its recipient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { raw, bindings } = self;
        f.debug_struct("TypedDocument")
            .field("bytes", &raw.len())
            .field("bindings", &bindings.len())
            .finish()
    }
}
