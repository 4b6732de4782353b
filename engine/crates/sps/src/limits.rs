//! How much of a document is looked at, in one place.

/// The bounds of one reading. [`Limits::default`] is what the hub uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of the document after it was decoded; never more than `u32::MAX`.
    pub bytes_max: usize,
    /// Open elements. Real certificates reach 9, a hundred levels serve nobody.
    pub depth_max: usize,
    /// Elements of the whole document. A certificate of 1000 full lines has about 100,000.
    pub elements_max: usize,
    /// Attributes of one element. A TRACES root carries 100 namespace declarations.
    pub attributes_max: usize,
    /// Namespace declarations in force at one place.
    pub bindings_max: usize,
    /// Findings kept; what is beyond is counted, not kept.
    pub findings_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Above the 104 MB that the guideline grants, so that a rule can say so.
            bytes_max: 128 << 20,
            depth_max: 64,
            elements_max: 1 << 20,
            attributes_max: 512,
            bindings_max: 512,
            findings_max: 256,
        }
    }
}

/// Bytes of a whole certificate with its attachments (IPPC attachment guideline 2.12: 104 MB).
pub const CERTIFICATE_BYTES_MAX: usize = 104 << 20;

/// Bytes of one attachment after decoding (IPPC attachment guideline 2.12: 3 MB).
pub const ATTACHMENT_BYTES_MAX: usize = 3 << 20;
