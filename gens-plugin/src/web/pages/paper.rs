//! Certificates on paper: in the browser and as PDF, the original and its copies.

use phytohub_sps::write::Certificate;
use phytohub_sps::{Limits, SpsDocument};

use super::show;
use crate::domain::{CertificateId, ImportId, State};
use crate::render::{Date, Frame, Mark, Print, Sheet, page, sheet};
use crate::service::CertificateView;
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;

/// A certificate of one's own in the browser.
pub(in crate::web) fn certificate(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (view, written) = own(ask)?;
    let back = show::path(view.card.id);
    let frame = Frame {
        reader: ask.locale,
        prefix: ask.request.prefix,
        back: &back,
        pdf: &format!("{back}/pdf"),
    };
    let sheet = own_sheet(ask, &view, &written, None)?;
    Ok(Answer::page(200, page(&sheet, &frame)?))
}

/// The same as PDF: a draft before issue, a copy after.
pub(in crate::web) fn certificate_pdf(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (view, written) = own(ask)?;
    let sheet = own_sheet(ask, &view, &written, None)?;
    pdf(ask, &file_name(&view), sheet)
}

/// The original or a duplicate of it, each once; whoever asks again is given a copy.
pub(in crate::web) fn original(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (view, written) = own(ask)?;
    let id = view.card.id;
    let Some(due) = view.due_original().filter(|_| view.printable) else {
        // What is not issued or not for this user to print is refused here; the rest are copies.
        ask.gens.take_original(ask.session()?, id, 1)?;
        return certificate_pdf(ask);
    };
    // Made first, taken then: what cannot be printed is not lost.
    let answer = pdf(ask, &file_name(&view), own_sheet(ask, &view, &written, Some(due))?)?;
    match ask.gens.take_original(ask.session()?, id, due)? {
        true => Ok(answer),
        false => certificate_pdf(ask),
    }
}

/// A received certificate in the browser.
pub(in crate::web) fn import(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (id, _, sheet) = received(ask)?;
    let back = format!("imports/{id}");
    let frame = Frame {
        reader: ask.locale,
        prefix: ask.request.prefix,
        back: &back,
        pdf: &format!("{back}/pdf"),
    };
    Ok(Answer::page(200, page(&sheet, &frame)?))
}

/// A received certificate as PDF: a copy of an electronic original.
pub(in crate::web) fn import_pdf(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (_, number, sheet) = received(ask)?;
    pdf(ask, &number, sheet)
}

pub(super) fn pdf(ask: &Ask<'_>, name: &str, sheet: Sheet) -> Result<Answer, Failure> {
    let bytes = ask.gens.print(sheet)?;
    Ok(Answer::download(&format!("{name}.pdf"), "application/pdf", bytes))
}

fn file_name(view: &CertificateView) -> String {
    view.card.number.clone().unwrap_or_else(|| format!("draft-{}", view.card.id))
}

/// A certificate with its document: the one that was issued, or that would be now.
fn own(ask: &Ask<'_>) -> Result<(CertificateView, Certificate), Failure> {
    let (session, id): (_, CertificateId) = (ask.session()?, ask.id("id")?);
    let view = ask.gens.certificate(session, id)?;
    let xml = ask.gens.xml(session, id)?;
    let mut written = read(xml.as_bytes()).ok_or(Failure::NotFound)?;
    if !view.card.state.is_issued() {
        // What only the issue gives.
        written.number.clear();
        written.issued.clear();
        written.officer.clear();
    }
    Ok((view, written))
}

fn own_sheet(
    ask: &Ask<'_>,
    view: &CertificateView,
    written: &Certificate,
    original: Option<i64>,
) -> Result<Sheet, Failure> {
    let state = view.card.state;
    let mark = match state {
        _ if ask.session()?.is_training() => Mark::Training,
        State::Withdrawn => Mark::Withdrawn,
        state if !state.is_issued() => Mark::Draft,
        _ => match original {
            Some(1) => Mark::None,
            Some(number) => Mark::Duplicate(number),
            None => Mark::Copy,
        },
    };
    let request = ask.request;
    let address = |token: &String| {
        format!("{}://{}{}v/{token}", request.scheme, request.host, request.prefix)
    };
    let public = view.token.as_ref().map(address).zip(view.paper_code.clone());
    let language = &view.draft.language;
    Ok(sheet(written, &Print { language, mark, received: false, today: today(ask), public }))
}

fn received(ask: &Ask<'_>) -> Result<(ImportId, String, Sheet), Failure> {
    let view = ask.gens.import(ask.session()?, ask.id("id")?)?;
    let written = read(&view.content).ok_or(Failure::NotFound)?;
    let mark = if view.card.withdrawn { Mark::Withdrawn } else { Mark::Copy };
    // The reader's labels: what the sender wrote is in whatever language it is.
    let language = ask.locale.tag();
    let print = Print { language, mark, received: true, today: today(ask), public: None };
    Ok((view.card.id, view.card.number, sheet(&written, &print)))
}

pub(super) fn today(ask: &Ask<'_>) -> Date {
    Date::of(&show::moment(ask.gens.now_ms(), ask.locale).0).unwrap_or_default()
}

/// A document as far as it is a certificate.
pub(super) fn read(content: &[u8]) -> Option<Certificate> {
    let reading = SpsDocument::read(content, &Limits::default());
    let view = reading.document.certificate().filter(|_| reading.is_well_formed());
    view.as_ref().map(Certificate::from)
}
