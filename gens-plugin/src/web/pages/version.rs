//! How a certificate came to say what it says: its versions, each as paper, and what differs.

use super::show;
use crate::domain::{CertificateId, Difference, IssueFacts, Step, certificate};
use crate::render::{Frame, Mark, Print, Sheet, page, sheet};
use crate::service::{PRESENT, VersionCard};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::draft::label;
use crate::web::failure::Failure;
use crate::web::view::{ChangesPage, Choice, HistoryView, VersionRow, VersionsPage};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let id: CertificateId = ask.id("id")?;
    let cards = ask.gens.versions(session, id)?;
    let choices = choices(ask, &cards);
    let before: Vec<Option<i64>> =
        cards.iter().skip(1).map(|card| Some(card.number)).chain([None]).collect();
    let rows = cards.iter().zip(before).map(|(card, before)| row(ask, id, card, before));
    ask.page(&VersionsPage {
        p: &ask.chrome(),
        title: locale.text("versions-title"),
        path: show::path(id),
        rows: rows.collect(),
        choices,
    })
}

fn row(ask: &Ask<'_>, id: CertificateId, card: &VersionCard, before: Option<i64>) -> VersionRow {
    let (at, at_text) = show::moment(card.at_ms, ask.locale);
    let later = card.later.iter().map(|step| {
        let (at, at_text) = show::moment(step.at_ms, ask.locale);
        HistoryView {
            what: ask.locale.text(show::did(step.step)),
            at,
            at_text,
            who: step.user.clone().unwrap_or_else(|| ask.locale.text("history-hub")),
            reason: step.reason.clone(),
        }
    });
    let path = show::path(id);
    VersionRow {
        title: title(ask, card.number),
        at,
        at_text,
        who: card.user.clone(),
        what: card.step.map_or_else(String::new, |step| ask.locale.text(show::did(step))),
        reason: card.reason.clone(),
        paper: format!("{path}/versions/{}/paper", card.number),
        changes: before.map_or_else(String::new, |before| {
            format!("{path}/changes?before={before}&after={}", card.number)
        }),
        later: later.collect(),
    }
}

fn title(ask: &Ask<'_>, number: i64) -> String {
    match number {
        PRESENT => ask.locale.text("version-present"),
        number => ask.locale.fill("version-number", "name", number),
    }
}

fn choices(ask: &Ask<'_>, cards: &[VersionCard]) -> Vec<Choice> {
    let choice = |card: &VersionCard| {
        let at = show::moment(card.at_ms, ask.locale).1;
        let label = show::both(title(ask, card.number), at, ask.locale);
        Choice::new(card.number.to_string(), label)
    };
    cards.iter().map(choice).collect()
}

/// What differs between two versions.
pub(in crate::web) fn changes(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let id: CertificateId = ask.id("id")?;
    let cards = ask.gens.versions(session, id)?;
    // What was not said is the last version and the one before it.
    let last = |place: usize| cards.get(place).or_else(|| cards.first()).map(|card| card.number);
    let number = |name: &str, place| match &*ask.query(name) {
        "" => last(place).ok_or(Failure::NotFound),
        said => said.parse::<i64>().map_err(|_| Failure::NotFound),
    };
    let (before, after) = (number("before", 1)?, number("after", 0)?);
    let found = ask.gens.version_changes(session, id, (before, after))?;
    let told = |number| {
        let card = cards.iter().find(|card| card.number == number);
        let at = card.map(|card| {
            show::both(show::moment(card.at_ms, ask.locale).1, card.user.clone(), ask.locale)
        });
        (title(ask, number), at.unwrap_or_default())
    };
    let row = |one: Difference| {
        let (field, shown) = label(&one.field, locale);
        (field, shown(&one.before), shown(&one.after))
    };
    ask.page(&ChangesPage {
        p: &ask.chrome(),
        title: locale.text("changes-title"),
        path: format!("{}/versions", show::path(id)),
        before: told(before),
        after: told(after),
        rows: found.into_iter().map(row).collect(),
    })
}

/// A version as paper: the document to the letter where one was made, else what it would be.
pub(in crate::web) fn paper(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (id, number, sheet) = sheet_of(ask)?;
    let back = format!("{}/versions", show::path(id));
    let frame = Frame {
        reader: ask.locale,
        prefix: ask.request.prefix,
        back: &back,
        pdf: &format!("{back}/{number}/pdf"),
    };
    Ok(Answer::page(200, page(&sheet, &frame)?))
}

/// The same as PDF.
pub(in crate::web) fn pdf(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (id, number, sheet) = sheet_of(ask)?;
    super::paper::pdf(ask, &format!("{id}-version-{number}"), sheet)
}

fn sheet_of(ask: &Ask<'_>) -> Result<(CertificateId, i64, Sheet), Failure> {
    let session = ask.session()?;
    let (id, number): (CertificateId, i64) = (ask.id("id")?, ask.id("version")?);
    let version = ask.gens.version(session, id, number)?;
    let document = version.content.as_deref().and_then(|xml| super::paper::read(xml.as_bytes()));
    let mark = match (&document, version.card.step) {
        _ if session.is_training() => Mark::Training,
        (None, _) => Mark::Draft,
        (_, Some(Step::Withdraw)) => Mark::Withdrawn,
        _ => Mark::Copy,
    };
    let written = document.unwrap_or_else(|| {
        let facts = IssueFacts {
            status: 70,
            organization: session.tenant_name().to_owned(),
            country: session.country().to_owned(),
            ..IssueFacts::default()
        };
        certificate(&version.draft, &facts, &[])
    });
    let (language, today) = (&version.draft.language, super::paper::today(ask));
    let print = Print { language, mark, received: false, today, public: None };
    Ok((id, number, sheet(&written, &print)))
}
