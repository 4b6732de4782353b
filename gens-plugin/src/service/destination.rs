//! Who can be sent to.

use phytohub_plugin_sdk::host::Connection;

use super::{Gens, ServiceError};
use crate::auth::Session;

/// A country that certificates go to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Destination {
    /// Two letters of ISO 3166-1.
    pub country: String,
    /// Its name in English.
    pub name: String,
    /// The connection that takes certificates for it; none if they go on paper alone.
    pub connection: Option<String>,
}

impl Gens {
    /// All countries, each with how it takes certificates.
    ///
    /// # Errors
    ///
    /// None at present: a hub that is down is taken for one that was.
    pub fn destinations(&self, session: &Session) -> Result<Vec<Destination>, ServiceError> {
        let connections = self.connections();
        let list = phytohub_schemas::code_list(phytohub_schemas::CodeListName::Countries);
        let all = list.rows().iter().map(|row| Destination {
            country: row.code().to_owned(),
            name: row.text().to_owned(),
            connection: recipient(session, row.code(), connections.as_deref()),
        });
        Ok(all.collect())
    }

    /// The connection that takes certificates for a country.
    ///
    /// # Errors
    ///
    /// As of [`Self::destinations`].
    pub fn destination(
        &self,
        session: &Session,
        country: &str,
    ) -> Result<Option<String>, ServiceError> {
        Ok(recipient(session, country, self.connections().as_deref()))
    }

    /// Whether a connection takes responses to certificates.
    pub(super) fn takes_responses(&self, code: &str) -> bool {
        let connections = self.connections().unwrap_or_default();
        connections.iter().any(|one| one.code == code && one.enabled && one.responses)
    }

    fn connections(&self) -> Option<Vec<Connection>> {
        match self.0.hub.connections() {
            Ok(connections) => Some(connections),
            Err(error) => {
                tracing::warn!(reason = error.reason(), "the hub does not tell who is connected");
                None
            }
        }
    }
}

/// Where the hub does not answer, the country's own code is as good a guess as there is: what is
/// issued is sent when the hub is back, and refused by it if nobody is there.
fn recipient(
    session: &Session,
    country: &str,
    connections: Option<&[Connection]>,
) -> Option<String> {
    let Some(connections) = connections else {
        return Some(country.to_owned()).filter(|country| !country.is_empty());
    };
    let takes = |one: &&Connection| {
        let takes_exports = one.allowed.is_empty()
            || one.allowed.iter().any(|a| a.certificate_type == 851 && a.certificate_status == 70);
        one.country == country
            && one.enabled
            && one.receives
            && !one.channel
            && one.test == session.is_training()
            && one.code != session.tenant_code()
            && takes_exports
    };
    connections.iter().find(takes).map(|one| one.code.clone())
}
