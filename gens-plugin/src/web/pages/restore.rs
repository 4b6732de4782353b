//! What differs from the hub after a restore.

use super::show;
use crate::domain::DifferenceId;
use crate::service::{Cursor, HubDifference, Remedy, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{ActionView, Cell, Field, FormPage, Row, TablePage, TableRow};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let page = ask.gens.hub_differences(ask.session()?, super::list::after(ask))?;
    let columns = [
        "fact-number",
        "fact-hub-number",
        "restore-parties",
        "restore-there",
        "restore-here",
        "restore-todo",
    ];
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("restore-title"),
        lead: locale.text("restore-lead"),
        add: Default::default(),
        columns: columns.map(|key| locale.text(key)).into(),
        rows: page.rows.into_iter().map(|one| row(ask, one)).collect(),
        has_actions: true,
        csv: String::new(),
        next: show::next_page(ask, "differences", page.next.map(Cursor::number)),
    })
}

fn row(ask: &Ask<'_>, one: HubDifference) -> TableRow {
    let locale = ask.locale;
    let todo = match (one.remedy, one.certificate_status) {
        (Remedy::Import, _) => "restore-todo-import",
        (Remedy::Step, 40) => "restore-todo-withdrawn",
        (Remedy::Step, _) => "restore-todo-step",
        _ => "restore-todo-export",
    };
    let here = match one.here.map(|state| show::state(state, locale)) {
        Some((state, "")) => Cell::state(state, "plain"),
        Some((state, tone)) => Cell::state(state, tone),
        None => Cell::text(locale.text("restore-nothing")),
    };
    let number = match one.certificate {
        Some(id) => Cell::link(one.number, show::path(id)),
        None => Cell::text(one.number),
    };
    let take_over = ActionView {
        path: format!("differences/{}/take-over", one.id),
        label: locale.text("restore-take-over"),
        tone: "primary",
    };
    let settle = ActionView {
        path: format!("differences/{}", one.id),
        label: locale.text("restore-settle"),
        tone: "plain",
    };
    TableRow {
        cells: vec![
            number,
            Cell::text(one.hub_number),
            Cell::text(parties(&one.sender, &one.recipient)),
            Cell::state(there(ask, &one.there, one.certificate_status), "way"),
            here,
            Cell::text(locale.text(todo)),
        ],
        actions: vec![take_over],
        links: vec![settle],
    }
}

/// The same in few words, for those who come to work.
pub(super) fn home_row(ask: &Ask<'_>, one: HubDifference) -> Row {
    let (changed, changed_text) = show::moment(one.found_ms, ask.locale);
    Row {
        path: "differences".to_owned(),
        number: one.number,
        state: there(ask, &one.there, one.certificate_status),
        tone: "wait",
        country: parties(&one.sender, &one.recipient),
        changed,
        changed_text,
        ..Row::default()
    }
}

/// Between whom, on one line.
fn parties(sender: &str, recipient: &str) -> String {
    format!("{sender}\u{a0}→\u{a0}{recipient}")
}

fn there(ask: &Ask<'_>, state: &str, certificate_status: i32) -> String {
    let locale = ask.locale;
    let state = crate::domain::State::from_name(state)
        .map_or_else(|| state.to_owned(), |state| show::state(state, locale).0);
    match certificate_status {
        40 => format!("{}: {state}", locale.text("state-withdrawn")),
        _ => state,
    }
}

/// What the hub knows is kept here too.
pub(in crate::web) fn take_over(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: DifferenceId = ask.id("id")?;
    match ask.gens.take_over(ask.session()?, id) {
        Ok(()) => Ok(ask.see("differences?done=saved")),
        Err(ServiceError::HubAway) => page(ask, 409, "restore-away"),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "")
}

/// It was looked after in another way.
pub(in crate::web) fn settle(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: DifferenceId = ask.id("id")?;
    match ask.gens.settle_difference(ask.session()?, id, ask.form.get("reason")) {
        Ok(()) => Ok(ask.see("differences?done=saved")),
        Err(ServiceError::ReasonMissing) => page(ask, 422, "confirm-reason-needed"),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let id: DifferenceId = ask.id("id")?;
    let before = Some(Cursor::from_number(id.number().saturating_sub(1)));
    let found = ask.gens.hub_differences(ask.session()?, before)?.rows;
    let one = found.into_iter().find(|one| one.id == id).ok_or(Failure::NotFound)?;
    let reason = Field::new("area", "reason", locale.text("reason")).required();
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("restore-settle"),
            lead: locale.text("restore-settle-lead"),
            facts: vec![
                (locale.text("fact-number"), one.number),
                (locale.text("fact-hub-number"), one.hub_number),
                (locale.text("restore-parties"), parties(&one.sender, &one.recipient)),
            ],
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: format!("differences/{id}"),
            fields: vec![reason],
            button: locale.text("restore-settle"),
            tone: "danger",
            back: "differences".to_owned(),
            links: Vec::new(),
        },
    )
}
