//! Contents of given sizes, each unlike any other, made for the price of a copy.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

use crate::content::{Hash, escape, fill};

/// One content of each size, kept ready but for its end.
#[derive(Debug)]
pub(crate) struct Contents {
    ready: Vec<Ready>,
}

#[derive(Debug)]
struct Ready {
    xml: String,
    /// SHA-256 of what stands in `xml`, not finished.
    hash: Sha256,
}

impl Contents {
    /// Contents of these sizes; the last bytes of each are left for what makes it another.
    pub(crate) fn new(seed: u64, bytes: &[usize]) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let ready = bytes.iter().map(|bytes| {
            let mut text = String::with_capacity(*bytes);
            fill(&mut text, bytes.saturating_sub(TAIL_BYTES), &mut rng);
            Ready { xml: escape(&text), hash: Sha256::new_with_prefix(text.as_bytes()) }
        });
        Self { ready: ready.collect() }
    }

    /// The content of one envelope as it is written in a request, and its hash.
    pub(crate) fn make(&self, size: usize, id: u64) -> (String, Hash) {
        let Some(ready) = self.ready.get(size) else { return (String::new(), [0; 32]) };
        let tail = format!(" #{id:016x}");
        let mut xml = String::with_capacity(ready.xml.len() + tail.len());
        xml.push_str(&ready.xml);
        xml.push_str(&tail);
        (xml, ready.hash.clone().chain_update(tail.as_bytes()).finalize().into())
    }
}

/// A space, '#' and 16 digits.
const TAIL_BYTES: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::hash_of;
    use crate::soap::{Answer, Request};

    #[test]
    fn each_content_is_another_and_hashes_as_it_is_read() {
        let contents = Contents::new(3, &[64, 4096]);
        let (one, hash) = contents.make(1, 7);
        assert_ne!(hash, contents.make(1, 8).1);
        let request =
            Request::Deliver { from: "NO", to: "LK", certificate: "C", channel: "", content: &one };
        let read = Answer::read(request.to_xml().as_bytes()).expect("well formed");
        let Answer::Envelopes(envelopes) = read else { panic!("no fault") };
        let decoded = envelopes[0].content.as_deref().expect("a content");
        assert_eq!(hash_of(decoded), hash);
        assert!((4096..4160).contains(&decoded.len()), "{}", decoded.len());
    }
}
