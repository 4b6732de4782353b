//! Start tags: names, attributes, namespace declarations.

use memchr::memchr3;

use super::binding::Bound;
use super::scan::Element;
use super::{Fault, Scanner, Span, XmlError, name, reference};

impl Scanner<'_> {
    /// `<name attribute="value"…>` or `<name…/>`.
    pub(super) fn start_tag(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.byte(1).is_none() {
            return Err(Fault::xml(self.input.len(), XmlError::EndsTooSoon));
        }
        let name = name::qualified_name(self.input, start + 1).map_err(|fault| {
            let what = if fault.at == start + 1 { XmlError::Markup } else { XmlError::Name };
            Fault::xml(fault.at, what)
        })?;
        self.open(name.span())?;
        self.at = name.span().end();
        self.tables.attributes.clear();
        loop {
            let blanks = self.skip_blanks();
            match self.byte(0) {
                Some(b'>') => {
                    self.at += 1;
                    break;
                }
                Some(b'/') if self.byte(1) == Some(b'>') => {
                    self.at += 2;
                    self.ends = true;
                    break;
                }
                None => return Err(Fault::xml(self.at, XmlError::EndsTooSoon)),
                Some(_) if blanks => self.attribute()?,
                Some(_) => return Err(Fault::xml(self.at, XmlError::AttributeNotWellFormed)),
            }
        }
        let bound = if name.prefix.of(self.input) == b"xmlns" {
            None
        } else {
            self.tables.bindings.resolve(self.input, name.prefix)
        };
        let Bound { space, .. } =
            bound.ok_or_else(|| Fault::xml(name.span().start(), XmlError::PrefixUnbound))?;
        self.tables.attributes.resolve(self.input, &self.tables.bindings)?;
        self.element = Element { space, local: name.local };
        Ok(())
    }

    /// One attribute, at the scanner's place.
    fn attribute(&mut self) -> Result<(), Fault> {
        let name = name::qualified_name(self.input, self.at)?;
        self.at = name.span().end();
        self.skip_blanks();
        self.expect(b'=')?;
        self.skip_blanks();
        let quote = match self.byte(0) {
            Some(quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(Fault::xml(self.at, XmlError::AttributeNotWellFormed)),
            None => return Err(Fault::xml(self.at, XmlError::EndsTooSoon)),
        };
        self.at += 1;
        let value = self.attribute_value(quote)?;
        self.tables.attributes.push(name, self.attributes_max)?;
        match (name.prefix.of(self.input), name.local.of(self.input)) {
            (b"xmlns", _) => self.tables.bindings.declare(self.input, name.local, value),
            (b"", b"xmlns") => {
                let end = name.local.end();
                self.tables.bindings.declare(self.input, Span::new(end, end), value)
            }
            _ => Ok(()),
        }
    }

    /// The value up to its closing quote: references are checked, `<` is refused.
    fn attribute_value(&mut self, quote: u8) -> Result<Span, Fault> {
        let start = self.at;
        loop {
            let rest = self.input.get(self.at..).unwrap_or_default();
            let Some(offset) = memchr3(quote, b'<', b'&', rest) else {
                return Err(Fault::xml(self.input.len(), XmlError::EndsTooSoon));
            };
            self.at += offset;
            match rest.get(offset) {
                Some(b'<') => return Err(Fault::xml(self.at, XmlError::AttributeHoldsLessThan)),
                Some(b'&') => self.at += 1 + reference::check(self.input, self.at + 1)?,
                _ => break,
            }
        }
        let value = Span::new(start, self.at);
        self.at += 1;
        Ok(value)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        match self.byte(0) {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(Fault::xml(self.at, XmlError::AttributeNotWellFormed)),
            None => Err(Fault::xml(self.at, XmlError::EndsTooSoon)),
        }
    }
}
