//! Searches.

use super::home::may_create;
use super::show;
use crate::domain::{State, limit};
use crate::service::{CertificateSearch, Cursor, ImportSearch};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Choice, ListPage};

pub(in crate::web) fn certificates(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let state = State::from_name(&ask.query("state"));
    let search = CertificateSearch {
        words: ask.query("q"),
        state,
        from_ms: show::day(&ask.query("from")),
        until_ms: show::day(&ask.query("to")).map(|day| day + show::DAY_MS),
        rows: limit::PAGE_ROWS_MAX / 2,
    };
    let page = ask.gens.certificates(ask.session()?, &search, after(ask))?;
    let chosen = state.map_or("", State::as_str);
    let choice =
        |state: State| Choice::new(state.as_str(), show::state(state, locale).0).chosen(chosen);
    ask.page(&ListPage {
        p: &ask.chrome(),
        title: locale.text("certificates-title"),
        path: "certificates",
        may_create: may_create(ask)?,
        words: search.words,
        states: State::ALL.into_iter().map(choice).collect(),
        from: ask.query("from"),
        to: ask.query("to"),
        rows: page.rows.into_iter().map(|card| show::card(card, locale)).collect(),
        csv: super::export::offered(ask, "certificates.csv"),
        next: show::next_page(ask, "certificates", page.next.map(Cursor::number)),
    })
}

pub(in crate::web) fn imports(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let state = ask.query("state");
    let search = ImportSearch {
        words: ask.query("q"),
        undecided: state == "undecided",
        from_ms: show::day(&ask.query("from")),
        until_ms: show::day(&ask.query("to")).map(|day| day + show::DAY_MS),
        rows: limit::PAGE_ROWS_MAX / 2,
    };
    let page = ask.gens.imports(ask.session()?, &search, after(ask))?;
    let undecided = Choice::new("undecided", locale.text("decision-undecided")).chosen(&state);
    ask.page(&ListPage {
        p: &ask.chrome(),
        title: locale.text("imports-title"),
        path: "imports",
        may_create: false,
        words: search.words,
        states: vec![undecided],
        from: ask.query("from"),
        to: ask.query("to"),
        rows: page.rows.into_iter().map(|card| show::import_card(card, locale)).collect(),
        csv: super::export::offered(ask, "imports.csv"),
        next: show::next_page(ask, "imports", page.next.map(Cursor::number)),
    })
}

/// Where the page begins that is asked for.
pub(super) fn after(ask: &Ask<'_>) -> Option<Cursor> {
    ask.query("after").parse().ok().map(Cursor::from_number)
}
