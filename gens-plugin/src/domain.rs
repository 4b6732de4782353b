//! The words of a national system: who may do what, what a certificate goes through, what stands in
//! one. No clock, no randomness, no database.

mod attachment;
mod difference;
mod draft;
mod id;
mod import;
mod permission;
mod rereading;
mod right;
mod workflow;
mod writing;

pub use attachment::{Attachment, AttachmentKind};
pub use difference::{Difference, differences};
pub use draft::{
    Container, Declaration, Draft, DraftFlaw, FlawKind, Line, Measure, Origin, Package, Party,
    Place, Transport, Treatment,
};
pub use id::{
    AttachmentId, CertificateId, DifferenceId, ImportId, OrganizationId, PackageId, SessionId,
    TenantId, UserId,
};
pub use import::{Decision, DecisionFlaw, Receipt};
pub use permission::{Action, Actor, Denied, Subject, may};
pub use rereading::draft_of;
pub use right::{Right, Rights, Role};
pub use workflow::{Policy, State, Step, StepRefused, next};
pub use writing::{IssueFacts, certificate};

/// Limits of what people type and upload.
pub mod limit {
    /// Bytes of one attachment (IPPC attachment guideline 2.12: 3 MB).
    pub const ATTACHMENT_BYTES_MAX: usize = phytohub_sps::ATTACHMENT_BYTES_MAX;
    /// Bytes of all attachments of a certificate: the guideline's 104 MB less room for the text.
    pub const ATTACHMENTS_BYTES_MAX: usize = phytohub_sps::CERTIFICATE_BYTES_MAX / 2;
    /// Attachments of one certificate; paper certificates seldom have more than five annexes.
    pub const ATTACHMENTS_MAX: usize = 20;
    /// Lines of one certificate; beyond, an attached packing list serves readers better.
    pub const LINES_MAX: usize = 500;
    /// Entries of any list within a line, and of the lists of a certificate other than its lines.
    pub const ENTRIES_MAX: usize = 50;
    /// Characters of a short text: a name, a number, a line of an address.
    pub const TEXT_CHARS_MAX: usize = 512;
    /// Characters of a declaration or of a full text (tags of the profile: 8000).
    pub const LONG_TEXT_CHARS_MAX: usize = 8000;
    /// Lines of an address (SPS address: LineOne to LineFive).
    pub const ADDRESS_LINES_MAX: usize = 5;
    /// Characters of a reason.
    pub const REASON_CHARS_MAX: usize = 2000;
    /// Rows of one page of a list: what fits on a few screens and in a slow line's second.
    pub const PAGE_ROWS_MAX: u32 = 100;
    /// Rows of one CSV file; one asks for the next part by its key.
    pub const CSV_ROWS_MAX: usize = 50_000;
}
