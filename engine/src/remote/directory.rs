//! Who can be sent to, and what was sent under a certificate's number, as the hub elsewhere tells.

use std::collections::BTreeMap;

use phytohub_client::{FoundEnvelope, QuicClient};
use phytohub_exchange::plugin::{PluginActor, PluginConnection, PluginEnvelope, PluginError};
use phytohub_wire::quic::{Find, KnownConnection};

use super::{Country, RemoteHub};

impl RemoteHub {
    /// The connections of this process, as far as a plugin may act as them.
    fn own<'a>(&'a self, actor: &'a PluginActor) -> impl Iterator<Item = &'a Country> {
        let codes = actor.act_as.iter();
        codes.filter_map(|code| self.countries.get(code.as_str())).map(|country| &**country)
    }

    /// Everybody of whom the hub tells the plugin's connections.
    pub(super) async fn connected(
        &self,
        actor: &PluginActor,
    ) -> Result<Vec<PluginConnection>, PluginError> {
        let (mut all, mut silent) = (BTreeMap::new(), None);
        for country in self.own(actor) {
            match country.addressees().await {
                Ok(told) => {
                    all.extend(told.iter().map(|one| (one.code.clone(), shown(one, actor))));
                }
                Err(error) => silent = Some(error),
            }
        }
        match silent {
            Some(error) if all.is_empty() => Err(error),
            _ => Ok(all.into_values().collect()),
        }
    }

    /// Envelopes from one connection to another, or to all, that the plugin may see, the newest
    /// first.
    pub(super) async fn found(
        &self,
        actor: &PluginActor,
        (from, to): (&str, &str),
        certificate_number: &str,
        limit: usize,
    ) -> Result<Vec<PluginEnvelope>, PluginError> {
        if certificate_number.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Find {
            from: from.to_owned(),
            to: to.to_owned(),
            nppo_certificate_number: certificate_number.to_owned(),
            before: None,
            limit: u32::try_from(limit.max(1)).unwrap_or(u32::MAX),
        };
        let may = |code: &str| actor.act_as.iter().any(|own| own.as_str() == code);
        // Whoever sent sees all of it; recipients see what came to them.
        let sender = may(from);
        let asks = |country: &&Country| match (sender, to) {
            (true, _) => country.code == from,
            (false, "") => true,
            (false, to) => country.code == to,
        };
        let mut found = BTreeMap::new();
        for country in self.own(actor).filter(asks) {
            let asked = asked.clone();
            let find = |client: QuicClient| async move { client.find(&asked).await };
            for one in country.ask(find).await? {
                found.insert(one.number, envelope(one));
            }
        }
        Ok(found.into_values().rev().take(limit).collect())
    }
}

fn envelope(found: FoundEnvelope) -> PluginEnvelope {
    let mut envelope = PluginEnvelope::elsewhere(found.number, &found.header);
    envelope.response = found.response;
    envelope
}

fn shown(told: &KnownConnection, actor: &PluginActor) -> PluginConnection {
    let pairs = told.allowed.iter();
    PluginConnection {
        code: told.code.clone(),
        name: if told.name.is_empty() { told.code.clone() } else { told.name.clone() },
        serves: country_of(told).into_iter().collect(),
        allowed: pairs.map(|pair| (pair.certificate_type, pair.certificate_status)).collect(),
        sends: told.sends,
        receives: told.receives,
        channel: told.channel,
        test: told.test,
        mine: actor.act_as.iter().any(|own| own.as_str() == told.code),
        responses: told.responses,
        enabled: true,
    }
}

/// Partners are not told whom a connection serves: the country that its code begins with, as where
/// nothing else was registered.
fn country_of(told: &KnownConnection) -> Option<String> {
    let country = told.code.get(..2).filter(|_| !told.channel)?;
    country.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| country.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_for_the_country_that_its_code_begins_with() {
        let mut told = KnownConnection { code: "NO".into(), ..KnownConnection::default() };
        assert_eq!(country_of(&told).as_deref(), Some("NO"));
        told.code = "N1".into();
        assert_eq!(country_of(&told), None);
        (told.code, told.channel) = ("NOX".into(), true);
        assert_eq!(country_of(&told), None, "copies go to a channel, not a country's mail");
    }
}
