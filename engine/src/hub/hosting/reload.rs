//! Following a configuration that changed, without a restart.

use std::sync::PoisonError;

use phytohub_telemetry::{Actor, Event, EventKind};

use super::{HostedPlugins, said};
use crate::config::{HubConfig, LoadedConfig};
use crate::failure::told;
use crate::hub::ReloadError;
use crate::plugins;
use crate::remote::Lines;

/// What became of a configuration that was read anew.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reloaded {
    /// Sections that are followed now and were not before.
    pub followed: Vec<String>,
    /// Sections that changed, and that it takes a restart to follow.
    pub left: Vec<String>,
    /// Plugins that stay as they were, and why.
    pub refused: Vec<(String, String)>,
}

impl HostedPlugins {
    /// Reads limits, the certificates shown to the hub, where it is and the sections of plugins anew,
    /// and follows what changed. Plugins of other sections, and lines that did not change, go on.
    ///
    /// # Errors
    /// When the file or a certificate is bad: everything stays as it was.
    pub async fn reload(&self, loaded: &LoadedConfig) -> Result<Reloaded, ReloadError> {
        let fresh = LoadedConfig::read(loaded.file())?;
        let address = match &self.address {
            Some(address) => address.clone(),
            None => said(&fresh)?,
        };
        let lines = Lines::read(&fresh, &address)?;
        let before = self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut done = Reloaded { left: others(&before, fresh.config()), ..Reloaded::default() };
        self.own.set_limits(fresh.limits());
        if before.limits != fresh.config().limits {
            done.followed.push("[limits]".into());
        }
        let (changed, left) = self.remote.take(lines, self.clock);
        let section = |code: String| format!("[remote_hub.connection.{code}]");
        done.followed.extend(changed.into_iter().map(section));
        done.left.extend(left.into_iter().map(section));
        let mut now = fresh.config().clone();
        for (id, section) in &fresh.config().plugin {
            match before.plugin.get(id) {
                Some(known) if known == section => {}
                None => done.left.push(format!("[plugin.{id}]")),
                Some(known) => match self.follow(&fresh, id).await {
                    Ok(()) => done.followed.push(format!("[plugin.{id}]")),
                    Err(why) => {
                        // The same is tried again with the next signal.
                        now.plugin.insert(id.clone(), known.clone());
                        done.refused.push((id.clone(), why));
                    }
                },
            }
        }
        let gone = before.plugin.keys().filter(|id| !now.plugin.contains_key(*id));
        done.left.extend(gone.map(|id| format!("[plugin.{id}]")));
        *self.followed.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.own.record(Event::new(EventKind::ConfigurationReloaded, Actor::hub()));
        Ok(done)
    }

    async fn follow(&self, fresh: &LoadedConfig, id: &str) -> Result<(), String> {
        let Some(section) = fresh.config().plugin.get(id) else { return Ok(()) };
        let settings = plugins::settings(fresh, id, section).map_err(|error| told(&error))?;
        self.plugins.apply(settings).await.map_err(|error| told(&error))
    }
}

/// Sections that differ and are read at the start alone.
fn others(before: &HubConfig, now: &HubConfig) -> Vec<String> {
    let differs = [
        (before.store != now.store, "[store]"),
        (before.admin != now.admin, "[admin]"),
        (before.web != now.web, "[web]"),
        (before.audit != now.audit, "[audit]"),
        (before.retention != now.retention, "[retention]"),
        (before.plugins != now.plugins, "[plugins]"),
        (before.drain_seconds != now.drain_seconds, "drain_seconds"),
    ];
    differs.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_that_wait_for_a_restart_are_named() {
        let (before, mut now) = (HubConfig::default(), HubConfig::default());
        assert_eq!(others(&before, &now), Vec::<String>::new());
        now.limits.sockets += 1;
        assert_eq!(others(&before, &now), Vec::<String>::new(), "limits are followed at once");
        (now.store.path, now.web.enabled) = ("elsewhere".into(), true);
        assert_eq!(others(&before, &now), ["[store]", "[web]"]);
    }
}
