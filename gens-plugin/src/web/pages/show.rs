//! What several pages show in the same way.

use phytohub_sps::write::Certificate;
use time::OffsetDateTime;

use crate::domain::{CertificateId, Decision, Receipt, State, Step};
use crate::service::{AttachmentView, CertificateCard, ImportCard};
use crate::web::ask::Ask;
use crate::web::list::{Coded, symbol};
use crate::web::text::Locale;
use crate::web::view::{FileView, Row};

/// A moment for machines and for people; in UTC, as certificates have it.
pub(super) fn moment(ms: i64, locale: &Locale) -> (String, String) {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)) else {
        return Default::default();
    };
    (written(at), locale.moment(at))
}

/// A moment as certificates have it.
pub(super) fn written(at: OffsetDateTime) -> String {
    let (date, hour, minute) = (at.date(), at.hour(), at.minute());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
}

/// Midnight (UTC) of a day as date fields write it, `2026-03-04`, in milliseconds since 1970.
pub(super) fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let year: i32 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let month = time::Month::try_from(month).ok()?;
    let date = time::Date::from_calendar_date(year, month, day).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp() * 1000)
}

/// Two things beside each other, each in its own direction: a date after Arabic words would be turned
/// round by them.
pub(super) fn both(one: String, other: String, locale: &Locale) -> String {
    locale.filled("both", &[("one", one), ("other", other)])
}

/// A day and a night in milliseconds: what is searched "to" a day includes it.
pub(super) const DAY_MS: i64 = 86_400_000;

pub(super) fn state(state: State, locale: &Locale) -> (String, &'static str) {
    let (key, tone) = match state {
        State::Draft => ("state-draft", ""),
        State::Submitted => ("state-submitted", "wait"),
        State::Recalled => ("state-recalled", ""),
        State::Returned => ("state-returned", "wait"),
        State::Inspected => ("state-inspected", "wait"),
        State::Approved => ("state-approved", "wait"),
        State::Issued => ("state-issued", "way"),
        State::Sent => ("state-sent", "way"),
        State::Delivered => ("state-delivered", "good"),
        State::DeliveredWithWarnings => ("state-delivered-with-warnings", "wait"),
        State::NotReadable => ("state-not-readable", "bad"),
        State::Failed => ("state-failed", "bad"),
        State::Withdrawn => ("state-withdrawn", "bad"),
    };
    (locale.text(key), tone)
}

/// What is done about how it was delivered.
pub(super) fn next_step(state: State, locale: &Locale) -> String {
    let key = match state {
        State::DeliveredWithWarnings => "next-delivered-with-warnings",
        State::NotReadable => "next-not-readable",
        State::Failed => "next-failed",
        State::Withdrawn => "next-withdrawn",
        state if state.is_issued() => "next-answered",
        _ => return String::new(),
    };
    locale.text(key)
}

pub(super) const fn did(step: Step) -> &'static str {
    match step {
        Step::Submit => "did-submit",
        Step::Recall => "did-recall",
        Step::Return => "did-return",
        Step::Inspect => "did-inspect",
        Step::Approve => "did-approve",
        Step::Issue => "did-issue",
        Step::Resend => "did-resend",
        Step::Withdraw => "did-withdraw",
        Step::Send => "did-send",
        Step::Deliver => "did-deliver",
        Step::DeliverWithWarnings => "did-deliver-with-warnings",
        Step::FailToRead => "did-fail-to-read",
        Step::Fail => "did-fail",
    }
}

pub(super) fn receipt(receipt: Receipt, locale: &Locale) -> (String, &'static str) {
    let (key, tone) = match receipt {
        Receipt::Plain => ("receipt-plain", "good"),
        Receipt::WithWarning => ("receipt-with-warning", "wait"),
        Receipt::Failed => ("receipt-failed", "bad"),
    };
    (locale.text(key), tone)
}

pub(super) const fn decided(decision: Decision) -> (&'static str, &'static str) {
    match decision {
        Decision::Accepted => ("decided-accepted", "good"),
        Decision::Held => ("decided-held", "wait"),
        Decision::Rejected => ("decided-rejected", "bad"),
        Decision::Partly => ("decided-partly", "wait"),
    }
}

pub(super) fn card(card: CertificateCard, locale: &Locale) -> Row {
    let (state, tone) = state(card.state, locale);
    let (changed, changed_text) = moment(card.changed_ms, locale);
    Row {
        path: path(card.id),
        number: title(card.number.as_deref(), card.id, locale),
        state,
        tone,
        country: Coded::Country.label(&card.destination, locale),
        party: card.exporter,
        goods: card.produce,
        changed,
        changed_text,
        // Said again where something is said already, and not of what was settled.
        next_step: match card.message.is_empty() {
            true => String::new(),
            false => next_step(card.state, locale),
        },
        message: said(card.message, locale),
    }
}

/// What was said of a delivery; where nothing was, what became of it.
pub(super) fn said(message: String, locale: &Locale) -> String {
    match State::from_name(&message) {
        Some(named) => state(named, locale).0,
        None => message,
    }
}

pub(super) fn title(number: Option<&str>, id: CertificateId, locale: &Locale) -> String {
    number.map_or_else(|| locale.fill("draft-unnumbered", "name", id), ToOwned::to_owned)
}

