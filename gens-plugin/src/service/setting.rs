//! A tenant's settings.

use serde::{Deserialize, Serialize};

use super::{Gens, ServiceError, may};
use crate::auth::Session;
use crate::domain::{Action, Policy, Subject, limit};
use crate::store::Scope;

/// What a tenant chose.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Settings {
    /// The plant protection organization's name on certificates.
    pub organization: String,
    /// The place of issue of users that have none of their own.
    pub place: String,
    /// How the numbers of certificates begin; the country's two letters if nothing is said.
    pub number_prefix: String,
    /// The steps that the tenant takes.
    pub policy: Policy,
    /// The language of new certificates (BCP 47); English if nothing is said.
    pub language: String,
}

impl Gens {
    /// The settings of the tenant.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn settings(&self, session: &Session) -> Result<Settings, ServiceError> {
        self.read(session, settings)
    }

    /// Changes them.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`], [`ServiceError::Field`].
    pub fn save_settings(
        &self,
        session: &Session,
        settings: &Settings,
    ) -> Result<(), ServiceError> {
        may(session, Action::Settings, Subject::default())?;
        let texts = [&settings.organization, &settings.place, &settings.number_prefix];
        let fits = |text: &&String| {
            text.chars().count() <= limit::TEXT_CHARS_MAX && !text.contains(char::is_control)
        };
        if !texts.iter().all(fits) {
            return Err(ServiceError::Field("organization"));
        }
        let prefix = &settings.number_prefix;
        if !prefix.chars().all(|c| c.is_ascii_alphanumeric() || "-./".contains(c)) {
            return Err(ServiceError::Field("number_prefix"));
        }
        if !super::account::is_language(&settings.language) {
            return Err(ServiceError::Field("language"));
        }
        if prefix.len() > 30 {
            return Err(ServiceError::Field("number_prefix"));
        }
        let text = serde_json::to_string(settings).map_err(|_| ServiceError::Field("settings"))?;
        self.write(session, |work| {
            work.scope.put_setting(NAME, &text)?;
            work.audit("save-settings", "settings", &text)
        })
    }
}

/// The settings of a scope's tenant.
pub(crate) fn settings(scope: &Scope<'_>) -> Result<Settings, ServiceError> {
    let kept = scope.setting(NAME)?;
    let mut settings: Settings =
        kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if settings.language.is_empty() {
        "en".clone_into(&mut settings.language);
    }
    if settings.organization.is_empty() || settings.place.is_empty() {
        let tenant = scope.tenant()?;
        if settings.place.is_empty() {
            let country = phytohub_schemas::lookup::country(&tenant.country);
            settings.place = country.map_or_else(|| tenant.country.clone(), |row| row.name.clone());
        }
        if settings.organization.is_empty() {
            settings.organization = tenant.name;
        }
    }
    Ok(settings)
}

const NAME: &str = "settings";
