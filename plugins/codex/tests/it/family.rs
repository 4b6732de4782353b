//! Certificates of food, for the tests that every family of certificates passes.

pub(crate) use phytohub_codex::sample::{COMMODITIES, STYLE, sample};
pub(crate) use phytohub_codex::{PROFILE, rules};

/// A type of the family.
pub(crate) const TYPE: i32 = 852;
/// A commodity of it.
pub(crate) const GOODS: &str = "meat";
/// The model of which there is no sample; empty if each has one.
pub(crate) const WITHOUT_SAMPLE: &str = "";
/// What stands above the list of its rules.
pub(crate) const HEAD: &str = "# Rules of official certificates of food\n\n\
What a certificate of type 852 (sanitary) or 636 (health) is held to, table by table; the two\n\
authorities agree on which of the types they use. An id is never reused and never renamed: texts are\n\
translated by it. `{}` stands for what was found. SEVERE refuses the certificate: that is the mandatory\n\
minimum of fields 2, 3, 5, 6, 7, 15 (name and net weight), 16 and 17; the rest is for the importing\n\
country to ask. Of a revoked one (status 40) only the first table and the reason are SEVERE. Which tables\n\
hold is decided by the model: the one that the document's note `MODEL` names, else the one for the first\n\
line's code of the Harmonized System, else the one that the hub's operator set, else `generic`.\n\n\
Notes are found by their code in `SubjectCode` or `Subject`; what they say stands in `Content` or\n\
`ContentCode`.\n\n\
Before these come the rules of all XML that the hub reads, with the ids PC-XML, PC-SCH and PC-MAP-001\n\
(see `schemas/RULES.md`). Documents of TRACES (CHED, EU-INTRA) are recognized, named with CE-FOR-001,\n\
and held to the first table alone.\n";
