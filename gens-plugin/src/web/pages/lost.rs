//! An original that was lost or spoilt: a duplicate may be printed in its place.

use super::show;
use crate::domain::CertificateId;
use crate::service::{Reauthentication, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Field, FormPage};

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "", "")
}

pub(in crate::web) fn declare(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    let reason = ask.form.get("reason");
    let proof = Reauthentication {
        password: ask.form.verbatim("password").to_owned(),
        code: ask.form.get("code").to_owned(),
    };
    match ask.gens.declare_lost(ask.session()?, id, reason, &proof) {
        // Where one can be printed already, the certificate's page says so.
        Ok(_) | Err(ServiceError::Busy) => Ok(ask.see(&show::path(id))),
        Err(ServiceError::ReasonMissing) => page(ask, 422, "confirm-reason-needed", reason),
        Err(ServiceError::Credentials) => page(ask, 422, "confirm-wrong", reason),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str, reason: &str) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let id: CertificateId = ask.id("id")?;
    let view = ask.gens.certificate(session, id)?;
    if !view.printable || view.due_original().is_some() {
        return Ok(ask.see(&show::path(id)));
    }
    let area = Field::new("area", "reason", locale.text("reason"));
    let password = Field::new("password", "password", locale.text("confirm-password"));
    let mut fields = vec![
        area.value(reason.to_owned()).required(),
        password.required().width("half").autocomplete("current-password"),
    ];
    if session.has_second_factor() {
        let code = Field::new("text", "code", locale.text("confirm-code"));
        fields.push(code.required().width("half").autocomplete("one-time-code"));
    }
    let printed = view.duplicates.iter().filter_map(|one| one.printed.as_ref()).next_back();
    let printed = printed.or(view.printed.as_ref()).map_or_else(String::new, |print| {
        show::both(show::moment(print.at_ms, locale).1, print.user.clone(), locale)
    });
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("lost-title"),
            lead: locale.text("lost-lead"),
            facts: vec![
                (locale.text("fact-number"), show::title(view.card.number.as_deref(), id, locale)),
                (locale.text("fact-printed"), printed),
            ],
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: format!("{}/lost", show::path(id)),
            fields,
            button: locale.text("lost-button"),
            tone: "danger",
            back: show::path(id),
            links: Vec::new(),
        },
    )
}
