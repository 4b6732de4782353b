//! Copies of plugins' files, for the hub's backups.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use phytohub_domain::with_causes;
use phytohub_exchange::Boxed;
use phytohub_exchange::backup::{BackUpPlugins, PluginBackup, PluginFiles, copy_files_of};

use super::PluginHost;
use crate::generation::Generation;
use crate::hook::Hook;
use crate::plugin::Plugin;

impl BackUpPlugins for PluginHost {
    fn back_up(&self, directory: PathBuf) -> Boxed<Vec<PluginBackup>> {
        let host = self.clone();
        Box::pin(async move {
            let mut backups = Vec::new();
            for plugin in host.plugins() {
                let files = copy(plugin, directory.join(&*plugin.id)).await;
                let version = plugin.settings.load().version.clone();
                backups.push(PluginBackup { id: plugin.id.to_string(), version, files });
            }
            backups
        })
    }
}

async fn copy(plugin: &Arc<Plugin>, to: PathBuf) -> PluginFiles {
    let own = plugin.world.data.join(&*plugin.id);
    let current = {
        // Nothing comes into service while its files are copied as they lie.
        let _control = plugin.control.lock().await;
        match plugin.current() {
            Some(current) => current,
            None => {
                let copied = tokio::task::spawn_blocking(move || copy_files_of(&own, &to)).await;
                return copied.unwrap_or_else(|error| PluginFiles::Failed(error.to_string()));
            }
        }
    };
    if current.offers.snapshot {
        return call(plugin, &current, to).await;
    }
    if has_files(&own) { PluginFiles::NotOffered } else { PluginFiles::Nothing }
}

async fn call(plugin: &Arc<Plugin>, current: &Generation, to: PathBuf) -> PluginFiles {
    if let Err(error) = fs::DirBuilder::new().mode(0o700).create(&to) {
        return PluginFiles::Failed(with_causes(&error));
    }
    let time = current.settings.deadlines.snapshot;
    let work =
        plugin.call(Hook::Snapshot, time, move |inside, call| inside.hooks.snapshot(call, &to));
    match work.await {
        Ok(()) => PluginFiles::Snapshot,
        Err(error) => PluginFiles::Failed(with_causes(&error)),
    }
}

/// What cannot be looked at counts as files: nobody is told that there are none.
fn has_files(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}
