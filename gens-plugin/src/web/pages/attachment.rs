//! Files of a certificate: taken by what their bytes are, given back to be saved only.

use super::{draft, show};
use crate::domain::CertificateId;
use crate::service::ServiceError;
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;

pub(in crate::web) fn add(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    let Some(file) = ask.form.file() else { return Ok(back(ask, id)) };
    match ask.gens.attach(ask.session()?, id, &file.filename, file.bytes.clone()) {
        Ok(_) => Ok(back(ask, id)),
        Err(ServiceError::Shape(_)) => draft::page(ask, 422, id, "attachments-wrong"),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn remove(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: CertificateId = ask.id("id")?;
    ask.gens.detach(ask.session()?, id, ask.id("file")?)?;
    Ok(back(ask, id))
}

pub(in crate::web) fn download(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let file = ask.gens.attachment(ask.session()?, ask.id("id")?, ask.id("file")?)?;
    Ok(Answer::download(&file.name, file.kind.media_type(), file.bytes))
}

fn back(ask: &Ask<'_>, id: CertificateId) -> Answer {
    ask.see(&format!("{}/edit#attachments", show::path(id)))
}
