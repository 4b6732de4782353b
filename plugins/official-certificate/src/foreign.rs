//! Documents of other systems that travel in the same schema: recognized, and named as what they
//! are. They are read, shown and found like certificates; the boxes of a model that is not theirs
//! are not asked of them.

use phytohub_sps::{Element, Name as N};

use crate::note;
use crate::query::{any, text};
use crate::rule::at;

/// What another system's document is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Foreign {
    /// What it is called there.
    pub name: &'static str,
}

/// How such a document shows.
#[derive(Clone, Copy, Debug)]
enum Sign {
    /// By a note of the document with that subject, and what it says: any of these, none for all.
    Note(&'static str, &'static [&'static str]),
    /// By a clause whose id is of a scheme that begins so.
    ClauseScheme(&'static str),
}

/// The first that fits decides.
static SIGNS: &[(Sign, Foreign)] = &[
    (Sign::Note(CHED, &["CHED-A", "CHEDA", "A", "CVEDA"]), Foreign { name: "CHED-A (animals)" }),
    (
        Sign::Note(CHED, &["CHED-D", "CHEDD", "D", "CED"]),
        Foreign { name: "CHED-D (food and feed)" },
    ),
    (Sign::Note(CHED, &["CHED-PP", "CHEDPP", "PP"]), Foreign { name: "CHED-PP (plants)" }),
    (
        Sign::Note(CHED, &["CHED-P", "CHEDP", "P", "CVEDP"]),
        Foreign { name: "CHED-P (products of animal origin)" },
    ),
    (Sign::Note(CHED, &[]), Foreign { name: "CHED" }),
    (Sign::ClauseScheme("ched_"), Foreign { name: "CHED" }),
    (Sign::ClauseScheme("eu_intra_"), Foreign { name: "EU-INTRA" }),
    (Sign::Note(INTRA, &[]), Foreign { name: "EU-INTRA" }),
];

/// Says what system's document this is, if it is one that is known here.
#[must_use]
pub fn recognize(root: Element<'_>) -> Option<Foreign> {
    let document = root.child(N::SPSExchangedDocument);
    let noted = |subject| document.is_some_and(|found| note::of(found, subject).next().is_some());
    // Almost every document has none of the signs: told by three looks instead of one for each.
    let scheme = |clause: Element<'_>| {
        clause.child(N::ID).is_some_and(|id| id.attribute("schemeID").is_some())
    };
    if !noted(CHED)
        && !noted(INTRA)
        && !any(root, at::CLAUSE, &scheme)
        && !any(root, at::LINE_CLAUSE, &scheme)
    {
        return None;
    }
    SIGNS.iter().find(|(sign, _)| shows(*sign, root)).map(|(_, foreign)| *foreign)
}

fn shows(sign: Sign, root: Element<'_>) -> bool {
    match sign {
        Sign::Note(subject, words) => {
            let Some(document) = root.child(N::SPSExchangedDocument) else { return false };
            let fits = |said: &str| {
                words.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(said))
            };
            note::of(document, subject).any(|found| {
                let code = text(found, &[N::ContentCode]);
                fits(&code) || note::contents(found).any(|said| fits(&said))
            })
        }
        Sign::ClauseScheme(head) => {
            let of_scheme = |clause: Element<'_>| {
                let id = clause.child(N::ID);
                let scheme = id.and_then(|id| id.attribute("schemeID"));
                scheme.is_some_and(|scheme| scheme.starts_with(head))
            };
            any(root, at::CLAUSE, &of_scheme) || any(root, at::LINE_CLAUSE, &of_scheme)
        }
    }
}

/// The subject by which TRACES and the United Kingdom's services tell the kinds apart.
const CHED: &str = "CHED_TYPE";
const INTRA: &str = "EU_INTRA_TYPE";
