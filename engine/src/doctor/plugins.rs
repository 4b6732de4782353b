//! Plugins that do not do what the configuration wants of them.

use phytohub_exchange::admin::{AdminReply, AdminRequest, PluginRequest, PluginView};
use phytohub_plugin_host::data_bytes_used;

use super::Findings;
use crate::commands::admin::Desk;
use crate::commands::plugin;
use crate::config::LoadedConfig;

pub(super) async fn examine(findings: &mut Findings, desk: &mut Desk, loaded: &LoadedConfig) {
    if loaded.config().plugin.is_empty() {
        return;
    }
    // Without a running hub, the packages at least can be looked at.
    let views = match desk.ask(AdminRequest::Plugin(PluginRequest::List)).await {
        Ok(AdminReply::Plugins(views)) => views,
        _ => plugin::configured(loaded),
    };
    views.iter().for_each(|view| plugin(findings, view));
    files(findings, loaded);
}

/// Nobody stops a plugin that fills its directory: that it is over what was allowed is told here.
fn files(findings: &mut Findings, loaded: &LoadedConfig) {
    let data = loaded.resolve(&loaded.config().plugins.data);
    for (id, said) in &loaded.config().plugin {
        let directory = data.join(id);
        let place = directory.display().to_string();
        match data_bytes_used(&directory) {
            Ok(used) if used > said.data_bytes => {
                let what = format!("{used} bytes of files, allowed are {}", said.data_bytes);
                let remedy = "let it remove some, or raise data_bytes of its section";
                findings.warn("plugins", what, place, remedy);
            }
            Ok(_) => {}
            Err(error) => {
                let what = format!("its files cannot be counted: {error}");
                findings.warn("plugins", what, place, "mend its permissions");
            }
        }
    }
}

fn plugin(findings: &mut Findings, view: &PluginView) {
    let place = format!("[plugin.{}]", view.id);
    let what = match view.last_error.as_str() {
        "" => view.state.clone(),
        error => format!("{}: {error}", view.state),
    };
    match view.state.split(' ').next().unwrap_or_default() {
        "started" if view.stuck > 0 => {
            let what = format!("{} of its threads hang", view.stuck);
            findings.warn("plugins", what, place, "restart the hub when it suits; tell its author");
        }
        "started" if !view.unwell.is_empty() => {
            let what = format!("it is not well: {}", view.unwell);
            findings.warn("plugins", what, place, "read the log; its documentation may say more");
        }
        "started" if view.lag > 0 => {
            let what = format!("{}, {} events behind", view.state, view.lag);
            findings.fine("plugins", what, place);
        }
        "started" | "installed" => findings.fine("plugins", view.state.clone(), place),
        "disabled" | "retired" => {
            findings.warn("plugins", what, place, "what it alone may judge waits meanwhile");
        }
        "quarantined" => {
            let remedy = "read the log, tell its author; 'phytohub plugin quarantine ID --release' \
                          asks it again";
            findings.act("plugins", what, place, remedy);
        }
        _ => findings.act("plugins", what, place, "mend what it says, and restart the hub"),
    }
}
