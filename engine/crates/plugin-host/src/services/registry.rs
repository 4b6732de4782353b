//! `hub.registry/1`: connections of the plugin's own.

use phytohub_domain::ConnectionCode;
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
    let world = &services.world;
    let connection = answer::connection(connection);
    // Only for this one question: another's connection stays another's if it is refused.
    let acting = with(&services.actor(), &code);
    world.wait(world.post.register(&acting, connection)).map_err(refusal)?;
    services.actor.rcu(|actor| with(actor, &code));
    Ok(())
}

/// The plugin, allowed to act as one connection more.
fn with(actor: &PluginActor, code: &ConnectionCode) -> PluginActor {
    let mut actor = actor.clone();
    if !actor.act_as.contains(code) {
        actor.act_as = actor.act_as.iter().chain([code]).cloned().collect();
    }
    actor
}
