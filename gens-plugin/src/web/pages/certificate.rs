//! A certificate of one's own country: what it says, what happened to it, what may be done.

use std::cmp::Ordering;

use phytohub_sps::write::Certificate;

use super::{show, step};
use crate::domain::{CertificateId, IssueFacts, Right, State, certificate};
use crate::service::{AnswerView, CertificateView, DuplicateView, StepView};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::finding::of_draft;
use crate::web::view::{ActionView, CertificatePage, HistoryView};

pub(in crate::web) fn show(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let id: CertificateId = ask.id("id")?;
    let view = ask.gens.certificate(session, id)?;
    let written = written(ask, &view)?;
    let (state, tone) = show::state(view.card.state, locale);
    let reason = view.steps.iter().rev().find(|step| !step.reason.is_empty());
    let returned = reason.filter(|_| view.card.state == State::Returned);
    let message = returned.map_or_else(|| view.card.message.clone(), |step| step.reason.clone());
    let message = show::said(message, locale);
    let found =
        if view.card.state.is_issued() { Vec::new() } else { ask.gens.check_saved(session, id)? };
    let paper_only = if view.card.paper_only || !view.card.state.is_issued() {
        super::draft::paper_only(ask, &view.draft.destination)?
    } else {
        String::new()
    };
    ask.page(&CertificatePage {
        p: &ask.chrome(),
        title: show::title(view.card.number.as_deref(), id, locale),
        path: show::path(id),
        list: "certificates",
        list_key: "back-certificates",
        state,
        tone,
        track: track(ask, &view)?,
        message,
        next_step: show::next_step(view.card.state, locale),
        paper_only,
        links: links(ask, &view),
        posts: posts(ask, &view)?,
        facts: facts(ask, &view, &written),
        goods: show::goods(&written, locale),
        files: show::files(&view.attachments, id, locale),
        has_decision: false,
        may_decide: false,
        decided: String::new(),
        decision_error: String::new(),
        decisions: Vec::new(),
        authenticity: String::new(),
        findings: of_draft(found, locale),
        history: histories(ask, &view),
        versions: vec![(format!("{}/versions", show::path(id)), locale.text("versions-title"))],
    })
}

pub(in crate::web) fn xml(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    let view = ask.gens.certificate(ask.session()?, id)?;
    let xml = ask.gens.xml(ask.session()?, id)?;
    let number = view.card.number.unwrap_or_else(|| format!("draft-{id}"));
    Ok(Answer::download(&format!("{number}.xml"), "application/xml", xml.into_bytes()))
}

/// The way that certificates take here, and how far this one has come.
fn track(ask: &Ask<'_>, view: &CertificateView) -> Result<Vec<(String, &'static str)>, Failure> {
    let (state, is_sent) = (view.card.state, !view.card.paper_only);
    if state == State::Withdrawn {
        return Ok(Vec::new());
    }
    let policy = ask.gens.settings(ask.session()?)?.policy;
    let way = [
        (State::Draft, true),
        (State::Submitted, policy.application),
        (State::Inspected, policy.inspection),
        (State::Approved, policy.approval),
        (State::Issued, true),
        (State::Sent, is_sent),
        (State::Delivered, is_sent),
    ];
    let now = match state {
        State::Recalled | State::Returned => State::Draft,
        State::DeliveredWithWarnings | State::NotReadable | State::Failed => State::Delivered,
        other => other,
    };
    let place = way.iter().position(|(one, _)| *one == now).unwrap_or_default();
    let shown = way.iter().enumerate().filter(|(at, (_, is_taken))| *is_taken || *at == place);
    let step = |(at, (one, _)): (usize, &(State, bool))| match at.cmp(&place) {
        Ordering::Less => (show::state(*one, ask.locale).0, "done"),
        Ordering::Equal => (show::state(state, ask.locale).0, "now"),
        Ordering::Greater => (show::state(*one, ask.locale).0, ""),
    };
    Ok(shown.map(step).collect())
}

/// What the draft says, as the document has it; numbers and dates as far as there are any.
fn written(ask: &Ask<'_>, view: &CertificateView) -> Result<Certificate, Failure> {
    let session = ask.session()?;
    let facts = IssueFacts {
        number: view.card.number.clone().unwrap_or_default(),
        status: if view.card.state == State::Withdrawn { 40 } else { 70 },
        issued: view.card.issued_ms.map_or_else(String::new, |ms| show::moment(ms, ask.locale).0),
        organization: session.tenant_name().to_owned(),
        country: session.country().to_owned(),
        place: String::new(),
        officer: view.issuer.clone().unwrap_or_default(),
    };
    Ok(certificate(&view.draft, &facts, &[]))
}

