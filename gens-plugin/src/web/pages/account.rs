//! Oneself: password and second factor.

use super::user::role;
use crate::service::{Reauthentication, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::{Ask, LANGUAGE};
use crate::web::failure::Failure;
use crate::web::text::Locale;
use crate::web::view::AccountPage;

pub(in crate::web) fn account(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let must = ask.session()?.must_change_password();
    page(ask, 200, if must { "password-must-change" } else { "" }, String::new())
}

/// Keeps the language for wherever the user logs in, and for this browser.
pub(in crate::web) fn language(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let Some(locale) = Locale::of(ask.form.get("language")) else {
        return page(ask, 422, "user-refused", String::new());
    };
    ask.gens.choose_language(ask.session()?, locale.tag())?;
    Ok(ask.see("account?done=saved").header("set-cookie", &ask.cookie(LANGUAGE, locale.tag())))
}

pub(in crate::web) fn password(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (old, new) = (ask.form.verbatim("old"), ask.form.verbatim("new"));
    match ask.gens.change_password(ask.session()?, old, new) {
        Ok(()) => Ok(ask.see("account?done=password")),
        Err(ServiceError::Credentials | ServiceError::Password(_)) => {
            page(ask, 422, "password-refused", String::new())
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn enrol(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let password = ask.form.verbatim("password").to_owned();
    let proof = Reauthentication { password, ..Reauthentication::default() };
    match ask.gens.begin_second_factor(ask.session()?, &proof) {
        Ok(enrolment) => page(ask, 200, "", enrolment.seed),
        Err(ServiceError::Credentials) => page(ask, 422, "confirm-wrong", String::new()),
        Err(ServiceError::NoSeal) => page(ask, 503, "second-factor-impossible", String::new()),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn confirm(ask: &Ask<'_>) -> Result<Answer, Failure> {
    match ask.gens.confirm_second_factor(ask.session()?, ask.form.get("code")) {
        Ok(()) => Ok(ask.see("account?done=second-factor")),
        Err(ServiceError::Credentials) => page(ask, 422, "second-factor-wrong", String::new()),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str, seed: String) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let roles: Vec<String> = session.roles().iter().map(|one| locale.text(role(*one))).collect();
    let facts = vec![
        (locale.text("account-login"), session.user_name().to_owned()),
        (locale.text("account-roles"), roles.join("\n")),
    ];
    // In groups of four it is typed with fewer mistakes.
    let letters: Vec<char> = seed.chars().collect();
    let seed: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    ask.page_with(
        status,
        &AccountPage {
            p: &ask.chrome(),
            facts,
            error: if error.is_empty() { String::new() } else { locale.text(error) },
            has_factor: session.has_second_factor(),
            seed: seed.join(" "),
        },
    )
}
