//! Tables for people.

use std::fmt::Write as _;

use crate::model::Profile;
use crate::rule::{Check, Path, Rule, Sum, When};

/// All rules of a plugin as a Markdown document: its `RULES.md`.
#[must_use]
pub fn rules_as_markdown(
    profile: &Profile,
    head: &str,
    tables: &[(&str, &[Rule])],
    package: &str,
) -> String {
    let mut out = String::from(head);
    out.push_str(
        "\n## Models\n\n| Model | Title | Source | Codes of the Harmonized System | Tables |\n",
    );
    out.push_str("|---|---|---|---|---|\n");
    for model in profile.models {
        let first = |rules: &[Rule]| rules.first().map(|rule| rule.id);
        let used = |rules: &[Rule]| model.tables.iter().any(|table| first(table) == first(rules));
        let tables: Vec<&str> =
            { tables.iter() }.filter(|(_, rules)| used(rules)).map(|(name, _)| *name).collect();
        row(
            &mut out,
            &[model.id, model.title, model.source, &model.hs.join(", "), &tables.join(", ")],
        );
    }
    for (name, rules) in tables {
        let written = write!(out, "\n## {name}\n\n{COLUMNS}");
        debug_assert!(written.is_ok(), "writing to a String does not fail");
        for rule in *rules {
            let (level, area) = (rule.level.to_string(), rule.area().to_string());
            let text = format!("{}: {}", rule.text, rule.help);
            row(
                &mut out,
                &[
                    rule.id,
                    &level,
                    &area,
                    rule.item,
                    &place(rule),
                    &when(rule.when),
                    &text,
                    rule.clause,
                ],
            );
        }
    }
    let written = write!(
        out,
        "\nThis file is written by the tests of package `{package}` with `UPDATE_RULES=1`.\n"
    );
    debug_assert!(written.is_ok(), "writing to a String does not fail");
    out
}

/// The catalogue of attestations as a part of such a document.
#[must_use]
pub fn attestations_as_markdown(profile: &Profile) -> String {
    let mut out = String::from(
        "\n## Attestations\n\n| ID | Models | Attests | Clause |\n|---|---|---|---|\n",
    );
    for known in profile.attestations {
        let models =
            if known.models.is_empty() { "all".to_owned() } else { known.models.join(", ") };
        row(&mut out, &[known.id, &models, known.text, known.clause]);
    }
    out
}

fn row(out: &mut String, cells: &[&str]) {
    out.push('|');
    for cell in cells {
        out.push(' ');
        out.push_str(&cell.replace('|', "\\|"));
        out.push_str(" |");
    }
    out.push('\n');
}

fn when(when: When) -> String {
    match when {
        When::Always => String::new(),
        When::Withdrawn => "status 40".to_owned(),
        When::Replaces => "replaces another".to_owned(),
        When::HasNote(subject) => format!("note {subject} is there"),
        When::Has(path) => format!("{} is there", steps(path)),
        When::HasNot(path) => format!("{} is not there", steps(path)),
    }
}

fn place(rule: &Rule) -> String {
    let at = steps(rule.at);
    let either = |paths: &[Path]| {
        let all: Vec<String> = paths.iter().map(|path| steps(path)).collect();
        all.join(" or ")
    };
    let below = match rule.check {
        Check::Exists(paths) | Check::Filled(paths) => either(paths),
        Check::Note(subjects) => format!("note {}", subjects.join(" or ")),
        Check::FilledOrNote(paths, subjects) | Check::Anywhere(paths, subjects) => {
            format!("{} or note {}", either(paths), subjects.join(" or "))
        }
        Check::NoteOneOf(subject, _) | Check::NoteForm(subject, _) => format!("note {subject}"),
        Check::OneOf(path, _)
        | Check::Form(path, _)
        | Check::Listed(path, _)
        | Check::HasUnit(path)
        | Check::Distinct(path) => steps(path),
        Check::Classified => "ApplicableSPSClassification/ClassCode".to_owned(),
        Check::HsForm => "ClassCode".to_owned(),
        Check::Establishment => "AppliedSPSProcess/OperatorSPSParty/ID and Name".to_owned(),
        Check::Attested => "IncludedSPSClause of the document or of a line".to_owned(),
        Check::ClauseSays | Check::ClauseFits => "Content, by ID".to_owned(),
        Check::Reference(types) => {
            format!("ReferenceSPSReferencedDocument of type {}", types.join(" or "))
        }
        Check::ReferenceTo(subject) => {
            format!("ReferenceSPSReferencedDocument with the number of note {subject}")
        }
        Check::NoFiles => "ReferenceSPSReferencedDocument/AttachmentBinaryObject".to_owned(),
        Check::DistinctNote(subject) => format!("lines' note {subject}"),
        Check::Sum(subject, sum) => format!("note {subject} and {}", summed(sum)),
        Check::NotBefore(later, earlier) => format!("{}, {}", steps(later), steps(earlier)),
        Check::Told => String::new(),
    };
    match (at.is_empty(), below.is_empty()) {
        (true, true) => "document and envelope".to_owned(),
        (true, false) => below,
        (false, true) => at,
        (false, false) => format!("{at}: {below}"),
    }
}

const fn summed(sum: Sum) -> &'static str {
    match sum {
        Sum::NetKilograms => "lines' NetWeightMeasure",
        Sum::GrossKilograms => "lines' GrossWeightMeasure",
        Sum::Packages => "lines' first PhysicalSPSPackage/ItemQuantity",
    }
}

/// A path as it is read, lines and certificate by their short names.
fn steps(path: Path) -> String {
    let all: Vec<&str> = path.iter().map(|name| name.as_str()).collect();
    all.join("/")
}

const COLUMNS: &str = "| Id | Level | Area | Box | Where | When | Message | Clause |\n\
|---|---|---|---|---|---|---|---|\n";
