//! Giving work to somebody else.

use super::show;
use crate::domain::{CertificateId, UserId};
use crate::service::{Holder, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Choice, Field, FormPage};

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "")
}

pub(in crate::web) fn reassign(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    let (Some(holder), Ok(to)) =
        (Holder::from_name(ask.form.get("holder")), ask.form.get("successor").parse::<UserId>())
    else {
        // Whoever may not even see it is not told more by choosing nobody.
        return page(ask, 422, "reassign-choose");
    };
    match ask.gens.reassign(ask.session()?, id, holder, to) {
        Ok(()) => Ok(ask.see(&format!("{}?done=saved", show::path(id)))),
        Err(ServiceError::Field(_)) => page(ask, 422, "reassign-choose"),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let id: CertificateId = ask.id("id")?;
    let view = ask.gens.certificate(session, id)?;
    let Some(holder) = view.reassignable.first().copied() else {
        return Err(Failure::Denied);
    };
    let (key, present) = match holder {
        Holder::Issuer => ("reassign-issuer", view.handler.unwrap_or_default()),
        _ => ("reassign-author", view.author),
    };
    let all = ask.gens.successors(session, id, holder)?;
    let choices = all.into_iter().map(|one| Choice::new(one.id.to_string(), one.full_name));
    let choices = std::iter::once(Choice::default()).chain(choices).collect();
    let fields = vec![
        Field::new("hidden", "holder", String::new()).value(holder.as_str()),
        Field::new("select", "successor", locale.text("user-heir")).choices(choices).required(),
    ];
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("certificate-reassign"),
            lead: locale.text(key),
            facts: vec![
                (locale.text("fact-number"), show::title(view.card.number.as_deref(), id, locale)),
                (locale.text("fact-handler"), present),
            ],
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: format!("{}/reassign", show::path(id)),
            fields,
            button: locale.text("certificate-reassign"),
            tone: "primary",
            back: show::path(id),
            links: Vec::new(),
        },
    )
}
