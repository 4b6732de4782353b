//! A content that is checked while it arrives: each piece by the scanner that judges whole ones,
//! cut where nothing is torn that a reader takes as one.

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memmem, memrchr};
use phytohub_domain::{ContentForm, Limits};

use super::content::{CONTENT_BEFORE, CONTENT_BEHIND, read_content};
use crate::soap::{Place, ReadError};
use crate::xml::{CDATA_END, CDATA_START};

/// The longest reference of a content that is read in pieces, in bytes: its beginning is kept until
/// its end arrives. A code point has 7 digits; the others are leading zeros.
pub const REFERENCE_BYTES_MAX: usize = 4 << 10;

/// Reads a content piece by piece, as [`read_content`] reads a whole one.
#[derive(Debug)]
pub struct ContentPieces {
    /// What arrived and cannot be judged before more does.
    carry: BytesMut,
    /// Whether that lies in a CDATA section.
    in_section: bool,
    form: ContentForm,
    /// Where it begins.
    place: Place,
}

impl Default for ContentPieces {
    fn default() -> Self {
        Self {
            carry: BytesMut::new(),
            in_section: false,
            form: ContentForm::Plain,
            place: Place::START,
        }
    }
}

impl ContentPieces {
    /// Takes the next piece, and feeds the character data that is complete to `sink`.
    ///
    /// # Errors
    /// As for [`read_content`], with places from the start of the first piece.
    pub fn push(
        &mut self,
        piece: &[u8],
        limits: &Limits,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ReadError> {
        self.carry.extend_from_slice(piece);
        let (cut, in_section) = cut(&self.carry, self.in_section);
        let text = self.carry.split_to(cut);
        self.read(&text, in_section, limits, sink)
    }

    /// Takes the end; how the whole is written.
    ///
    /// # Errors
    /// As for [`ContentPieces::push`].
    pub fn finish(
        mut self,
        limits: &Limits,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<ContentForm, ReadError> {
        let text = self.carry.split();
        self.read(&text, false, limits, sink)?;
        Ok(self.form)
    }

    fn read(
        &mut self,
        text: &[u8],
        ends_in_section: bool,
        limits: &Limits,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ReadError> {
        // Both ends of a section that goes on beyond the piece are written for it.
        let before: &[u8] = if self.in_section { CDATA_START } else { b"" };
        let behind: &[u8] = if ends_in_section { CDATA_END } else { b"" };
        let framed = [CONTENT_BEFORE, before, text, behind, CONTENT_BEHIND].concat();
        let content = read_content(&Bytes::from(framed), limits)
            .map_err(|error| error.moved(self.place, before.len()))?;
        content.decode(sink);
        if content.form as u8 > self.form as u8 {
            self.form = content.form;
        }
        self.place = self.place.behind(text);
        self.in_section = ends_in_section;
        Ok(())
    }
}

/// Up to where a text can be read before more of it is known, and whether it is in a section there.
fn cut(text: &[u8], in_section: bool) -> (usize, bool) {
    let (mut at, mut in_section) = (0, in_section);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let mark = if in_section { memmem::find(rest, CDATA_END) } else { memchr(b'<', rest) };
        let Some(found) = mark else { break };
        let marked = rest.get(found..).unwrap_or_default();
        if in_section {
            (at, in_section) = (at + found + CDATA_END.len(), false);
        } else if marked.starts_with(CDATA_START) {
            (at, in_section) = (at + found + CDATA_START.len(), true);
        } else if CDATA_START.starts_with(marked) {
            return (at + found, false);
        } else {
            // No markup belongs here, as will be said.
            return (text.len(), false);
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    let mut end = rest.len() - torn(rest);
    if !in_section && let Some(reference) = memrchr(b'&', rest) {
        let begun = rest.get(reference..).unwrap_or_default();
        if memchr(b';', begun).is_none() && begun.len() < REFERENCE_BYTES_MAX {
            end = end.min(reference);
        }
    }
    (at + end, in_section)
}

/// Bytes at the end that may be a part of a character, of a line's end, or of `]]>`.
fn torn(text: &[u8]) -> usize {
    match text {
        [.., b']', b']'] => 2,
        [.., b']' | b'\r' | 0xC0..=0xFF] => 1,
        [.., 0xE0..=0xFF, 0x80..=0xBF] => 2,
        [.., 0xF0..=0xFF, 0x80..=0xBF, 0x80..=0xBF] => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Read = Result<(ContentForm, Vec<u8>), ReadError>;

    fn whole(text: &[u8]) -> Read {
        let framed = [CONTENT_BEFORE, text, CONTENT_BEHIND].concat();
        let content = read_content(&Bytes::from(framed), &Limits::default())?;
        let mut data = Vec::new();
        content.decode(&mut |piece| data.extend_from_slice(piece));
        Ok((content.form, data))
    }

    fn in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Read {
        let (limits, mut data) = (Limits::default(), Vec::new());
        let mut sink = |piece: &[u8]| data.extend_from_slice(piece);
        let mut reader = ContentPieces::default();
        for piece in pieces {
            reader.push(piece, &limits, &mut sink)?;
        }
        let form = reader.finish(&limits, &mut sink)?;
        Ok((form, data))
    }

    /// Separated by blanks.
    const PARTS: &str = "a ä € 𝄞 ] ]] > ]]> < <![CDATA[ <! & &lt; &#x26; &amp; &#0013; &#0; ; # </c> \
                         <c> \r \n \r\n \u{FFFE} \u{1}";

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let parts: Vec<&str> = PARTS.split(' ').collect();
        let part = prop_oneof![
            8 => proptest::sample::select(parts).prop_map(|part| part.as_bytes().to_vec()),
            2 => Just("<![CDATA[ & < ]]>".as_bytes().to_vec()),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
        ];
        proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn pieces_are_read_as_the_whole_is(text in texts(), size in 1_usize..9) {
            match (whole(&text), in_pieces(text.chunks(size))) {
                (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole, pieces),
                (Err(_), Err(_)) => {}
                (whole, pieces) => prop_assert!(false, "{:?} is not {:?}", whole, pieces),
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_in_the_whole() {
        for text in ["ab\ncd&x;e", "ab\n<![CDATA[c\nd\u{1}e", "ä\n\n€ö<p/>"] {
            let expected = whole(text.as_bytes()).expect_err("it is wrong").to_string();
            for size in 1..text.len() {
                let error = in_pieces(text.as_bytes().chunks(size)).expect_err("it is wrong");
                assert_eq!(error.to_string(), expected, "in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_reference_without_an_end_is_not_kept_for_ever() {
        let zeros = "0".repeat(REFERENCE_BYTES_MAX);
        let text = format!("&#{zeros}{zeros}65;");
        assert!(in_pieces(text.as_bytes().chunks(1000)).is_err());
        let shorter = format!("&#{}65;", zeros.get(5..).expect("it is longer"));
        let read = in_pieces(shorter.as_bytes().chunks(1000)).expect("it is well written");
        assert_eq!(read, (ContentForm::Escaped, b"A".to_vec()));
    }
}