fn facts(ask: &Ask<'_>, view: &CertificateView, written: &Certificate) -> Vec<(String, String)> {
    let locale = ask.locale;
    let mut facts = show::facts(written, locale);
    if let Some(issued) = view.card.issued_ms {
        facts.push((locale.text("fact-issued"), show::moment(issued, locale).1));
    }
    if !view.hub_number.is_empty() {
        facts.push((locale.text("fact-hub-number"), view.hub_number.clone()));
    }
    if let Some(print) = &view.printed {
        let when = show::moment(print.at_ms, locale).1;
        facts.push((locale.text("fact-printed"), show::both(when, print.user.clone(), locale)));
    }
    for one in &view.duplicates {
        if let Some(print) = &one.printed {
            let name = locale.fill("duplicate-number", "name", one.number);
            let when = show::moment(print.at_ms, locale).1;
            facts.push((name, show::both(when, print.user.clone(), locale)));
        }
    }
    let handler = view.handler.as_ref().filter(|_| view.card.state.is_issued());
    facts.push((locale.text("fact-handler"), handler.unwrap_or(&view.author).clone()));
    let public = view.token.as_ref().zip(view.paper_code.as_ref());
    if let Some((token, code)) = public {
        let request = ask.request;
        let address = format!("{}://{}{}v/{token}", request.scheme, request.host, request.prefix);
        facts.push((locale.text("fact-public"), address));
        facts.push((locale.text("fact-paper-code"), code.clone()));
    }
    facts
}

fn links(ask: &Ask<'_>, view: &CertificateView) -> Vec<ActionView> {
    let (locale, path) = (ask.locale, show::path(view.card.id));
    let link = |below: &str, key: &str, tone| ActionView {
        path: format!("{path}/{below}"),
        label: locale.text(key),
        tone,
    };
    let steps = view.permitted.iter().filter_map(|one| {
        let (key, _) = step::texts(*one)?;
        Some(link(&format!("steps/{}", one.as_str()), key, step::tone(*one)))
    });
    let mut links: Vec<ActionView> = steps.collect();
    if view.editable {
        links.insert(0, link("edit", "certificate-edit", ""));
    }
    let issued = view.card.state.is_issued();
    let (paper, pdf) = match issued {
        true => ("certificate-paper", "certificate-pdf-copy"),
        false => ("certificate-preview", "certificate-pdf"),
    };
    links.push(link("paper", paper, ""));
    links.push(link("pdf", pdf, "plain"));
    if issued {
        links.push(link("xml", "certificate-xml", "plain"));
    }
    if view.printable && view.due_original().is_none() {
        links.push(link("lost", "certificate-lost", "plain"));
    }
    if !view.reassignable.is_empty() {
        links.push(link("reassign", "certificate-reassign", "plain"));
    }
    links
}

fn posts(ask: &Ask<'_>, view: &CertificateView) -> Result<Vec<ActionView>, Failure> {
    let post = |below: &str, key: &str| ActionView {
        path: format!("{}/{below}", show::path(view.card.id)),
        label: ask.locale.text(key),
        tone: "plain",
    };
    let mut posts = Vec::new();
    if let Some(due) = view.due_original().filter(|_| view.printable) {
        let mut print = ActionView { tone: "primary", ..post("print", "certificate-print") };
        if due > 1 {
            print.label = ask.locale.fill("certificate-print-duplicate", "name", due);
        }
        posts.push(print);
    }
    if super::home::may_create(ask)? {
        posts.push(post("copy", "certificate-copy"));
    }
    let issues = ask.session()?.has(Right::Issue);
    if view.card.state.is_issued() && issues && !view.card.message.is_empty() {
        posts.push(post("settle", "certificate-settle"));
    }
    Ok(posts)
}

/// What was said is read, and there is nothing to do about it.
pub(in crate::web) fn settle(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    ask.gens.settle(ask.session()?, id)?;
    Ok(ask.see(""))
}

/// Steps and what importing countries answered, the last first.
fn histories(ask: &Ask<'_>, view: &CertificateView) -> Vec<HistoryView> {
    let steps = view.steps.iter().map(|one| (one.at_ms, history(one, ask)));
    let answers = view.answers.iter().map(|one| (one.at_ms, answered(one, ask)));
    let lost = view.duplicates.iter().map(|one| (one.lost_ms, lost(one, ask)));
    let mut all: Vec<_> = steps.chain(answers).chain(lost).collect();
    all.sort_by_key(|(at_ms, _)| *at_ms);
    all.into_iter().rev().map(|(_, entry)| entry).collect()
}

fn lost(one: &DuplicateView, ask: &Ask<'_>) -> HistoryView {
    let (at, at_text) = show::moment(one.lost_ms, ask.locale);
    let (what, reason) = (ask.locale.text("did-lose-original"), one.reason.clone());
    HistoryView { what, at, at_text, who: one.user.clone(), reason }
}

fn answered(one: &AnswerView, ask: &Ask<'_>) -> HistoryView {
    let (at, at_text) = show::moment(one.at_ms, ask.locale);
    let key = match &*one.status {
        "39" => "answer-accepted",
        "41" => "answer-rejected",
        _ => "answer-other",
    };
    HistoryView {
        what: ask.locale.text(key),
        at,
        at_text,
        who: one.sender.clone(),
        reason: one.reason.clone(),
    }
}

fn history(one: &StepView, ask: &Ask<'_>) -> HistoryView {
    let (at, at_text) = show::moment(one.at_ms, ask.locale);
    HistoryView {
        what: ask.locale.text(show::did(one.step)),
        at,
        at_text,
        who: one.user.clone().unwrap_or_else(|| ask.locale.text("history-hub")),
        reason: one.reason.clone(),
    }
}
