//! Veterinary certificates, for the tests that every family of certificates passes.

pub(crate) use phytohub_woah::sample::{COMMODITIES, STYLE, sample};
pub(crate) use phytohub_woah::{PROFILE, rules};

/// A type of the family.
pub(crate) const TYPE: i32 = 853;
/// A commodity of it.
pub(crate) const GOODS: &str = "live-cattle";
/// The model of which there is no sample; empty if each has one.
pub(crate) const WITHOUT_SAMPLE: &str = "general";
/// What stands above the list of its rules.
pub(crate) const HEAD: &str = "# Rules of veterinary certificates\n\n\
What a certificate of type 853 is held to, table by table. An id is never reused and never renamed:\n\
texts are translated by it. `{}` stands for what was found. SEVERE refuses the certificate; of a\n\
withdrawn one (status 40) everything but the first table is WARNING at most. Which tables hold is\n\
decided by the model: the one that the document's note `MODEL` names, else the one for the first\n\
line's code of the Harmonized System, else the one that the hub's operator set, else `general`.\n\n\
Notes are found by their code in `SubjectCode` or `Subject`; what they say stands in `Content` or\n\
`ContentCode`. Numbers of boxes are those of the model certificates; where an edition of the Code\n\
numbers them otherwise, the words decide.\n\n\
Before these come the rules of all XML that the hub reads, with the ids PC-XML, PC-SCH and PC-MAP-001\n\
(see `schemas/RULES.md`). Documents of TRACES (CHED, EU-INTRA) are recognized, named with CE-FOR-001,\n\
and held to the first table alone.\n";
