//! Lists to be taken along.

use super::{list, show, trail};
use crate::domain::limit;
use crate::service::{CertificateSearch, CsvList, ImportSearch};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;

/// The path of a list as it is asked for, where it may be taken along.
pub(super) fn offered(ask: &Ask<'_>, path: &str) -> String {
    if !super::user::may_export(ask) {
        return String::new();
    }
    let kept = show::kept_query(ask);
    match kept.trim_end_matches('&') {
        "" => path.to_owned(),
        kept => format!("{path}?{kept}"),
    }
}

pub(in crate::web) fn certificates(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let search = CertificateSearch { rows: limit::PAGE_ROWS_MAX, ..list::certificate_search(ask) };
    answer(ask, "certificates.csv", &CsvList::Certificates(search))
}

pub(in crate::web) fn imports(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let search = ImportSearch { rows: limit::PAGE_ROWS_MAX, ..list::import_search(ask) };
    answer(ask, "imports.csv", &CsvList::Imports(search))
}

pub(in crate::web) fn users(ask: &Ask<'_>) -> Result<Answer, Failure> {
    answer(ask, "users.csv", &CsvList::Users)
}

pub(in crate::web) fn organizations(ask: &Ask<'_>) -> Result<Answer, Failure> {
    answer(ask, "organizations.csv", &CsvList::Organizations)
}

pub(in crate::web) fn audit(ask: &Ask<'_>) -> Result<Answer, Failure> {
    answer(ask, "audit.csv", &CsvList::Audit)
}

pub(in crate::web) fn statistics(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (from_ms, until_ms) = trail::span(ask);
    answer(ask, "statistics.csv", &CsvList::MonthlyCounts { from_ms, until_ms })
}

fn answer(ask: &Ask<'_>, name: &str, csv: &CsvList) -> Result<Answer, Failure> {
    let (text, next) = ask.gens.csv(ask.session()?, csv, list::after(ask))?;
    let answer = Answer::download(name, "text/csv; charset=utf-8", text.into_bytes());
    // Where there is more than one file holds, the next begins there.
    Ok(match next {
        Some(next) => answer.header("x-next", &next.number().to_string()),
        None => answer,
    })
}
