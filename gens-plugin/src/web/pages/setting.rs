//! Settings of a tenant.

use crate::service::Settings;
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::text::Locale;
use crate::web::view::{Choice, Field, FormPage};

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let settings = ask.gens.settings(ask.session()?)?;
    page(ask, 200, &settings, "")
}

pub(in crate::web) fn save(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let form = &ask.form;
    // What the form does not show stays as it is.
    let mut settings = ask.gens.settings(ask.session()?)?;
    settings.organization = form.get("organization").to_owned();
    settings.place = form.get("place").to_owned();
    settings.number_prefix = form.get("number").to_owned();
    // A language that certificates are not printed in is none to be chosen.
    if let Some(locale) = Locale::of_papers().find(|one| one.tag() == form.get("language")) {
        locale.tag().clone_into(&mut settings.language);
    }
    settings.policy.application = form.get("application") == "yes";
    settings.policy.inspection = form.get("inspection") == "yes";
    settings.policy.approval = form.get("approval") == "yes";
    settings.policy.import_decision = form.get("import_decision") == "yes";
    match ask.gens.save_settings(ask.session()?, &settings) {
        Ok(()) => Ok(ask.see("settings?done=settings")),
        Err(crate::service::ServiceError::Field(_)) => page(ask, 422, &settings, "user-refused"),
        Err(error) => Err(error.into()),
    }
}

/// The language in which new certificates are begun.
fn language(now: &Settings, locale: &Locale) -> Field {
    let choice = |one: &Locale| Choice::new(one.tag(), locale.name_of(one.tag()));
    Field::new("select", "language", locale.text("setting-language"))
        .choices(Locale::of_papers().map(choice).collect())
        .value(&*now.language)
        .help(locale.text("setting-language-help"))
        .width("half")
}

fn page(ask: &Ask<'_>, status: u16, now: &Settings, error: &str) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let text = |name: &str, key: &str, value: &str| {
        Field::new("text", name, locale.text(key)).value(value).required()
    };
    let check = |name: &str, key: &str, on: bool| {
        Field::new("check", name, locale.text(key)).value(if on { "yes" } else { "" })
    };
    let policy = &now.policy;
    let fields = vec![
        text("organization", "setting-organization", &now.organization),
        text("place", "setting-place", &now.place).width("half"),
        text("number", "setting-number", &now.number_prefix).width("half"),
        language(now, locale),
        check("application", "setting-application", policy.application),
        check("inspection", "setting-inspection", policy.inspection),
        check("approval", "setting-approval", policy.approval),
        check("import_decision", "setting-import-decision", policy.import_decision),
    ];
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("settings-title"),
            lead: locale.text("settings-lead"),
            facts: Vec::new(),
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: "settings".to_owned(),
            fields,
            button: locale.text("settings-save"),
            tone: "primary",
            back: String::new(),
            links: Vec::new(),
        },
    )
}
