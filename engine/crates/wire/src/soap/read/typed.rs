//! Envelopes whose document is typed in the SOAP body.

use bytes::Bytes;

use super::super::{Place, ReadError, TypedDocument, TypedEnvelope};
use super::Reader;
use super::envelope::Seen;
use crate::xml::{Element, Event, Span};

impl Reader<'_> {
    /// The envelope under the name `wrapper` in the operation just begun, with a document of the
    /// name `document`.
    pub(super) fn typed(
        &mut self,
        wrapper: &'static str,
        document: &'static str,
        inside: &'static str,
    ) -> Result<TypedEnvelope, ReadError> {
        self.only_child(wrapper, inside, |reader, envelope| {
            reader.typed_envelope(document, envelope)
        })
    }

    fn typed_envelope(
        &mut self,
        document: &'static str,
        envelope: &mut TypedEnvelope,
    ) -> Result<(), ReadError> {
        let mut seen = Seen::default();
        while let Some(child) = self.child()? {
            if !self.is_document(child, document) {
                match self.part(child, &mut seen)? {
                    None => self.skip()?,
                    Some(field) => self.header_field(field, &mut envelope.header)?,
                }
            } else if envelope.document.is_some() {
                return Err(ReadError::PeerSentTwice { name: document, place: self.place() });
            } else {
                envelope.document = Some(self.document_element(document)?);
            }
        }
        Ok(())
    }

    /// By its name alone: generated clients put it into the namespace of the operations.
    fn is_document(&self, element: Element, name: &str) -> bool {
        element.local.of(self.body) == name.as_bytes()
    }

    /// The element just begun, whatever it holds.
    fn document_element(&mut self, name: &'static str) -> Result<TypedDocument, ReadError> {
        let outer = Outer::of(self);
        let start = self.scanner.open_at();
        let outside = self.scanner.depth().saturating_sub(1);
        let mut unprefixed = self.scanner.is_unprefixed();
        while self.scanner.depth() > outside {
            let event = self.scanner.next().map_err(|fault| self.fault(fault, name))?;
            unprefixed |= event == Event::Start && self.scanner.is_unprefixed();
        }
        let end = self.scanner.at();
        let limit = self.limits.content_bytes;
        if end - start > limit {
            let place = Place::of(self.body, start);
            let setting = "content_bytes";
            return Err(ReadError::PeerSentOverLimit { what: name, setting, limit, place });
        }
        let raw = self.body.slice(start..end);
        let bindings = outer.needed_by(&raw, unprefixed, self.body);
        Ok(TypedDocument { raw, bindings })
    }
}

/// The namespace declarations that stand outside an element and are in scope inside it: one for a
/// prefix, sorted by prefix.
struct Outer {
    declarations: Vec<Declaration>,
}

struct Declaration {
    prefix: Span,
    whole: Span,
    needed: bool,
}

impl Outer {
    /// Of the element that the reader has just begun, less those of its own start tag.
    fn of(reader: &Reader<'_>) -> Self {
        let input: &[u8] = reader.body;
        let scanner = &reader.scanner;
        let all = scanner.outer_declarations();
        let mut declarations: Vec<_> =
            all.map(|(prefix, whole)| Declaration { prefix, whole, needed: false }).collect();
        // The innermost of each prefix counts, which is the newest: sorting keeps the order.
        declarations.reverse();
        declarations.sort_by(|a, b| a.prefix.of(input).cmp(b.prefix.of(input)));
        declarations.dedup_by(|later, kept| later.prefix.of(input) == kept.prefix.of(input));
        declarations.retain(|Declaration { prefix, whole, .. }| {
            let whole = whole.of(input);
            // `xmlns=""` takes the default namespace back.
            let empty = whole.ends_with(b"\"\"") || whole.ends_with(b"''");
            !empty && !scanner.declares(prefix.of(input))
        });
        Self { declarations }
    }

    /// Those that `raw` needs. A prefix counts as needed wherever it stands before a colon, for it
    /// may be part of a value, as in `xsi:type`.
    ///
    /// One pass over `raw`: a search for every prefix would let a peer ask for hundreds.
    fn needed_by(mut self, raw: &[u8], unprefixed: bool, body: &Bytes) -> Vec<Bytes> {
        for colon in memchr::memchr_iter(b':', raw) {
            let before = raw.get(..colon).unwrap_or_default();
            let part = |byte: &u8| {
                byte.is_ascii_alphanumeric() || b"-_.".contains(byte) || !byte.is_ascii()
            };
            let length = before.iter().rev().take_while(|byte| part(byte)).count();
            let prefix = before.get(colon - length..).unwrap_or_default();
            if !prefix.is_empty() {
                self.need(prefix, body);
            }
        }
        if unprefixed {
            self.need(b"", body);
        }
        let needed = self.declarations.iter().filter(|declaration| declaration.needed);
        needed
            .map(|declaration| body.slice(declaration.whole.start()..declaration.whole.end()))
            .collect()
    }

    fn need(&mut self, prefix: &[u8], body: &[u8]) {
        let place = self.declarations.binary_search_by(|other| other.prefix.of(body).cmp(prefix));
        if let Some(found) = place.ok().and_then(|place| self.declarations.get_mut(place)) {
            found.needed = true;
        }
    }
}
