//! A certificate that was received.

use phytohub_sps::write::Certificate;

use super::{paper, show};
use crate::domain::{Decision, ImportId};
use crate::service::{ImportView, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::{Failure, decision_flaw};
use crate::web::finding::of_received;
use crate::web::list::Coded;
use crate::web::text::Locale;
use crate::web::view::{ActionView, CertificatePage, Choice, HistoryView};

pub(in crate::web) fn show(ask: &Ask<'_>) -> Result<Answer, Failure> {
    shown(ask, 200, "")
}

pub(in crate::web) fn decide(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: ImportId = ask.id("id")?;
    let Some(decision) = Decision::from_name(ask.form.get("decision")) else {
        return shown(ask, 422, "decision-choose");
    };
    match ask.gens.decide(ask.session()?, id, decision, ask.form.get("reason")) {
        Ok(()) => Ok(ask.see(&format!("imports/{id}"))),
        Err(ServiceError::Decision(flaw)) => shown(ask, 422, decision_flaw(flaw)),
        Err(ServiceError::ReasonMissing) => shown(ask, 422, "decision-reason-needed"),
        Err(error) => Err(error.into()),
    }
}

/// The withdrawal of what was let in is known.
pub(in crate::web) fn note(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: ImportId = ask.id("id")?;
    ask.gens.note_withdrawal(ask.session()?, id)?;
    Ok(ask.see(&format!("imports/{id}")))
}

pub(in crate::web) fn xml(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let view = ask.gens.import(ask.session()?, ask.id("id")?)?;
    let name = format!("{}.xml", view.card.number);
    Ok(Answer::download(&name, "application/xml", view.content))
}

fn shown(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let view = ask.gens.import(ask.session()?, ask.id("id")?)?;
    let written = paper::read(&view.content);
    let (mut state, mut tone) = show::receipt(view.card.receipt, locale);
    if view.card.withdrawn {
        (state, tone) = (locale.text("state-withdrawn"), "bad");
    } else if let Some(decision) = view.card.decision {
        let (key, its) = show::decided(decision);
        (state, tone) = (locale.text(key), its);
    }
    let id = view.card.id;
    let unread = if written.is_none() { locale.text("not-readable") } else { String::new() };
    let choices = Decision::ALL.map(|one| Choice::new(one.as_str(), locale.text(choice(one))));
    let decided = view.card.decision.map(|one| locale.text(show::decided(one).0));
    ask.page_with(
        status,
        &CertificatePage {
            p: &ask.chrome(),
            title: view.card.number.clone(),
            path: format!("imports/{id}"),
            list: "imports",
            list_key: "back-imports",
            state,
            tone,
            track: Vec::new(),
            message: if view.card.notice { locale.text("import-notice") } else { unread },
            next_step: match view.card.notice {
                true => locale.text("import-notice-next"),
                false => String::new(),
            },
            paper_only: String::new(),
            links: links(ask, &view, written.is_some()),
            posts: posts(ask, &view),
            facts: facts(ask, &view, written.as_ref()),
            goods: written.as_ref().map(|one| show::goods(one, locale)).unwrap_or_default(),
            files: Vec::new(),
            has_decision: view.decidable || !view.decisions.is_empty(),
            may_decide: view.decidable,
            decided: decided.unwrap_or_default(),
            decision_error: if error.is_empty() { String::new() } else { locale.text(error) },
            decisions: choices.into(),
            authenticity: locale.fill(
                "authentic",
                "name",
                Coded::Country.label(&view.card.sender, locale),
            ),
            findings: of_received(&view.findings, locale),
            history: view.decisions.iter().rev().map(|one| history(one, ask)).collect(),
            versions: Vec::new(),
        },
    )
}

const fn choice(decision: Decision) -> &'static str {
    match decision {
        Decision::Accepted => "decision-accepted",
        Decision::Held => "decision-held",
        Decision::Rejected => "decision-rejected",
        Decision::Partly => "decision-partly",
    }
}

fn links(ask: &Ask<'_>, view: &ImportView, readable: bool) -> Vec<ActionView> {
    let link = |below: &str, key: &str, tone| ActionView {
        path: format!("imports/{}/{below}", view.card.id),
        label: ask.locale.text(key),
        tone,
    };
    let papers =
        [link("paper", "certificate-paper", "primary"), link("pdf", "certificate-pdf", "")];
    papers
        .into_iter()
        .filter(|_| readable)
        .chain([link("xml", "certificate-xml", "plain")])
        .collect()
}

fn facts(ask: &Ask<'_>, view: &ImportView, written: Option<&Certificate>) -> Vec<(String, String)> {
    let locale = ask.locale;
    let mut facts = written.map(|one| show::facts(one, locale)).unwrap_or_default();
    facts.push((locale.text("fact-received"), show::moment(view.card.received_ms, locale).1));
    facts.push((locale.text("fact-hub-number"), view.hub_number.clone()));
    if let Some((state, message)) = &view.answer {
        let told = [answer_state(state, locale), message.clone()];
        let told: Vec<String> = told.into_iter().filter(|part| !part.is_empty()).collect();
        facts.push((locale.text("fact-answer"), told.join(": ")));
    }
    facts
}

/// How the answer to the sender stands.
fn answer_state(state: &str, locale: &Locale) -> String {
    let known = crate::domain::State::from_name(state);
    known.map_or_else(|| locale.text("answer-waiting"), |state| show::state(state, locale).0)
}

fn posts(ask: &Ask<'_>, view: &ImportView) -> Vec<ActionView> {
    let decides = ask.session().is_ok_and(|one| one.has(crate::domain::Right::Decide));
    let note = ActionView {
        path: format!("imports/{}/note", view.card.id),
        label: ask.locale.text("import-note"),
        tone: "plain",
    };
    if view.card.notice && decides { vec![note] } else { Vec::new() }
}

fn history(one: &crate::service::DecisionView, ask: &Ask<'_>) -> HistoryView {
    let (at, at_text) = show::moment(one.at_ms, ask.locale);
    HistoryView {
        what: ask.locale.text(show::decided(one.decision).0),
        at,
        at_text,
        who: one.user.clone(),
        reason: one.reason.clone(),
    }
}