/// The path of a certificate's page.
pub(super) fn path(id: CertificateId) -> String {
    format!("certificates/{id}")
}

pub(super) fn import_card(card: ImportCard, locale: &Locale) -> Row {
    let (state, tone) = match (card.withdrawn, card.decision) {
        (true, _) => (locale.text("state-withdrawn"), "bad"),
        (false, Some(decision)) => {
            let (key, tone) = decided(decision);
            (locale.text(key), tone)
        }
        (false, None) => receipt(card.receipt, locale),
    };
    let (changed, changed_text) = moment(card.received_ms, locale);
    Row {
        path: format!("imports/{}", card.id),
        number: card.number,
        state,
        tone,
        country: Coded::Country.label(&card.sender, locale),
        party: card.exporter,
        goods: card.produce,
        changed,
        changed_text,
        message: match card.notice {
            true => locale.text("import-notice"),
            false => String::new(),
        },
        next_step: String::new(),
    }
}

pub(super) fn files(
    all: &[AttachmentView],
    certificate: CertificateId,
    locale: &Locale,
) -> Vec<FileView> {
    let view = |one: &AttachmentView| FileView {
        name: one.name.clone(),
        size: locale.count(
            "language-kilobytes",
            usize::try_from(one.bytes.div_ceil(1024)).unwrap_or(usize::MAX),
        ),
        path: format!("certificates/{certificate}/attachments/{}", one.id),
    };
    all.iter().map(view).collect()
}

/// What a certificate is about, in few words.
pub(super) fn facts(certificate: &Certificate, locale: &Locale) -> Vec<(String, String)> {
    let party = |party: &phytohub_sps::write::Party| {
        let lines = std::iter::once(&party.name).chain(&party.address);
        lines.filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>().join("\n")
    };
    let country = |one: &phytohub_sps::write::Country| {
        if one.id.is_empty() { one.name.clone() } else { Coded::Country.shown(&one.id, locale) }
    };
    let transit: Vec<String> = certificate.transit_countries.iter().map(country).collect();
    let conveyance = certificate.transports.iter().map(|one| {
        let mode = Some(Coded::Mode.label(&one.mode, locale));
        let parts = [mode, one.means.clone(), one.number.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let entry = certificate.point_of_entry.as_ref().map(|place| place.name.clone());
    [
        ("fact-exporter", party(&certificate.consignor)),
        ("fact-consignee", party(&certificate.consignee)),
        ("fact-from", country(&certificate.export_country)),
        ("fact-destination", country(&certificate.import_country)),
        ("fact-transit", locale.list(transit)),
        ("fact-entry", entry.unwrap_or_default()),
        ("fact-conveyance", conveyance.collect::<Vec<_>>().join("\n")),
        ("fact-officer", certificate.officer.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (locale.text(key), value))
    .collect()
}

/// A quantity with the symbol of its unit.
pub(super) fn measured(value: &str, unit: &str) -> String {
    format!("{value} {}", symbol(unit)).trim_end().to_owned()
}

/// Packages by number and kind; nothing where neither is known.
pub(super) fn packed(quantity: &str, kind: &str, locale: &Locale) -> String {
    let kind = Coded::Package.label(kind, locale);
    match (quantity.is_empty(), kind.is_empty()) {
        (false, false) => format!("{quantity} × {kind}"),
        _ => format!("{quantity}{kind}"),
    }
}

/// The goods: what, and how much.
pub(super) fn goods(certificate: &Certificate, locale: &Locale) -> Vec<(String, String)> {
    let lines = certificate.items.iter().flat_map(|item| &item.lines);
    let text = |all: &[phytohub_sps::write::Text]| {
        all.first().map(|text| text.text.clone()).unwrap_or_default()
    };
    let joined = |parts: Vec<String>, with: &str| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(with)
    };
    lines
        .map(|line| {
            let names = vec![text(&line.descriptions), text(&line.scientific_names)];
            let weight = line.net_weight.as_ref().or(line.gross_weight.as_ref());
            let mut more =
                vec![weight.map(|one| measured(&one.value, &one.unit)).unwrap_or_default()];
            let packages = line.packages.iter();
            more.extend(packages.map(|one| packed(&one.quantity, &one.packaging, locale)));
            more.extend(line.origins.iter().map(|one| Coded::Country.label(&one.id, locale)));
            (joined(names, " · "), locale.list(more))
        })
        .collect()
}

/// The rest of a query for the next page, after what the list asks for.
pub(super) fn next_page(ask: &Ask<'_>, path: &str, next: Option<i64>) -> String {
    let Some(next) = next else { return String::new() };
    format!("{path}?{}after={next}", kept_query(ask))
}

/// What a list asks for, whatever page of it is shown.
pub(super) fn kept_query(ask: &Ask<'_>) -> String {
    ask.request
        .query_pairs()
        .filter(|(name, value)| !["after", "done", "lang"].contains(&&**name) && !value.is_empty())
        .map(|(name, value)| {
            let encoded = |text: &str| crate::web::answer::encoded(text, b"");
            format!("{}={}&", encoded(&name), encoded(&value))
        })
        .collect()
}
