//! What the operator does with the plugins of a running hub.

use phytohub_exchange::admin::{AdminReply, AdminRequest, PluginRequest, PluginView};
use phytohub_plugin_loader::package;
use phytohub_server::admin::AdminCallError;

use crate::cli::AdminArgs;
use crate::commands::admin::{self, AskError};
use crate::config::LoadedConfig;
use crate::output::Table;

/// Has the running hub do it, and shows how the plugins are then.
pub(super) async fn control(args: &AdminArgs, request: PluginRequest) -> Result<(), AskError> {
    let loaded = LoadedConfig::read(&args.config.config_file)?;
    let wish = AdminRequest::Plugin(request.clone());
    let views = match phytohub_server::admin::call(&loaded.socket_dir(), &wish).await {
        Ok(AdminReply::Plugins(views)) => views,
        Ok(_) => return Err(AskError::OtherAnswer),
        // What is configured can be told without a hub; everything else needs one.
        Err(AdminCallError::NotRunning { .. }) if request == PluginRequest::List => {
            configured(&loaded)
        }
        Err(error) => return Err(error.into()),
    };
    let upgraded = match &request {
        PluginRequest::Upgrade { id, version } => {
            let file = loaded.file().display();
            format!(
                "\n\nwrite version = \"{version}\" into [plugin.{id}] of {file}, for the next start"
            )
        }
        _ => String::new(),
    };
    admin::answer(args, &views, |views| table(views) + &upgraded)
}

/// Shows the lines of the host of plugins that runs.
pub(super) async fn lines(args: &AdminArgs) -> Result<(), AskError> {
    let loaded = LoadedConfig::read(&args.config.config_file)?;
    let asked = phytohub_server::admin::call(&loaded.socket_dir(), &AdminRequest::Lines).await;
    let AdminReply::Lines(lines) = asked? else { return Err(AskError::OtherAnswer) };
    admin::answer(args, &lines, |lines| {
        if lines.is_empty() {
            return NO_LINES.to_owned();
        }
        let heads = ["line", "hub", "", "since", "under way", "waiting", "trouble"];
        let mut table = Table::new(&heads);
        for line in lines {
            table.row(&[
                &line.connection,
                &line.hub,
                if line.up { "up" } else { "down" },
                &line.since,
                &line.under_way.to_string(),
                &line.waiting.to_string(),
                &line.trouble,
            ]);
        }
        table.render()
    })
}

/// The plugins of the configuration, each with what the hub would say of its package.
pub(crate) fn configured(loaded: &LoadedConfig) -> Vec<PluginView> {
    let config = loaded.config();
    let (place, trust) = (loaded.resolve(&config.plugins.dir), config.plugins.trust());
    let view = |(id, plugin): (&String, &crate::config::PluginConfig)| {
        let mut view = PluginView {
            id: id.clone(),
            version: plugin.version.clone(),
            state: if plugin.enabled { "installed" } else { "disabled" }.to_owned(),
            grants: plugin.grants.clone(),
            ..PluginView::default()
        };
        let directory = place.join(id).join(&plugin.version);
        match package::verify(&directory, &trust) {
            Ok(package) => {
                view.sha256 = package.hash().to_string();
                view.signer = package.signer().key.to_string();
            }
            Err(error) => {
                "refused".clone_into(&mut view.state);
                view.last_error = crate::failure::told(&error);
            }
        }
        view
    };
    config.plugin.iter().map(view).collect()
}

fn table(views: &[PluginView]) -> String {
    if views.is_empty() {
        return NONE.to_owned();
    }
    let mut table =
        Table::new(&["plugin", "version", "state", "calls", "failed", "behind", "pages"]);
    for view in views {
        table.row(&[
            &view.id,
            &view.version,
            &view.state,
            &view.calls.to_string(),
            &view.failures.to_string(),
            &view.lag.to_string(),
            &view.pages,
        ]);
    }
    let mut text = table.render();
    for view in views {
        for kind in &view.kinds {
            text.push_str(&format!("\n{}: {kind}", view.id));
        }
        if view.stuck > 0 {
            text.push_str(&format!("\n{}: {} threads hang in it", view.id, view.stuck));
        }
        if !view.last_error.is_empty() {
            let error = phytohub_telemetry::Escaped(&view.last_error).to_string();
            text.push_str(&format!("\n{}: {error}", view.id));
        }
    }
    text
}

const NO_LINES: &str = "no lines: the plugins work with the hub of this process";
const NONE: &str = "no plugins: 'phytohub plugin install DIR' puts one where the hub looks for it";
