//! What the signature says, held to the one form that is verified.

use std::ops::Range;

use super::algorithm::{Algorithm, Digest};
use super::canonical::Method;
use super::envelope::{Envelope, Part, Space};
use super::{Refusal, rule};
use crate::document::decode_text;

/// A signature's contents.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) signed_info: Range<usize>,
    /// How `SignedInfo` is canonicalized, and how the document is.
    pub(super) method: Method,
    pub(super) transform: Method,
    pub(super) algorithm: &'static Algorithm,
    pub(super) digest: &'static Digest,
    pub(super) digest_value: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Whether the root was named by its Id: then what stands around it is not signed.
    pub(super) is_element: bool,
    method_at: usize,
    digest_at: usize,
}

impl Form {
    pub(super) fn of(envelope: &Envelope<'_>) -> Result<Self, Refusal> {
        let parts = Parts { envelope };
        let (signed_info, value) = match *parts.children(0, ROOT)? {
            [info, value] => (info, value),
            [info, value, key] if parts.is(key, "KeyInfo") => (info, value),
            _ => return Err(parts.wrong(0, ROOT)),
        };
        let info = parts.named(signed_info, "SignedInfo", ROOT)?;
        parts.named(value, "SignatureValue", ROOT)?;
        let [canonical, method, reference] = *parts.children(signed_info, INFO)? else {
            return Err(parts.wrong(signed_info, INFO));
        };
        let canonical_part = parts.named(canonical, "CanonicalizationMethod", INFO)?;
        let uri = parts.algorithm(canonical, INFO)?;
        let Some(canonicalization) = parts.canonicalization(canonical, uri, INFO)? else {
            return Err(Refusal::new(&rule::ALGORITHM, canonical_part.range.start, uri, INFO));
        };
        let method_at = parts.named(method, "SignatureMethod", INFO)?.range.start;
        let uri = parts.leaf_algorithm(method, INFO)?;
        let algorithm = Algorithm::of(uri)
            .ok_or_else(|| Refusal::new(&rule::ALGORITHM, method_at, uri, INFO))?;

        let reference_part = parts.named(reference, "Reference", INFO)?;
        let is_element = is_element(reference_part, envelope)?;
        let [transforms, digest, digest_value] = *parts.children(reference, REFERENCE)? else {
            return Err(parts.wrong(reference, REFERENCE));
        };
        let transform = parts.transforms(transforms)?;
        let digest_at = parts.named(digest, "DigestMethod", REFERENCE)?.range.start;
        let uri = parts.leaf_algorithm(digest, REFERENCE)?;
        let digest = Digest::of(uri)
            .ok_or_else(|| Refusal::new(&rule::ALGORITHM, digest_at, uri, REFERENCE))?;
        parts.named(digest_value, "DigestValue", REFERENCE)?;
        Ok(Self {
            signed_info: info.range.clone(),
            method: canonicalization,
            transform,
            algorithm,
            digest,
            digest_value: parts.base64(digest_value, REFERENCE)?,
            value: parts.base64(value, ROOT)?,
            is_element,
            method_at,
            digest_at,
        })
    }

    /// Where the signature relies on an algorithm that is too weak today: which, where.
    pub(super) fn weak(&self) -> Option<(&'static str, usize, &'static str)> {
        match (self.algorithm.is_weak, self.digest.is_weak) {
            (true, true) => Some(("method and digest", self.method_at, INFO)),
            (true, false) => Some(("method", self.method_at, INFO)),
            (false, true) => Some(("digest", self.digest_at, REFERENCE)),
            (false, false) => None,
        }
    }
}

/// Whether the reference names the root by its Id; it may also name the document as a whole.
fn is_element(reference: &Part<'_>, envelope: &Envelope<'_>) -> Result<bool, Refusal> {
    let Some(uri) = attribute(reference, "URI") else { return Ok(false) };
    let named = uri.strip_prefix('#').filter(|id| !id.is_empty());
    match named {
        None if uri.is_empty() => Ok(false),
        Some(id) if envelope.root_ids.iter().any(|root| root == id) => Ok(true),
        _ => Err(Refusal::new(&rule::REFERENCE, reference.range.start, uri, REFERENCE)),
    }
}

fn attribute<'p>(part: &'p Part<'_>, name: &str) -> Option<&'p str> {
    part.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
}

/// The elements of a signature, looked at with the mistrust that they deserve.
struct Parts<'e, 't> {
    envelope: &'e Envelope<'t>,
}

