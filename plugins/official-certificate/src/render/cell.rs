//! The table of lines.

use phytohub_schemas::CodeListName as List;
use phytohub_sps::{Element, Name as N};

use super::show::{country, joined, labelled, measure, paragraphs, zones_of};
use super::{Html, View, date, label};
use crate::model::{Cell, Column};
use crate::note;
use crate::query::{each, text, texts};

impl View<'_> {
    /// The lines as a table; columns that no line fills are left out.
    pub(super) fn lines(&self, columns: &[Column], html: &mut Html) {
        let named: Vec<&str> = { columns.iter() }
            .flat_map(|column| column.cells)
            .filter_map(|cell| if let Cell::Notes(tags) = cell { Some(*tags) } else { None })
            .flatten()
            .copied()
            .collect();
        let rows: Vec<Vec<Html>> = { self.certificate.lines().into_iter() }
            .map(|line| columns.iter().map(|column| cells(column, line, &named)).collect())
            .collect();
        let used =
            |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
        let used: Vec<bool> = (0..columns.len()).map(used).collect();
        if rows.is_empty() {
            return;
        }
        html.element("table", "", |html| {
            html.element("thead", "", |html| {
                html.element("tr", "", |html| {
                    html.raw("<th scope=\"col\">No.</th>");
                    for (column, _) in columns.iter().zip(&used).filter(|(_, used)| **used) {
                        html.raw("<th scope=\"col\">");
                        html.push(column.label);
                        html.raw("</th>");
                    }
                });
            });
            html.element("tbody", "", |html| {
                for (number, row) in (1_usize..).zip(rows) {
                    html.element("tr", "", |html| {
                        html.text("td", "", &number.to_string());
                        for (cell, _) in row.into_iter().zip(&used).filter(|(_, used)| **used) {
                            html.element("td", "", |html| html.append(cell));
                        }
                    });
                }
            });
        });
    }
}

fn cells(column: &Column, line: Element<'_>, named: &[&str]) -> Html {
    let mut html = Html::default();
    for cell in column.cells {
        match cell {
            Cell::Texts(path) => paragraphs(texts(line, path), &mut html),
            Cell::Dates(path) => {
                paragraphs(texts(line, path).iter().map(|said| date(said)), &mut html)
            }
            Cell::Zones(path) => {
                each(line, path, &mut |found| paragraphs(zones_of(found), &mut html))
            }
            Cell::Measures(path) => {
                each(line, path, &mut |found| paragraphs([measure(found)], &mut html));
            }
            Cell::Classes => each(line, &[N::ApplicableSPSClassification], &mut |class| {
                let part = |path: &[N]| text(class, path).into_owned();
                let system = part(&[N::SystemName]);
                let system = if system.is_empty() { part(&[N::SystemID]) } else { system };
                let code = format!("{system} {}", part(&[N::ClassCode]));
                paragraphs([joined([code.trim().to_owned(), part(&[N::ClassName])])], &mut html);
            }),
            Cell::Packages => each(line, &[N::PhysicalSPSPackage], &mut |package| {
                let code = text(package, &[N::TypeCode]);
                let kind = label(List::PackageTypes, &code);
                let count = text(package, &[N::ItemQuantity]);
                paragraphs([format!("{count} {kind}").trim().to_owned()], &mut html);
            }),
            Cell::Establishments => each(line, &[N::AppliedSPSProcess], &mut |process| {
                paragraphs([establishment(process)], &mut html);
            }),
            Cell::Notes(subjects) => {
                for subject in *subjects {
                    for found in note::of(line, subject) {
                        let said = note::contents(found);
                        paragraphs(labelled(&note::tag_label(subject), said), &mut html);
                    }
                }
            }
            Cell::OtherNotes => {
                for found in note::all(line) {
                    let subject = note::subject(found);
                    if !named.contains(&&*subject) {
                        let said = note::contents(found);
                        paragraphs(labelled(&note::tag_label(&subject), said), &mut html);
                    }
                }
            }
        }
    }
    html
}

fn establishment(process: Element<'_>) -> String {
    let activity = process.child(N::TypeCode).and_then(|code| code.attribute("name"));
    let own = |path: &[N]| text(process, path).into_owned();
    let parts = [
        own(&[N::OperatorSPSParty, N::Name]),
        own(&[N::OperatorSPSParty, N::ID]),
        process.child(N::OperationSPSCountry).map_or_else(String::new, country),
    ];
    let who = joined(parts);
    match activity {
        Some(activity) if !activity.is_empty() => format!("{activity}: {who}"),
        _ => who,
    }
}
