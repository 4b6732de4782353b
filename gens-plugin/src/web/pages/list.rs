//! Searches.

use super::home::may_create;
use super::show;
use crate::domain::{Decision, OrganizationId, Receipt, Right, State, limit};
use crate::service::{CertificateSearch, Cursor, ImportSearch};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::list::Coded;
use crate::web::view::{Choice, Field, ListPage};

/// The certificates that a query asks for.
pub(super) fn certificate_search(ask: &Ask<'_>) -> CertificateSearch {
    CertificateSearch {
        words: ask.query("q"),
        number: ask.query("number"),
        party: ask.query("party"),
        commodity: ask.query("commodity"),
        destination: Coded::Country.parsed(&ask.query("country"), ask.locale),
        organization: ask.query("organization").parse::<OrganizationId>().ok(),
        state: State::from_name(&ask.query("state")),
        from_ms: show::day(&ask.query("from")),
        until_ms: show::day(&ask.query("to")).map(|day| day + show::DAY_MS),
        rows: limit::PAGE_ROWS_MAX / 2,
    }
}

/// The received certificates that a query asks for.
pub(super) fn import_search(ask: &Ask<'_>) -> ImportSearch {
    let decision = ask.query("decision");
    ImportSearch {
        words: ask.query("q"),
        number: ask.query("number"),
        party: ask.query("party"),
        commodity: ask.query("commodity"),
        country: Coded::Country.parsed(&ask.query("country"), ask.locale),
        undecided: decision == UNDECIDED,
        decision: Decision::from_name(&decision),
        receipt: Receipt::from_name(&ask.query("receipt")),
        from_ms: show::day(&ask.query("from")),
        until_ms: show::day(&ask.query("to")).map(|day| day + show::DAY_MS),
        rows: limit::PAGE_ROWS_MAX / 2,
    }
}

pub(in crate::web) fn certificates(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let search = certificate_search(ask);
    let page = ask.gens.certificates(ask.session()?, &search, after(ask))?;
    let states = State::ALL.map(|one| Choice::new(one.as_str(), show::state(one, locale).0));
    let mut fields = vec![chosen(ask, "state", "search-state", states.into())];
    fields.extend(common(ask, "search-destination"));
    if let Some(field) = organizations(ask)? {
        fields.push(field);
    }
    fields.extend(dates(ask, "search-issued-from", "search-issued-to"));
    ask.page(&ListPage {
        p: &ask.chrome(),
        title: locale.text("certificates-title"),
        path: "certificates",
        may_create: may_create(ask)?,
        words: search.words,
        filtered: is_filtered(&fields),
        fields,
        rows: page.rows.into_iter().map(|card| show::card(card, locale)).collect(),
        csv: super::export::offered(ask, "certificates.csv"),
        next: show::next_page(ask, "certificates", page.next.map(Cursor::number)),
    })
}

pub(in crate::web) fn imports(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let search = import_search(ask);
    let page = ask.gens.imports(ask.session()?, &search, after(ask))?;
    let undecided = Choice::new(UNDECIDED, locale.text("decision-undecided"));
    let decisions =
        Decision::ALL.map(|one| Choice::new(one.as_str(), locale.text(show::decided(one).0)));
    let receipts = [Receipt::Plain, Receipt::WithWarning, Receipt::Failed]
        .map(|one| Choice::new(one.as_str(), show::receipt(one, locale).0));
    let decisions = std::iter::once(undecided).chain(decisions).collect();
    let mut fields = vec![
        chosen(ask, "decision", "decision-title", decisions),
        chosen(ask, "receipt", "search-receipt", receipts.into()),
    ];
    fields.extend(common(ask, "search-country"));
    fields.extend(dates(ask, "search-received-from", "search-received-to"));
    ask.page(&ListPage {
        p: &ask.chrome(),
        title: locale.text("imports-title"),
        path: "imports",
        may_create: false,
        words: search.words,
        filtered: is_filtered(&fields),
        fields,
        rows: page.rows.into_iter().map(|card| show::import_card(card, locale)).collect(),
        csv: super::export::offered(ask, "imports.csv"),
        next: show::next_page(ask, "imports", page.next.map(Cursor::number)),
    })
}

/// A field to choose from, or not.
fn chosen(ask: &Ask<'_>, name: &str, key: &str, choices: Vec<Choice>) -> Field {
    let any = Choice::new("", ask.locale.text("search-any"));
    let choices = std::iter::once(any).chain(choices).collect();
    let field = Field::new("select", name, ask.locale.text(key)).value(ask.query(name));
    field.choices(choices).width("third")
}

/// What both lists are searched by.
fn common(ask: &Ask<'_>, country: &str) -> [Field; 4] {
    let text = |name: &str, key: &str| {
        Field::new("text", name, ask.locale.text(key)).value(ask.query(name)).width("third")
    };
    [
        text("country", country).help(ask.locale.text("search-country-help")),
        text("number", "column-number"),
        text("commodity", "search-commodity").help(ask.locale.text("search-commodity-help")),
        text("party", "search-party"),
    ]
}

fn dates(ask: &Ask<'_>, from: &str, to: &str) -> [Field; 2] {
    [("from", from), ("to", to)].map(|(name, key)| {
        Field::new("date", name, ask.locale.text(key)).value(ask.query(name)).width("third")
    })
}

/// The organizations that applied, for those who may see all of them.
fn organizations(ask: &Ask<'_>) -> Result<Option<Field>, Failure> {
    let session = ask.session()?;
    let sees = session.has(Right::Organizations) || session.has(Right::Enter);
    if !sees || session.organization().is_some() {
        return Ok(None);
    }
    let all = ask.gens.organizations(session, false, None)?.rows;
    let mut choices: Vec<Choice> =
        all.into_iter().map(|one| Choice::new(one.id.to_string(), one.name)).collect();
    let asked = ask.query("organization");
    if let Ok(id) = asked.parse::<OrganizationId>()
        && !choices.iter().any(|choice| choice.value == asked)
        && let Ok(one) = ask.gens.organization(session, id)
    {
        choices.push(Choice::new(asked, one.name));
    }
    Ok((!choices.is_empty()).then(|| chosen(ask, "organization", "search-organization", choices)))
}

fn is_filtered(fields: &[Field]) -> bool {
    fields.iter().any(|field| !field.value.is_empty())
}

/// Where the page begins that is asked for.
pub(super) fn after(ask: &Ask<'_>) -> Option<Cursor> {
    ask.query("after").parse().ok().map(Cursor::from_number)
}

const UNDECIDED: &str = "undecided";