impl<'e> Parts<'e, '_> {
    fn get(&self, index: usize, path: &'static str) -> Result<&'e Part<'e>, Refusal> {
        self.envelope.parts.get(index).ok_or_else(|| self.wrong(0, path))
    }

    fn wrong(&self, index: usize, path: &'static str) -> Refusal {
        let part = self.envelope.parts.get(index);
        let at = part.map_or(self.envelope.signature.start, |part| part.range.start);
        let local = part.map_or("", |part| part.local);
        Refusal::new(&rule::FORM, at, format!("what is in '{local}'"), path)
    }

    fn is(&self, index: usize, local: &str) -> bool {
        let part = self.envelope.parts.get(index);
        part.is_some_and(|part| part.space == Space::Signature && part.local == local)
    }

    fn named(
        &self,
        index: usize,
        local: &str,
        path: &'static str,
    ) -> Result<&'e Part<'e>, Refusal> {
        let part = self.get(index, path)?;
        if self.is(index, local) {
            return Ok(part);
        }
        let what = format!("'{}' where {local} belongs", part.local);
        Err(Refusal::new(&rule::FORM, part.range.start, what, path))
    }

    /// The child elements; there may be no text between them.
    fn children(&self, index: usize, path: &'static str) -> Result<Vec<usize>, Refusal> {
        if self.get(index, path)?.has_text {
            return Err(self.wrong(index, path));
        }
        let parts = self.envelope.parts.iter().enumerate().skip(index + 1);
        Ok(parts.filter(|(_, part)| part.parent == index).map(|(index, _)| index).collect())
    }

    fn algorithm(&self, index: usize, path: &'static str) -> Result<&'e str, Refusal> {
        attribute(self.get(index, path)?, "Algorithm").ok_or_else(|| self.wrong(index, path))
    }

    /// The algorithm of an element that may not hold parameters.
    fn leaf_algorithm(&self, index: usize, path: &'static str) -> Result<&'e str, Refusal> {
        if !self.children(index, path)?.is_empty() {
            return Err(self.wrong(index, path));
        }
        self.algorithm(index, path)
    }

    /// One of the two canonicalizations, with the prefixes of the exclusive one.
    fn canonicalization(
        &self,
        index: usize,
        uri: &str,
        path: &'static str,
    ) -> Result<Option<Method>, Refusal> {
        let children = self.children(index, path)?;
        match (uri, &*children) {
            (INCLUSIVE, []) => Ok(Some(Method::Inclusive)),
            (EXCLUSIVE, []) => Ok(Some(Method::Exclusive(Vec::new()))),
            (EXCLUSIVE, &[list]) => {
                let part = self.get(list, path)?;
                let known = part.space == Space::Exclusive && part.local == "InclusiveNamespaces";
                let empty = self.children(list, path)?.is_empty();
                let prefixes = attribute(part, "PrefixList").filter(|_| known && empty);
                let prefixes = prefixes.ok_or_else(|| self.wrong(index, path))?;
                let prefixes = prefixes.split_ascii_whitespace();
                let prefixes = prefixes.map(|one| if one == "#default" { "" } else { one });
                let prefixes: Vec<String> = prefixes.map(str::to_owned).collect();
                if prefixes.len() > PREFIXES_MAX {
                    return Err(self.wrong(index, path));
                }
                Ok(Some(Method::Exclusive(prefixes)))
            }
            (INCLUSIVE | EXCLUSIVE, _) => Err(self.wrong(index, path)),
            _ => Ok(None),
        }
    }

    /// The enveloped-signature transform, then at most one canonicalization.
    fn transforms(&self, index: usize) -> Result<Method, Refusal> {
        self.named(index, "Transforms", REFERENCE)?;
        let all = self.children(index, REFERENCE)?;
        let mut found = None;
        for (place, &transform) in all.iter().enumerate() {
            let part = self.named(transform, "Transform", REFERENCE)?;
            let uri = self.algorithm(transform, REFERENCE)?;
            let refused = || Refusal::new(&rule::TRANSFORM, part.range.start, uri, REFERENCE);
            match (place, uri) {
                (0, ENVELOPED) => {
                    self.leaf_algorithm(transform, REFERENCE)?;
                }
                (1, _) => {
                    let method = self.canonicalization(transform, uri, REFERENCE)?;
                    found = Some(method.ok_or_else(refused)?);
                }
                _ => return Err(refused()),
            }
        }
        if all.is_empty() {
            return Err(self.wrong(index, REFERENCE));
        }
        // What no transform has made into bytes is canonicalized in the inclusive way.
        Ok(found.unwrap_or(Method::Inclusive))
    }

    fn base64(&self, index: usize, path: &'static str) -> Result<Vec<u8>, Refusal> {
        use base64::Engine;
        let part = self.get(index, path)?;
        let raw = self.envelope.text.get(part.inside.clone()).unwrap_or_default();
        let is_leaf = self.envelope.parts.iter().skip(1).all(|other| other.parent != index);
        if !is_leaf || raw.len() > VALUE_CHARS_MAX {
            return Err(self.wrong(index, path));
        }
        let mut text = decode_text(raw);
        text.retain(|c| !c.is_ascii_whitespace());
        let engine = base64::engine::general_purpose::STANDARD;
        engine.decode(text).map_err(|_| self.wrong(index, path))
    }
}

const ROOT: &str = "Signature";
const INFO: &str = "Signature/SignedInfo";
pub(super) const REFERENCE: &str = "Signature/SignedInfo/Reference";

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

// Without comments alone. A reference to the same document never holds comments, so that the forms
// with them would say the same; where there is no URI, implementations disagree whether it does.
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Certificates use up to 7 prefixes; each costs a comparison for every declaration.
const PREFIXES_MAX: usize = 64;

/// A signature of RSA with 8192 bits has 1366 characters, each of which may be followed by a blank.
const VALUE_CHARS_MAX: usize = 4096;
