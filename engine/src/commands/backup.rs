//! `phytohub backup`: copies of the store, made while it serves and brought back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use phytohub_exchange::admin::{AccountRequest, AdminReply, AdminRequest};
use phytohub_exchange::backup::{
    self, BackupExtra, BackupReport, Manifest, PluginBackup, PluginFiles, Restored,
};
use phytohub_server::SystemClock;
use serde::Serialize;
use thiserror::Error;

use super::admin::{self, AskError};
use super::audit::absolute;
use crate::cli::{AdminArgs, BackupArgs, BackupCommand};
use crate::config::{ConfigError, LoadedConfig};
use crate::output::Table;

/// Does what was said about backups.
///
/// # Errors
/// When a backup cannot be made, does not hold, or cannot be restored.
pub async fn run(args: &BackupArgs) -> Result<(), BackupError> {
    match &args.command {
        BackupCommand::Create { directory } => create(&args.admin, directory).await,
        BackupCommand::List { directory } => list(&args.admin, directory),
        BackupCommand::Verify { backup } => {
            let report = backup::verify(backup)?;
            admin::answer(&args.admin, &report, verified)?;
            if report.holds { Ok(()) } else { Err(BackupError::Broken) }
        }
        BackupCommand::Restore { backup, to, plugins } => {
            let plugins = plugins.clone().unwrap_or_else(|| plugin_data(&args.admin, to));
            let Restored { manifest, plugins, .. } =
                backup::restore(backup, (to, &plugins), &SystemClock::new())?;
            Ok(admin::answer(&args.admin, &manifest, |manifest| {
                restored(manifest, to, plugins.as_deref())
            })?)
        }
    }
}

async fn create(args: &AdminArgs, directory: &Path) -> Result<(), BackupError> {
    let loaded = LoadedConfig::read(&args.config.config_file)?;
    let request = AdminRequest::Account(AccountRequest::BackupCreate {
        directory: absolute(directory)?,
        extras: extras(&loaded)?,
    });
    match admin::ask(args, request).await? {
        AdminReply::Backup(manifest) => {
            admin::answer(args, &manifest, |manifest| made(manifest, directory))?;
            let failed = |one: &&PluginBackup| matches!(one.files, PluginFiles::Failed(_));
            let lacks: Vec<_> =
                manifest.plugins.iter().filter(failed).map(|one| one.id.as_str()).collect();
            if lacks.is_empty() {
                Ok(())
            } else {
                Err(BackupError::Incomplete { name: manifest.name, plugins: lacks.join(", ") })
            }
        }
        _ => Err(AskError::OtherAnswer.into()),
    }
}

/// Where the files of plugins go: where the hub will look for them, if its store goes there too;
/// else beside the store, so that a rehearsal touches nothing that is in use.
fn plugin_data(args: &AdminArgs, to: &Path) -> PathBuf {
    let beside = || {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".plugins");
        to.with_file_name(name)
    };
    let Ok(loaded) = LoadedConfig::read(&args.config.config_file) else { return beside() };
    let store = loaded.resolve(&loaded.config().store.path);
    let same = std::path::absolute(to).is_ok_and(|to| {
        std::path::absolute(&store).is_ok_and(|store| to.components().eq(store.components()))
    });
    if same { loaded.resolve(&loaded.config().plugins.data) } else { beside() }
}

/// The configuration, and what is public of the keys and certificates beside it.
fn extras(loaded: &LoadedConfig) -> Result<Vec<BackupExtra>, BackupError> {
    let mut extras =
        vec![BackupExtra { name: "hub.toml".to_owned(), text: fs::read_to_string(loaded.file())? }];
    let certificate = loaded.resolve(&loaded.config().https.certificate);
    let Some(directory) = certificate.parent() else { return Ok(extras) };
    let mut paths: Vec<_> = fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let public = path.extension().is_some_and(|kind| kind == "pem" || kind == "pub");
        let (Some(name), true) = (path.file_name().and_then(|name| name.to_str()), public) else {
            continue;
        };
        // A key that somebody keeps in a .pem file stays where it is.
        let text = fs::read_to_string(&path).unwrap_or_default();
        if !text.is_empty() && !text.contains("PRIVATE KEY") {
            extras.push(BackupExtra { name: name.to_owned(), text });
        }
    }
    Ok(extras)
}

