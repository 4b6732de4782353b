//! A rule as a row of a table: box, path, condition, level, text, clause.

use phytohub_schemas::CodeListName;
use phytohub_sps::{Area, Level, Name};

/// Steps from one element to those below it.
pub type Path = &'static [Name];

/// One row of a table.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "tables write it out")]
pub struct Rule {
    /// Its stable name: never reused, never renamed.
    pub id: &'static str,
    /// The box or field of the model.
    pub item: &'static str,
    /// How grave it is to break it.
    pub level: Level,
    /// The elements that it looks at, from the root.
    pub at: Path,
    /// Which of these are held to it.
    pub when: When,
    /// What must hold there.
    pub check: Check,
    /// What is wrong, `{}` standing for what was found.
    pub text: &'static str,
    /// What would be right.
    pub help: &'static str,
    /// Where it comes from.
    pub clause: &'static str,
}

/// When a rule applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the conditions that tables know")]
pub enum When {
    /// To every such element; of a withdrawn certificate as a warning at most.
    Always,
    /// To certificates that are withdrawn or revoked: status 40.
    Withdrawn,
    /// To certificates that say that they replace another.
    Replaces,
    /// Where the element has a note of that subject.
    HasNote(&'static str),
    /// Where the element has an element at that path.
    Has(Path),
    /// Where the element has none at that path.
    HasNot(Path),
}

/// What must hold at an element.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the checks that tables know")]
pub enum Check {
    /// There is nothing to check here: the judge compares header and document, or tells what the
    /// document is.
    Told,
    /// One of these paths leads to an element.
    Exists(&'static [Path]),
    /// One of these paths leads to text.
    Filled(&'static [Path]),
    /// There is a note of one of these subjects that says something.
    Note(&'static [&'static str]),
    /// One of the paths leads to text, or there is a note of one of the subjects.
    FilledOrNote(&'static [Path], &'static [&'static str]),
    /// One of the paths leads to text, or the document or one of its lines has a note of one of the
    /// subjects. For the root.
    Anywhere(&'static [Path], &'static [&'static str]),
    /// Every text on the path is one of these.
    OneOf(Path, &'static [&'static str]),
    /// What notes of that subject say is one of these.
    NoteOneOf(&'static str, &'static [&'static str]),
    /// Every text on the path has that form.
    Form(Path, Form),
    /// What notes of that subject say has that form.
    NoteForm(&'static str, Form),
    /// Every text on the path is in the list.
    Listed(Path, CodeListName),
    /// A measure on the path has a unit.
    HasUnit(Path),
    /// It is classified by the Harmonized System or a nomenclature that refines it.
    Classified,
    /// The code of a class of the Harmonized System has its form.
    HsForm,
    /// An establishment with an approval number: a process whose operator has name and number.
    Establishment,
    /// Something is attested: a clause of the document or of one of its lines says something.
    Attested,
    /// The clause says something, or is of the catalogue.
    ClauseSays,
    /// The clause, where it is of the catalogue, is one for this model.
    ClauseFits,
    /// A document of one of these types is named.
    Reference(&'static [&'static str]),
    /// A document with the number that the note says is named.
    ReferenceTo(&'static str),
    /// No document that is named has a file.
    NoFiles,
    /// The lines' texts on the path differ from one another.
    Distinct(Path),
    /// What the lines' notes of that subject say differs.
    DistinctNote(&'static str),
    /// The note's number is the sum over all lines.
    Sum(&'static str, Sum),
    /// The date on the first path is not before that on the second.
    NotBefore(Path, Path),
}

/// What is added up over all lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the totals that models have")]
pub enum Sum {
    /// Net weights in kilograms; lines in other units make the sum unknown.
    NetKilograms,
    /// Gross weights in kilograms.
    GrossKilograms,
    /// Outermost packages.
    Packages,
}

/// The form of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the forms that tables know")]
pub enum Form {
    /// A number without sign.
    Decimal,
    /// A date, with or without a time.
    Date,
    /// Two letters of a country in ISO 3166-1.
    Country,
    /// A UN/LOCODE.
    Locode,
}

impl Rule {
    /// Which part of the validation it belongs to.
    #[must_use]
    pub const fn area(&self) -> Area {
        match self.check {
            Check::Exists(_)
            | Check::Filled(_)
            | Check::Note(_)
            | Check::FilledOrNote(..)
            | Check::Anywhere(..)
            | Check::Classified
            | Check::Establishment
            | Check::Attested
            | Check::ClauseSays
            | Check::Reference(_)
            | Check::ReferenceTo(_) => Area::MandatoryElements,
            _ => Area::Mapping,
        }
    }
}

/// Writes a table: `"ID" "box" Level AT, When, Check, "text", "help", CLAUSE;`
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* $visibility:vis static $name:ident; $(
        $id:literal $item:literal $level:ident $at:expr, $when:expr, $check:expr,
        $text:literal, $help:literal, $clause:expr;
    )*) => {
        $(#[$meta])*
        $visibility static $name: &[$crate::rule::Rule] = &[$($crate::rule::Rule {
            id: $id,
            item: $item,
            level: ::phytohub_sps::Level::$level,
            at: $at,
            when: $when,
            check: $check,
            text: $text,
            help: $help,
            clause: $clause,
        }),*];
    };
}

/// Places that tables begin at.
pub mod at {
    use super::{Name as N, Path};

    /// The root.
    pub const ROOT: Path = &[];
    /// What is said of the certificate itself.
    pub const DOCUMENT: Path = &[N::SPSExchangedDocument];
    /// What is sent.
    pub const CONSIGNMENT: Path = &[N::SPSConsignment];
    /// A line.
    pub const LINE: Path =
        &[N::SPSConsignment, N::IncludedSPSConsignmentItem, N::IncludedSPSTradeLineItem];
    /// Who certifies.
    pub const SIGNATORY: Path = &[N::SPSExchangedDocument, N::SignatorySPSAuthentication];
    /// What is certified of all.
    pub const CLAUSE: Path =
        &[N::SPSExchangedDocument, N::SignatorySPSAuthentication, N::IncludedSPSClause];
    /// What is certified of a line.
    pub const LINE_CLAUSE: Path = &[
        N::SPSConsignment,
        N::IncludedSPSConsignmentItem,
        N::IncludedSPSTradeLineItem,
        N::AssertedSPSAuthentication,
        N::IncludedSPSClause,
    ];
    /// A means of transport.
    pub const TRANSPORT: Path = &[N::SPSConsignment, N::MainCarriageSPSTransportMovement];
    /// A container.
    pub const EQUIPMENT: Path = &[N::SPSConsignment, N::UtilizedSPSTransportEquipment];
    /// A class of a line.
    pub const CLASS: Path = &[
        N::SPSConsignment,
        N::IncludedSPSConsignmentItem,
        N::IncludedSPSTradeLineItem,
        N::ApplicableSPSClassification,
    ];
    /// A package of a line.
    pub const PACKAGE: Path = &[
        N::SPSConsignment,
        N::IncludedSPSConsignmentItem,
        N::IncludedSPSTradeLineItem,
        N::PhysicalSPSPackage,
    ];
    /// A process that a line went through.
    pub const PROCESS: Path = &[
        N::SPSConsignment,
        N::IncludedSPSConsignmentItem,
        N::IncludedSPSTradeLineItem,
        N::AppliedSPSProcess,
    ];
}
