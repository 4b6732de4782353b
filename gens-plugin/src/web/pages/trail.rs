//! What was done, and how much of it.

use super::show;
use crate::service::{AuditView, Cursor, MonthlyCount};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::list::Coded;
use crate::web::text::Locale;
use crate::web::view::{Cell, TablePage, TableRow};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let page = ask.gens.audit(ask.session()?, super::list::after(ask))?;
    let row = |one: AuditView| {
        // Who has no account comes by a network all the same; the hub does not.
        let nobody = if one.address.is_empty() { "history-hub" } else { "audit-visitor" };
        let subject = match (about(&one.object, locale), one.detail) {
            (about, detail) if about.is_empty() || detail.is_empty() => about + &detail,
            (about, detail) => show::both(about, detail, locale),
        };
        let cells = vec![
            Cell::moment(show::moment(one.at_ms, locale)),
            Cell::text(one.user.unwrap_or_else(|| locale.text(nobody))),
            Cell::text(action(&one.action, locale)),
            Cell::text(subject),
            Cell::text(one.address),
        ];
        TableRow { cells, ..TableRow::default() }
    };
    let columns = ["audit-when", "audit-who", "audit-what", "audit-subject", "audit-address"];
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("audit-title"),
        lead: locale.text("audit-lead"),
        add: match super::package::is_offered(ask) {
            true => ("packages".to_owned(), locale.text("packages-title")),
            false => Default::default(),
        },
        columns: columns.map(|key| locale.text(key)).into(),
        rows: page.rows.into_iter().map(row).collect(),
        has_actions: false,
        csv: super::export::offered(ask, "audit.csv"),
        next: show::next_page(ask, "audit", page.next.map(Cursor::number)),
    })
}

/// What was done; an action of an older version that is not known any more, by its name.
fn action(name: &str, locale: &Locale) -> String {
    let key = format!("did-{name}");
    let known = locale.own(&key).or_else(|| Locale::english().own(&key));
    known.unwrap_or_else(|| name.to_owned())
}

/// What it was done with: `user 5`, `settings`, or a name.
fn about(object: &str, locale: &Locale) -> String {
    let (kind, name) = object.split_once(' ').unwrap_or((object, ""));
    let key = format!("about-{kind}");
    let known = |locale: &Locale| locale.own_filled(&key, "name", name);
    known(locale).or_else(|| known(Locale::english())).unwrap_or_else(|| object.to_owned())
}

/// The last two years.
pub(super) fn span(ask: &Ask<'_>) -> (i64, i64) {
    let until = ask.gens.now_ms();
    (until - 731 * show::DAY_MS, until + show::DAY_MS)
}

pub(in crate::web) fn statistics(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let (from, until) = span(ask);
    let counts = ask.gens.monthly_counts(ask.session()?, from, until)?;
    let row = |one: MonthlyCount| {
        let country = Coded::Country.label(&one.destination, locale);
        let cells = [one.month, country, one.produce, one.count.to_string()];
        TableRow { cells: cells.map(Cell::text).into(), ..TableRow::default() }
    };
    let columns =
        ["statistics-month", "statistics-partner", "statistics-commodity", "statistics-count"];
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("statistics-title"),
        lead: locale.text("statistics-lead"),
        add: Default::default(),
        columns: columns.map(|key| locale.text(key)).into(),
        rows: counts.into_iter().map(row).collect(),
        has_actions: false,
        csv: super::export::offered(ask, "statistics.csv"),
        next: String::new(),
    })
}
