//! Entering a certificate.

use super::show;
use crate::domain::{CertificateId, Draft, limit};
use crate::service::{CertificateView, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::draft::{Asked, lists, mark, parsed, sections};
use crate::web::failure::{Failure, not_kept};
use crate::web::finding::of_draft;
use crate::web::list::Coded;
use crate::web::view::{EditPage, FindingsPart};

pub(in crate::web) fn create(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let session = ask.session()?;
    let id = ask.gens.create_draft(session, session.organization())?;
    Ok(ask.see(&format!("{}/edit", show::path(id))))
}

pub(in crate::web) fn copy(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id = ask.gens.copy(ask.session()?, ask.id("id")?)?;
    Ok(ask.see(&format!("{}/edit", show::path(id))))
}

pub(in crate::web) fn edit(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, ask.id("id")?, "")
}

pub(in crate::web) fn save(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    let (draft, asked) = parsed(&ask.form, ask.locale);
    let revision = ask.form.get("revision").parse().map_err(|_| Failure::NotFound)?;
    match ask.gens.save_draft(ask.session()?, id, revision, draft.clone()) {
        Ok(_) => Ok(match asked {
            Asked::Save => ask.see(&format!("{}/edit?done=saved", show::path(id))),
            Asked::Finish => ask.see(&show::path(id)),
            Asked::Add(list) => {
                let place = list.replace('.', "-");
                ask.see(&format!("{}/edit?add={list}#{place}", show::path(id)))
            }
        }),
        Err(ServiceError::Changed) => {
            let conflict = ask.locale.text("form-conflict");
            let view = ask.gens.certificate(ask.session()?, id)?;
            shown(ask, 409, &view, &draft, conflict)
        }
        Err(ServiceError::Shape(flaw)) => {
            let conflict = not_kept(&flaw, ask.locale);
            let mut view = ask.gens.certificate(ask.session()?, id)?;
            view.revision = revision;
            shown(ask, 422, &view, &draft, conflict)
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves as one types, and answers what there is to say about what was typed.
pub(in crate::web) fn autosave(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let session = ask.session()?;
    let (draft, _) = parsed(&ask.form, ask.locale);
    let revision = ask.form.get("revision").parse().map_err(|_| Failure::NotFound)?;
    let found = ask.gens.check(session, &draft)?;
    let paper_only = paper_only(ask, &draft.destination)?;
    let revision = ask.gens.save_draft(session, ask.id("id")?, revision, draft)?;
    let page = FindingsPart { p: &ask.chrome(), paper_only, findings: of_draft(found, ask.locale) };
    Ok(ask.page(&page)?.header("x-revision", &revision.to_string()))
}

/// The form with what was saved, and an error of the texts if there is one.
pub(super) fn page(
    ask: &Ask<'_>,
    status: u16,
    id: CertificateId,
    error: &str,
) -> Result<Answer, Failure> {
    let view = ask.gens.certificate(ask.session()?, id)?;
    if !view.editable {
        return Ok(ask.see(&show::path(id)));
    }
    let error = if error.is_empty() { String::new() } else { ask.locale.text(error) };
    shown(ask, status, &view, &view.draft, error)
}

fn shown(
    ask: &Ask<'_>,
    status: u16,
    view: &CertificateView,
    draft: &Draft,
    conflict: String,
) -> Result<Answer, Failure> {
    let (session, locale, id) = (ask.session()?, ask.locale, view.card.id);
    let (state, tone) = show::state(view.card.state, locale);
    let reason = view.steps.iter().rev().find(|step| !step.reason.is_empty());
    let returned = reason.filter(|_| view.card.state == crate::domain::State::Returned);
    let findings = of_draft(ask.gens.check(session, draft)?, locale);
    let mut sections = sections(draft, &ask.query("add"), locale);
    // Nobody is told of what is missing before there was a chance to enter it.
    mark(&mut sections, &findings, status != 200 || !ask.query("done").is_empty());
    ask.page_with(
        status,
        &EditPage {
            p: &ask.chrome(),
            title: locale.text("certificate-form-title"),
            path: show::path(id),
            state,
            tone,
            reason: returned.map(|step| step.reason.clone()).unwrap_or_default(),
            conflict,
            revision: view.revision.to_string(),
            sections,
            paper_only: paper_only(ask, &draft.destination)?,
            findings,
            files: show::files(&view.attachments, id, locale),
            upload_max: limit::ATTACHMENT_BYTES_MAX,
            lists: lists(locale),
        },
    )
}

/// What is said where the destination takes no electronic certificates.
pub(super) fn paper_only(ask: &Ask<'_>, country: &str) -> Result<String, Failure> {
    let takes = country.is_empty() || ask.gens.destination(ask.session()?, country)?.is_some();
    let name = Coded::Country.label(country, ask.locale);
    Ok(if takes { String::new() } else { ask.locale.fill("paper-only", "name", name) })
}
