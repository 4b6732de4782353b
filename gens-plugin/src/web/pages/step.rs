//! Steps: each on a page of its own that says what follows from it.

use super::show;
use crate::domain::{CertificateId, Step};
use crate::service::{CertificateView, Reauthentication, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Field, FormPage};

/// The button of a step, and what is said about it.
pub(super) const fn texts(step: Step) -> Option<(&'static str, &'static str)> {
    Some(match step {
        Step::Submit => ("step-submit", "confirm-submit"),
        Step::Recall => ("step-recall", "confirm-recall"),
        Step::Return => ("step-return", "confirm-return"),
        Step::Inspect => ("step-inspect", "confirm-inspect"),
        Step::Approve => ("step-approve", "confirm-approve"),
        Step::Issue => ("step-issue", "confirm-issue"),
        Step::Resend => ("step-resend", "confirm-resend"),
        Step::Withdraw => ("step-withdraw", "confirm-withdraw"),
        _ => return None,
    })
}

/// Whether the officer says anew who it is.
const fn is_personal(step: Step) -> bool {
    matches!(step, Step::Issue | Step::Resend | Step::Withdraw)
}

/// How its button looks.
pub(super) const fn tone(step: Step) -> &'static str {
    match step {
        Step::Return | Step::Withdraw => "danger",
        Step::Recall => "plain",
        _ => "primary",
    }
}

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "", String::new())
}

pub(in crate::web) fn take(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (session, gens, form) = (ask.session()?, ask.gens, &ask.form);
    let (id, step) = named(ask)?;
    let reason = form.get("reason");
    let proof = Reauthentication {
        password: form.verbatim("password").to_owned(),
        code: form.get("code").to_owned(),
    };
    let revision = || form.get("revision").parse::<i64>().map_err(|_| Failure::NotFound);
    let outcome = match step {
        Step::Submit => gens.submit(session, id, revision()?),
        Step::Recall => gens.recall(session, id),
        Step::Return => gens.return_for_correction(session, id, reason),
        Step::Inspect => gens.inspect(session, id, reason),
        Step::Approve => gens.approve(session, id),
        Step::Issue => gens.issue(session, id, revision()?, &proof).map(drop),
        Step::Resend => gens.resend(session, id, reason, &proof),
        Step::Withdraw => gens.withdraw(session, id, reason, &proof),
        _ => return Err(Failure::NotFound),
    };
    match outcome {
        Ok(()) => Ok(ask.see(&show::path(id))),
        Err(ServiceError::ReasonMissing) => {
            page(ask, 422, "confirm-reason-needed", reason.to_owned())
        }
        Err(ServiceError::Credentials) => page(ask, 422, "confirm-wrong", reason.to_owned()),
        Err(ServiceError::Findings(_)) => page(ask, 409, "cannot-issue", reason.to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn named(ask: &Ask<'_>) -> Result<(CertificateId, Step), Failure> {
    let step = Step::from_name(&ask.text_segment("step")?).ok_or(Failure::NotFound)?;
    Ok((ask.id("id")?, step))
}

fn page(ask: &Ask<'_>, status: u16, error: &str, reason: String) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let (id, step) = named(ask)?;
    let (button, lead) = texts(step).ok_or(Failure::NotFound)?;
    let view = ask.gens.certificate(ask.session()?, id)?;
    if !view.permitted.contains(&step) {
        return Ok(ask.see(&show::path(id)));
    }
    let mut warning = if error.is_empty() { String::new() } else { locale.text(error) };
    if step == Step::Issue && warning.is_empty() {
        warning = super::draft::paper_only(ask, &view.draft.destination)?;
    }
    let number = show::title(view.card.number.as_deref(), id, locale);
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: format!("{}: {number}", locale.text(button)),
            lead: locale.text(lead),
            facts: facts(&view, ask),
            warning,
            narrow: false,
            action: format!("{}/steps/{}", show::path(id), step.as_str()),
            fields: fields(step, &view, reason, ask),
            button: locale.text(button),
            tone: tone(step),
            back: show::path(id),
            links: Vec::new(),
        },
    )
}

fn facts(view: &CertificateView, ask: &Ask<'_>) -> Vec<(String, String)> {
    let locale = ask.locale;
    let country = crate::web::list::Coded::Country.label(&view.card.destination, locale);
    [
        ("fact-exporter", view.card.exporter.clone()),
        ("fact-consignee", view.card.consignee.clone()),
        ("fact-destination", country),
        ("column-goods", view.card.produce.clone()),
    ]
    .map(|(key, value)| (locale.text(key), value))
    .into()
}

fn fields(step: Step, view: &CertificateView, reason: String, ask: &Ask<'_>) -> Vec<Field> {
    let locale = ask.locale;
    let mut fields =
        vec![Field::new("hidden", "revision", String::new()).value(view.revision.to_string())];
    if step.needs_reason() {
        let area = Field::new("area", "reason", locale.text("reason"));
        fields.push(area.value(reason).required());
    } else if step == Step::Inspect {
        fields.push(Field::new("area", "reason", locale.text("confirm-remark")).value(reason));
    }
    if is_personal(step) {
        let password = Field::new("password", "password", locale.text("confirm-password"));
        fields.push(password.required().width("half").autocomplete("current-password"));
        if ask.session().is_ok_and(crate::auth::Session::has_second_factor) {
            let code = Field::new("text", "code", locale.text("confirm-code"));
            fields.push(code.required().width("half").autocomplete("one-time-code"));
        }
    }
    fields
}
