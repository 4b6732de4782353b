//! Contents made up from a number: never two alike, awkward characters included.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

/// The character data of one envelope, as it is written in a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Content {
    /// What stands between the tags: escaped, or in a CDATA section.
    pub xml: String,
    /// SHA-256 over the character data.
    pub hash: Hash,
}

/// SHA-256 over character data as UTF-8.
pub type Hash = [u8; 32];

/// Hashes character data.
#[must_use]
pub fn hash_of(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

impl Content {
    /// A content of about this many bytes. The same seed gives the same content; from 32 bytes on,
    /// no two seeds give the same.
    #[must_use]
    pub fn new(seed: u64, bytes: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut text = if bytes >= 32 { format!("{seed:016x} ") } else { String::new() };
        fill(&mut text, bytes, &mut rng);
        let hash = hash_of(&text);
        let cdata = rng.random_bool(0.3);
        let xml = if cdata { format!("<![CDATA[{text}]]>") } else { escape(&text) };
        Self { xml, hash }
    }
}

/// Appends made-up text, awkward characters included, until there are at least this many bytes.
pub(crate) fn fill(text: &mut String, bytes: usize, rng: &mut StdRng) {
    while text.len() < bytes {
        text.push_str(PIECES[rng.random_range(0..PIECES.len())]);
    }
}

/// Writes text as XML character data.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Written bare, an XML reader would take it for a line end.
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
    out
}

/// Pieces of made-up contents. No carriage return: in CDATA it could not be written.
const PIECES: [&str; 12] = [
    "<ram:ID>",
    "</ram:ID>",
    " & ",
    "\n",
    "\t",
    "Malus domestica",
    "0123456789 ",
    "\u{e5}\u{f1}\u{fc}",
    "\u{6f22}",
    "\u{1f33e}",
    "\"'",
    "quarantine pest free area ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_content_again_and_no_other_gives_it() {
        let one = Content::new(7, 400);
        assert_eq!(one.hash, Content::new(7, 400).hash);
        assert_ne!(one.hash, Content::new(8, 400).hash);
        assert!(Content::new(7, 1).xml.len() < 64);
    }

    #[test]
    fn what_is_escaped_has_no_markup() {
        assert_eq!(escape("a<b>&\r\n"), "a&lt;b&gt;&amp;&#13;\n");
    }
}
