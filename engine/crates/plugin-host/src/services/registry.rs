//! `hub.registry/1`: connections of the plugin's own.

use phytohub_exchange::plugin::PluginActor;
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, ConnectionView};

use super::Services;
use super::answer::{self, refusal, refused};

/// Registers a connection whose code was granted for that; the plugin may act as it from then on.
pub(super) fn register(services: &Services, connection: &ConnectionView<'_>) -> Answer {
    let mut codes = services.settings.registers.iter();
    let code = codes.find(|own| own.as_str() == connection.code).cloned();
    let denied = || refused(api::HUB_DENIED, "the plugin may not register this code");
    let code = code.ok_or_else(denied)?;
    let (world, actor) = (&services.world, services.actor());
    let connection = answer::connection(connection);
    let done = world.hub.plugin_register_connection(&actor, connection);
    world.wait(done).map_err(refusal)?;
    services.actor.rcu(|actor| {
        let mut actor = PluginActor::clone(actor);
        if !actor.act_as.contains(&code) {
            let own = std::iter::once(code.clone());
            actor.act_as = actor.act_as.iter().cloned().chain(own).collect();
        }
        actor
    });
    Ok(())
}