/// A backup in a list: what it holds, or why it cannot be read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Listed {
    Backup(Box<Manifest>),
    Unreadable(String),
}

fn list(args: &AdminArgs, directory: &Path) -> Result<(), BackupError> {
    let found: Vec<_> = backup::list(directory)?
        .into_iter()
        .map(|found| match found {
            Ok(manifest) => Listed::Backup(Box::new(manifest)),
            Err(error) => Listed::Unreadable(error.to_string()),
        })
        .collect();
    Ok(admin::answer(args, &found, |found| {
        let mut table = Table::new(&["backup", "hub", "events up to", "pending", "bytes"]);
        for one in found {
            match one {
                Listed::Backup(manifest) => table.row(&[
                    &manifest.name,
                    &manifest.hub,
                    &manifest.point.event.to_string(),
                    &manifest.pending.to_string(),
                    &manifest.bytes().to_string(),
                ]),
                Listed::Unreadable(why) => table.row(&["unreadable", why]),
            }
        }
        table.render()
    })?)
}

fn made(manifest: &Manifest, directory: &Path) -> String {
    let mut table = Table::new(&["backup", &directory.join(&manifest.name).to_string_lossy()]);
    point(&mut table, manifest);
    table.row(&["files", &format!("{}, {} bytes", manifest.files.len(), manifest.bytes())]);
    plugin_files(&mut table, manifest);
    table.row(&["not in it", "private keys: keep those apart"]);
    table.render()
}

fn plugin_files(table: &mut Table, manifest: &Manifest) {
    for plugin in &manifest.plugins {
        let prefix = format!("plugins/{}/", plugin.id);
        let files = manifest.files.iter().filter(|file| file.path.starts_with(&prefix)).count();
        let count =
            if plugin.files.is_held() { format!(", files: {files}") } else { String::new() };
        table.row(&["files of", &format!("{}: {}{count}", plugin.id, plugin.files)]);
    }
}

fn verified(report: &BackupReport) -> String {
    let holds = if report.holds { "can be restored" } else { "IS DAMAGED" };
    let mut table = Table::new(&[&report.manifest.name, holds]);
    for problem in &report.problems {
        table.row(&["problem", problem]);
    }
    point(&mut table, &report.manifest);
    plugin_files(&mut table, &report.manifest);
    table.render()
}

fn restored(manifest: &Manifest, to: &Path, plugins: Option<&Path>) -> String {
    let mut table = Table::new(&["restored", &to.to_string_lossy()]);
    point(&mut table, manifest);
    if let Some(plugins) = plugins {
        table.row(&["plugins", &format!("their files are in {}/ID", plugins.display())]);
    }
    plugin_files(&mut table, manifest);
    let time = &manifest.point.high_water;
    let unknown = [
        format!("what was accepted after {time}: its numbers are answered EnvelopeNotExists,"),
        "  so that its senders send it again".to_owned(),
        format!("what was acknowledged after {time}: it is offered to its recipients again"),
        format!("what the operator changed after {time}: connections, certificates, decisions"),
    ];
    for line in &unknown {
        table.row(&["unknown", line]);
    }
    table.row(&["paused", "push and callbacks, until 'phytohub restore resume'"]);
    table.row(&["keys", "private keys are not in a backup: put them where hub.toml says"]);
    table.render()
}

fn point(table: &mut Table, manifest: &Manifest) {
    let point = &manifest.point;
    table.row(&["made", &manifest.made]);
    table.row(&["holds", &format!("events up to {}, of {}", point.event, point.high_water)]);
    table.row(&["last event", &point.event_hash]);
    table.row(&["pending", &manifest.pending.to_string()]);
}

/// Why a backup was not made, does not hold, or was not restored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The hub refused or could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// It is damaged; the answer has told how.
    #[error("the backup is damaged")]
    Broken,
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It was made, and lacks files that plugins should have copied; the answer has told why.
    #[error("the backup {name} was made and holds, but lacks the files of {plugins}")]
    Incomplete {
        /// Its name.
        name: String,
        /// Their ids.
        plugins: String,
    },
    /// A file beside the store.
    #[error("cannot read the configuration's files")]
    File(#[from] io::Error),
    /// The backup itself.
    #[error(transparent)]
    Backup(#[from] backup::BackupError),
}
