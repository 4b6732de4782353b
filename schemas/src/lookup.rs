//! Short answers from the embedded lists. Nothing here allocates after a list was first read.

use crate::code_list::{CodeRow, Level, Rows, Standing, Statement, Tag, UnitMeasure};
use crate::embedded::{CodeListName, code_list};

/// What UNCL 1001 says about a type of document; 851 and 657 have [`Standing::Profile`].
#[must_use]
pub fn document_type(code: &str) -> Standing {
    code_list(CodeListName::DocumentTypes).standing(code)
}

/// What UNCL 4405 says about a status; those that an ePhyto may have have [`Standing::Profile`].
#[must_use]
pub fn document_status(code: &str) -> Standing {
    code_list(CodeListName::DocumentStatuses).standing(code)
}

/// The country or territory of a code of two capital letters, the extras XI, XK and EU included.
#[must_use]
pub fn country(code: &str) -> Option<&'static CodeRow> {
    let list = code_list(CodeListName::Countries);
    match list.rows() {
        Rows::Code(rows) => rows.get(list.places_of(code).next()?),
        _ => None,
    }
}

/// The unit of a code of Recommendation 20, if it is one of those whose kind is known.
#[must_use]
pub fn unit_measure(code: &str) -> Option<&'static UnitMeasure> {
    let list = code_list(CodeListName::UnitMeasures);
    match list.rows() {
        Rows::UnitMeasure(rows) => rows.get(list.places_of(code).next()?),
        _ => None,
    }
}

/// Whether a code is a unit that we know, counting units included.
#[must_use]
pub fn is_known_unit(code: &str) -> bool {
    unit_measure(code).is_some() || code_list(CodeListName::CountingUnits).contains(code)
}

/// What Recommendation 21 says about a type of package.
#[must_use]
pub fn package_type(code: &str) -> Standing {
    code_list(CodeListName::PackageTypes).standing(code)
}

/// The tag of a note's subject. Case matters.
#[must_use]
pub fn note_subject(subject: &str) -> Option<&'static Tag> {
    tag(CodeListName::NoteSubjects, subject)
}

/// Whether a note with that subject may stand in that place.
#[must_use]
pub fn note_subject_at(subject: &str, place: Level) -> bool {
    note_subject(subject).is_some_and(|tag| tag.level.admits(place))
}

/// The tag of a treatment's characteristic. Case matters.
#[must_use]
pub fn treatment_tag(first_description: &str) -> Option<&'static Tag> {
    tag(CodeListName::TreatmentTags, first_description)
}

fn tag(list: CodeListName, code: &str) -> Option<&'static Tag> {
    let list = code_list(list);
    match list.rows() {
        Rows::Tag(rows) => rows.get(list.places_of(code).next()?),
        _ => None,
    }
}

/// The statement of an identifier in a language, upper or lower case.
#[must_use]
pub fn statement(code: &str, lang: &str) -> Option<&'static Statement> {
    let list = code_list(CodeListName::Statements);
    let Rows::Statement(rows) = list.rows() else { return None };
    let mut found = list.places_of(code).filter_map(|place| rows.get(place));
    found.find(|row| row.lang.eq_ignore_ascii_case(lang))
}

/// Whether a text has the form of a UN/LOCODE: a country's code, then three characters from A to Z
/// and 2 to 9. Whether the place exists, the list of places tells, which is not compiled in.
#[must_use]
pub fn is_un_locode(text: &str) -> bool {
    let Some((of_country, place)) = text.split_at_checked(2) else { return false };
    let place_byte = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'9').contains(&byte);
    // XZ stands for installations in international waters.
    let known = of_country == "XZ" || country(of_country).is_some_and(|row| row.code != "EU");
    place.len() == 3 && place.bytes().all(place_byte) && known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_list::{Content, UnitType};

    #[test]
    fn types_and_statuses_stand_in_profile_list_or_nowhere() {
        assert_eq!(document_type("851"), Standing::Profile);
        assert_eq!(document_type("657"), Standing::Profile);
        assert_eq!(document_type("852"), Standing::Listed);
        assert_eq!(document_type("0851"), Standing::Unknown);
        assert_eq!(document_status("70"), Standing::Profile);
        assert_eq!(document_status("44"), Standing::Listed);
        assert_eq!(document_status("99999"), Standing::Unknown);
        assert_eq!(package_type("BG"), Standing::Listed);
        assert_eq!(package_type(""), Standing::Unknown);
    }

    #[test]
    fn countries_include_the_marked_extras() {
        assert!(country("NO").is_some_and(|row| !row.extra && row.name == "Norway"));
        for code in ["EU", "XI", "XK"] {
            assert!(country(code).is_some_and(|row| row.extra), "{code}");
        }
        assert!(country("no").is_none() && country("").is_none() && country("LK2").is_none());
    }

    #[test]
    fn units_are_known_by_what_they_measure() {
        assert!(unit_measure("KGM").is_some_and(|unit| unit.r#type == UnitType::Weight));
        assert!(unit_measure("KX").is_some_and(|unit| unit.r#type == UnitType::Concentration));
        assert!(unit_measure("H87").is_none());
        assert!(is_known_unit("H87") && is_known_unit("CEL") && !is_known_unit("kg"));
    }

    #[test]
    fn tags_have_levels_and_contents() {
        assert!(
            note_subject_at("ADEDL", Level::Document) && !note_subject_at("ADEDL", Level::Line)
        );
        assert!(note_subject_at("ADCO", Level::Document) && note_subject_at("ADCO", Level::Line));
        assert!(!note_subject_at("adedl", Level::Document));
        assert!(note_subject("RPCOR").is_some_and(|tag| tag.content == Content::Boolean));
        assert!(treatment_tag("TTFT").is_some_and(|tag| tag.max_length == Some(8000)));
        assert!(treatment_tag("ADEDL").is_none());
    }

    #[test]
    fn statements_are_found_in_either_case() {
        let english = statement("2", "EN").expect("the second statement");
        assert!(!english.unofficial && english.text.ends_with("other pests."));
        assert!(statement("6", "en").is_none() && statement("1", "nn").is_none());
    }

    #[test]
    fn un_locodes_are_held_against_pattern_and_country() {
        for place in ["NOOSL", "LKCMB", "USSEA", "GB2OX", "XZBGD"] {
            assert!(is_un_locode(place), "{place}");
        }
        for other in ["", "PE", "NO", "NOOS", "noosl", "NOOS1", "QQABC", "EUBRU", "NOOSLO", "Ñandú"]
        {
            assert!(!is_un_locode(other), "{other}");
        }
    }
}
