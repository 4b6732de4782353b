//! What a certificate must be like, as a table, and the engine that goes through it.
//!
//! The table is in `rules/reading.rs` (what the reader finds by itself), `mandatory.rs`,
//! `mapping.rs`, `attachment.rs` and `envelope.rs`; `RULES.md` among the schemas is written from it.

use std::borrow::Cow;

use crate::finding::{Area, Level, RuleId};
use crate::name::Name;
use crate::schema::Kind;

mod attachment;
mod catalogue;
mod check;
pub(crate) mod codes;
mod engine;
pub(crate) mod envelope;
mod mandatory;
mod mapping;
mod note;
pub(crate) mod reading;
mod schema;
pub(crate) mod signature;

pub use catalogue::rules_as_markdown;
pub(crate) use check::value;
pub use codes::{CodeListName, EmbeddedCodes, LookUpCodes, Standing};
pub(crate) use engine::evaluate;
pub use envelope::{HeaderFacts, check_header};

/// One row of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable name.
    pub id: RuleId,
    /// Which part of the validation it belongs to.
    pub area: Area,
    /// How grave it is to break it; a withdrawal is never blocked, see [`Self::is_capped`].
    pub level: Level,
    /// What is wrong, `{}` standing for what was found.
    pub text: &'static str,
    /// What would be right.
    pub help: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    pub(crate) scope: Scope,
    /// The elements that it looks at.
    pub(crate) at: Option<Kind>,
    pub(crate) check: Check,
}

/// The documents that a rule applies to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    /// Certificates of all types.
    Certificate,
    /// Phytosanitary certificates for export and re-export: types 851 and 657.
    Profile,
    /// Type 851.
    Export,
    /// Type 657.
    ReExport,
    /// Certificates of other types that the field knows.
    OutsideProfile,
    /// Documents of types that are in UNCL 1001 and are no certificate's.
    UnusualType,
    /// Every document.
    Document,
}

pub(crate) type Path = &'static [Name];

/// What must hold at an element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// Told by the reader.
    Reading,
    /// Compared with an envelope's header.
    Envelope,
    /// Told when a signature is verified.
    Signature,
    /// One of these paths leads to an element.
    Exists(&'static [Path]),
    /// One of these paths leads to text.
    Filled(&'static [Path]),
    /// One of these paths leads to text, or there is a note of that subject.
    FilledOrNote(&'static [Path], &'static str),
    /// A note of that subject is there and has content.
    Note(&'static str),
    /// Where there is a note of the first subject there is one of the second.
    NoteNeeds(&'static str, &'static str),
    /// Every text on the path is in the list.
    Listed(Path, CodeListName),
    /// Every whole number on the path is in the list.
    ListedNumber(Path, CodeListName),
    /// No code on the path is one of the list that the profile does without.
    InProfile(Path, CodeListName),
    /// Every text on the path is one of these.
    OneOf(Path, &'static [&'static str]),
    /// The first text on the path is one of these.
    FirstOf(Path, &'static [&'static str]),
    /// No text on the path is one of these.
    NoneOf(Path, &'static [&'static str]),
    /// Every text on the path has that form.
    Form(Path, Form),
    /// No text on the path is longer, in characters.
    Longest(Path, usize),
    /// The attribute is there.
    HasAttribute(&'static str),
    /// The attribute, where it is there, has text.
    FilledAttribute(&'static str),
    /// The attribute's value is in the list.
    ListedAttribute(&'static str, CodeListName),
    /// The second description of a characteristic with one of these tags is in the list.
    TaggedListed(&'static [&'static str], CodeListName),
    /// The class code of a classification by that system has that form.
    ClassCode(&'static str, Form),
    /// A treatment that says anything says it in full text too.
    TreatmentText,
    /// The subject of a note is known.
    NoteSubject,
    /// The subject of a note may stand where it stands.
    NotePlace,
    /// The content of a note has the form of its subject.
    NoteForm,
    /// The content of a note is no longer than its subject allows.
    NoteLength,
    /// A note has content.
    NoteContent,
    /// An attachment is of a type that every reader opens.
    AttachmentType,
    /// An attachment is no larger than this, decoded.
    AttachmentBytes(usize),
    /// An attachment is Base64.
    AttachmentBase64,
    /// The document is no longer than this.
    DocumentBytes(usize),
    /// What the schema requires is there.
    Required,
    /// There is nothing to check: the rule tells what the document is.
    Always,
}

/// The form of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// A number without fraction.
    Integer,
    /// A number.
    Decimal,
    /// A date, with or without a time.
    Date,
    /// A date with a time and its offset.
    Moment,
    /// Two letters of ISO 3166-1.
    Country,
    /// A UN/LOCODE.
    Locode,
    /// The digits of a Harmonized System code.
    HsCode,
    /// `true` or `false`, in any case.
    Truth,
}

impl Rule {
    /// Whether the rule is at most a warning for a withdrawal: what it asks for may be long gone.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.area != Area::Schema && !matches!(self.check, Check::Envelope)
    }

    /// The finding's text for what was found at a place.
    pub(crate) fn render(&self, value: &str, path: &str) -> String {
        let what = self.text.replace("{}", &excerpt(value));
        let mut text = what;
        if !path.is_empty() {
            text.push_str(" at ");
            text.push_str(path);
        }
        if !self.help.is_empty() {
            text.push_str(": ");
            text.push_str(self.help);
        }
        text
    }
}

/// All rules in the order of their ids.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let tables = [
        reading::RULES,
        schema::RULES,
        mandatory::RULES,
        mapping::RULES,
        attachment::RULES,
        envelope::RULES,
        signature::RULES,
    ];
    tables.into_iter().flatten().copied()
}

/// What was found, short enough for a message and on one line.
fn excerpt(value: &str) -> Cow<'_, str> {
    let short = value.char_indices().nth(EXCERPT_CHARS);
    let legible = |c: char| !c.is_control();
    match short {
        None if value.chars().all(legible) => Cow::Borrowed(value),
        _ => {
            let head = value.get(..short.map_or(value.len(), |(at, _)| at)).unwrap_or_default();
            let mut head: String = head.chars().map(|c| if legible(c) { c } else { ' ' }).collect();
            if short.is_some() {
                head.push('…');
            }
            Cow::Owned(head)
        }
    }
}

/// About half a line.
const EXCERPT_CHARS: usize = 80;
