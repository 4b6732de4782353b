//! What the pages show.

use crate::domain::{
    AttachmentId, AttachmentKind, CertificateId, Decision, Draft, ImportId, OrganizationId,
    Receipt, State, Step,
};
use crate::store::records::{AuditRow, StepRow};
use crate::store::{CertificateRow, ImportRow};

/// A certificate in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CertificateCard {
    /// Its id.
    pub id: CertificateId,
    /// Its number, once it is issued.
    pub number: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The country that it goes to.
    pub destination: String,
    /// The exporter's name.
    pub exporter: String,
    /// The consignee's name.
    pub consignee: String,
    /// The first produce.
    pub produce: String,
    /// What the recipient or the hub said, where there is something to do about it.
    pub message: String,
    /// It goes on paper alone.
    pub paper_only: bool,
    /// When it was last changed, in milliseconds since 1970.
    pub changed_ms: i64,
    /// When it was issued.
    pub issued_ms: Option<i64>,
}

impl From<CertificateRow> for CertificateCard {
    fn from(row: CertificateRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            state: row.state,
            destination: row.destination,
            exporter: row.exporter,
            consignee: row.consignee,
            produce: row.produce,
            message: row.message,
            paper_only: row.paper_only,
            changed_ms: row.changed_ms,
            issued_ms: row.issued_ms,
        }
    }
}

/// A certificate with all that there is to see.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CertificateView {
    /// What lists show.
    pub card: CertificateCard,
    /// The applicant organization, if one applied.
    pub organization: Option<OrganizationId>,
    /// Who entered it.
    pub author: String,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Who looks after its delivery.
    pub handler: Option<String>,
    /// Counts changes of the text: to be given back when it is saved.
    pub revision: i64,
    /// Counts versions that somebody handed in or issued.
    pub version: i64,
    /// The text.
    pub draft: Draft,
    /// Its files.
    pub attachments: Vec<AttachmentView>,
    /// Its history, the first first.
    pub steps: Vec<StepView>,
    /// What this user may do with it now, in the order of the way.
    pub permitted: Vec<Step>,
    /// Whether this user may change the text now.
    pub editable: bool,
    /// How the last message about it was delivered, in the hub's words; empty before.
    pub delivery: String,
    /// The hub's number of that message.
    pub hub_number: String,
    /// What the public page is found by.
    pub token: Option<String>,
    /// The code on the paper that shows the goods on the public page.
    pub paper_code: Option<String>,
    /// When the original was printed; whatever is printed after is a copy, but for duplicates.
    pub printed: Option<PrintView>,
    /// The originals that took the place of one that was lost or spoilt, the first first.
    pub duplicates: Vec<DuplicateView>,
    /// Whether this user may print originals.
    pub printable: bool,
    /// What importing countries answered, the first first.
    pub answers: Vec<AnswerView>,
    /// What part of the work on it this user may give to somebody else.
    pub reassignable: Vec<Holder>,
}

/// The print of an original.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PrintView {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// By whom.
    pub user: String,
}

/// An original in place of one that was lost or spoilt.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DuplicateView {
    /// Which original it is, counted from 2.
    pub number: i64,
    /// When the one before was said to be lost, in milliseconds since 1970.
    pub lost_ms: i64,
    /// By whom.
    pub user: String,
    /// Why.
    pub reason: String,
    /// When this one was printed; until then it can be, once.
    pub printed: Option<PrintView>,
}

impl CertificateView {
    /// The original that has not been printed yet: 1, or the number of a duplicate.
    #[must_use]
    pub fn due_original(&self) -> Option<i64> {
        if self.printed.is_none() {
            return Some(1);
        }
        self.duplicates.iter().find(|one| one.printed.is_none()).map(|one| one.number)
    }
}

/// What an importing country answered to a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AnswerView {
    /// When it came, in milliseconds since 1970.
    pub at_ms: i64,
    /// The connection that sent it.
    pub sender: String,
    /// The status (UNCL 4405: 39 accepted, 41 rejected).
    pub status: String,
    /// Why.
    pub reason: String,
}

/// Who has to do with a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Holder {
    /// Who enters it.
    Author,
    /// Who looks after its delivery.
    Issuer,
}

impl Holder {
    /// The name under which forms have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Issuer => "issuer",
        }
    }

    /// The holder of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Author, Self::Issuer].into_iter().find(|one| one.as_str() == name)
    }
}

/// A file of a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AttachmentView {
    /// Its id.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its bytes.
    pub bytes: u64,
}

/// A step that was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StepView {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// By whom; nobody, if by the hub.
    pub user: Option<String>,
    /// Which.
    pub step: Step,
    /// Where it led.
    pub state: State,
    /// The version that it was taken with.
    pub version: i64,
    /// Why; or what the recipient said.
    pub reason: String,
}

impl From<StepRow> for StepView {
    fn from(row: StepRow) -> Self {
        let StepRow { at_ms, user, step, state, version, reason } = row;
        Self { at_ms, user, step, state, version, reason }
    }
}

/// A received certificate in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportCard {
    /// Its id.
    pub id: ImportId,
    /// Its number.
    pub number: String,
    /// The connection that sent it.
    pub sender: String,
    /// Its type (851, 657 …).
    pub certificate_type: i32,
    /// Its status: 70 issued, 40 withdrawn.
    pub certificate_status: i32,
    /// The exporter's name.
    pub exporter: String,
    /// The consignee's name.
    pub consignee: String,
    /// The first produce.
    pub produce: String,
    /// How it was acknowledged.
    pub receipt: Receipt,
    /// Whether the hub knows that by now.
    pub acknowledged: bool,
    /// Whether its sender withdrew it.
    pub withdrawn: bool,
    /// It was withdrawn after it was decided about, and nobody has said that this is known.
    pub notice: bool,
    /// What was decided.
    pub decision: Option<Decision>,
    /// When it came, in milliseconds since 1970.
    pub received_ms: i64,
}

impl From<&ImportRow> for ImportCard {
    fn from(row: &ImportRow) -> Self {
        Self {
            id: row.id,
            number: row.number.clone(),
            sender: row.sender.clone(),
            certificate_type: row.certificate_type,
            certificate_status: row.certificate_status,
            exporter: row.exporter.clone(),
            consignee: row.consignee.clone(),
            produce: row.produce.clone(),
            receipt: row.receipt,
            acknowledged: row.acknowledged,
            withdrawn: row.withdrawn,
            notice: row.notice,
            decision: row.decision,
            received_ms: row.received_ms,
        }
    }
}

/// A line of the audit trail.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuditView {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who; nobody, if the system.
    pub user: Option<String>,
    /// What was done.
    pub action: String,
    /// With what.
    pub object: String,
    /// What else there is to say.
    pub detail: String,
    /// From which address.
    pub address: String,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        let AuditRow { at_ms, user, action, object, detail, address, .. } = row;
        Self { at_ms, user, action, object, detail, address }
    }
}

/// How many certificates were issued in a month.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MonthlyCount {
    /// The month, as 2026-03.
    pub month: String,
    /// The partner.
    pub destination: String,
    /// The commodity.
    pub produce: String,
    /// How many.
    pub count: u32,
}
