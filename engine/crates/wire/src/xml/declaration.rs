//! The XML declaration.

use super::{Fault, Scanner, Span, XmlError, is_blank};

impl Scanner<'_> {
    /// Reads `<?xml version="1.0" encoding="…" standalone="…"?>` if it stands here, and gives the
    /// encoding that it names.
    pub(crate) fn declaration(&mut self) -> Result<Option<Span>, Fault> {
        if !self.starts_with(b"<?xml") || !self.byte(5).is_some_and(is_blank) {
            return Ok(None);
        }
        self.at += 5;
        let version = self.pseudo_attribute(b"version")?;
        match version {
            Some(version) if version.of(self.input) == b"1.0" => {}
            Some(version) => return Err(Fault::xml(version.start(), XmlError::Version)),
            None => return Err(Fault::xml(self.at, XmlError::Declaration)),
        }
        let encoding = self.pseudo_attribute(b"encoding")?;
        if let Some(name) = encoding {
            let bytes = name.of(self.input);
            let starts = bytes.first().is_some_and(u8::is_ascii_alphabetic);
            let goes_on = bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
            if !starts || !goes_on {
                return Err(Fault::xml(name.start(), XmlError::Declaration));
            }
        }
        let standalone = self.pseudo_attribute(b"standalone")?;
        if let Some(value) = standalone
            && !matches!(value.of(self.input), b"yes" | b"no")
        {
            return Err(Fault::xml(value.start(), XmlError::Declaration));
        }
        self.skip_blanks();
        if !self.starts_with(b"?>") {
            return Err(Fault::xml(self.at, XmlError::Declaration));
        }
        self.at += 2;
        Ok(encoding)
    }

    /// A blank and `name="value"`, if they stand here.
    fn pseudo_attribute(&mut self, name: &[u8]) -> Result<Option<Span>, Fault> {
        let start = self.at;
        let blank = self.skip_blanks();
        if !self.starts_with(name) {
            self.at = start;
            return Ok(None);
        }
        let fault = |at| Fault::xml(at, XmlError::Declaration);
        if !blank {
            return Err(fault(self.at));
        }
        self.at += name.len();
        self.skip_blanks();
        if self.byte(0) != Some(b'=') {
            return Err(fault(self.at));
        }
        self.at += 1;
        self.skip_blanks();
        let quote = self
            .byte(0)
            .filter(|byte| matches!(byte, b'"' | b'\''))
            .ok_or_else(|| fault(self.at))?;
        self.at += 1;
        let rest = self.input.get(self.at..).unwrap_or_default();
        // A value that runs into the declaration's end was never closed.
        let end = rest.iter().position(|byte| *byte == quote || *byte == b'?');
        let length =
            end.filter(|end| rest.get(*end) == Some(&quote)).ok_or_else(|| fault(self.at))?;
        let value = Span::new(self.at, self.at + length);
        self.at += length + 1;
        Ok(Some(value))
    }
}
