//! What can be wrong with a signature.

use super::{Check, Rule, Scope};
use crate::finding::{Area, Level, RuleId};

/// `signature!(NAME id level text help source)`. The area is the schema's: what is wrong with a
/// signature is as wrong in a withdrawal.
macro_rules! signature {
    ($($name:ident $id:literal $level:ident $text:literal $help:literal $source:ident)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: RuleId($id),
            area: Area::Schema,
            level: Level::$level,
            text: $text,
            help: $help,
            source: $source,
            scope: Scope::Document,
            at: None,
            check: Check::Signature,
        };)*
        pub(crate) static RULES: &[&Rule] = &[$(&$name),*];
    };
}

signature! {
    UNSIGNED "PC-SIG-001" Warning
        "the document is not signed" "sign it with the registered certificate's key" DSIG
    UNREADABLE "PC-SIG-002" Severe
        "the signature cannot be verified in a document that cannot be read"
        "see what is wrong with the document" DSIG
    SEVERAL "PC-SIG-003" Severe
        "there is more than one signature" "sign the document once, as a whole" HARD
    PLACE "PC-SIG-004" Severe
        "the signature does not stand directly in the root element"
        "write ds:Signature as the last child of the root" FIELD
    FORM "PC-SIG-005" Severe
        "the signature is not written as it must be: {}"
        "write SignedInfo, SignatureValue and at most one KeyInfo, with one Reference" DSIG
    ALGORITHM "PC-SIG-006" Severe
        "the algorithm '{}' is not known here"
        "sign with RSA or ECDSA and SHA-256, SHA-384 or SHA-512" HARD
    TRANSFORM "PC-SIG-007" Severe
        "the transform '{}' may not stand here"
        "write enveloped-signature, then one canonicalization without comments" HARD
    REFERENCE "PC-SIG-008" Severe
        "the signature refers to '{}', which is not the document itself"
        "leave URI away, write it empty or write '#' and the Id of the root" HARD
    DUPLICATE_ID "PC-SIG-009" Severe
        "two elements have the Id '{}'" "give every element an Id of its own" HARD
    SHA1 "PC-SIG-010" Warning
        "the signature relies on SHA-1 ({})" "sign with SHA-256" WEAK
    CERTIFICATE "PC-SIG-011" Severe
        "the registered certificate cannot verify this signature: {}"
        "register the certificate that the document was signed with" DSIG
    NOT_VALID "PC-SIG-012" Severe
        "the registered certificate is not valid at this time: {}"
        "sign with a valid certificate and register it" PKIX
    VALUE "PC-SIG-013" Severe
        "the signature is not one of the registered certificate's key"
        "sign with that key, and change nothing afterwards" DSIG
    DIGEST "PC-SIG-014" Severe
        "the document was changed after it was signed"
        "send it as it was signed, byte for byte" DSIG
    CANONICAL "PC-SIG-015" Severe
        "the document has no canonical form here: {}"
        "declare every prefix with an absolute namespace" C14N
}

const DSIG: &str = "XML Signature Syntax and Processing 1.1";
const C14N: &str = "Canonical XML 1.0, Exclusive XML Canonicalization 1.0";
const FIELD: &str = "Signed certificates of the Andean Community and the Pacific Alliance";
const PKIX: &str = "RFC 5280";
const WEAK: &str = "RFC 9155; NIST SP 800-131A";
const HARD: &str = "Limits of this hub";
