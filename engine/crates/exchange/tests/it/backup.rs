//! Backups as directories: made while the hub serves, verified, restored.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use phytohub_exchange::admin::AccountRequest;
use phytohub_exchange::backup::{
    self, BackUpPlugins, BackupError, BackupExtra, Manifest, PluginBackup, PluginFiles,
};
use phytohub_exchange::{AdminReply, AdminRequest, Boxed, Hub};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::{EventKind, Metrics};

use super::fixture::{Fixture, OPERATOR};

fn extra(name: &str, text: &str) -> BackupExtra {
    BackupExtra { name: name.into(), text: text.into() }
}

pub(super) async fn create(fixture: &Fixture, directory: &Path) -> (PathBuf, Manifest) {
    let extras = vec![extra("hub.toml", "trial = true\n")];
    let directory = directory.to_str().expect("UTF-8").to_owned();
    let path = PathBuf::from(&directory);
    match fixture
        .admin(AdminRequest::Account(AccountRequest::BackupCreate { directory, extras }))
        .await
    {
        AdminReply::Backup(manifest) => (path.join(&manifest.name), manifest),
        other => panic!("no backup: {other:?}"),
    }
}

pub(super) fn reopened(path: &Path, fixture: &Fixture) -> Hub {
    let mut config = StoreConfig::new(path);
    (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
    let metrics = Arc::new(Metrics::new());
    let opened = Store::open(config, fixture.clock.clone(), metrics.clone());
    let (store, _) = opened.expect("a store opens");
    let limits = (*fixture.hub.limits()).clone();
    Hub::open(store, limits, fixture.clock.clone(), metrics).expect("a hub")
}

/// Where the files of plugins go.
pub(super) fn beside(target: &Path) -> PathBuf {
    target.with_extension("plugins")
}

#[tokio::test]
async fn a_backup_is_for_its_owner_alone_and_holds_what_its_manifest_says() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    fixture.deliver("NO", "LK", "A-1").await;
    let (path, manifest) = create(&fixture, &outside.path().join("backups")).await;
    assert_eq!(manifest.pending, 1);
    let (second, _) = create(&fixture, &outside.path().join("backups")).await;
    assert_ne!(path, second, "made within the same second");
    let listed = backup::list(&outside.path().join("backups")).expect("readable");
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].as_ref().expect("a backup"), &manifest);

    let report = backup::verify(&path).expect("a backup");
    assert!(report.holds, "{report:?}");
    let again = backup::verify(&path).expect("a backup");
    assert_eq!(report, again, "a look changes nothing");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    for directory in [".", "store", "config"] {
        assert_eq!(mode(&path.join(directory)), 0o700, "{directory}");
    }
    for file in manifest.files.iter().map(|file| file.path.as_str()).chain(["manifest.json"]) {
        assert_eq!(mode(&path.join(file)), 0o600, "{file}");
    }
    let last = fixture.store.events(1, 10_000).expect("readable").pop().expect("an event");
    assert_eq!(last.event.kind, EventKind::BackupMade);
}

#[tokio::test]
async fn no_private_key_gets_into_a_backup() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let directory = outside.path().to_str().expect("UTF-8").to_owned();
    let secret = "-----BEGIN PRIVATE KEY-----";
    for extra in [extra("server.key", secret), extra("../x", ""), extra("", ""), extra(".x", "")] {
        let (directory, extras) = (directory.clone(), vec![extra]);
        let request = AdminRequest::Account(AccountRequest::BackupCreate { directory, extras });
        assert!(fixture.hub.admin(&OPERATOR, request).await.is_err());
    }
    assert_eq!(fs::read_dir(outside.path()).expect("readable").count(), 0);
}

#[tokio::test]
async fn damage_is_found_and_never_restored() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    fixture.deliver("NO", "LK", "A-1").await;
    let (path, manifest) = create(&fixture, outside.path()).await;
    let table = manifest.files.iter().find(|file| file.path.ends_with(".sst")).expect("a table");
    let file = path.join(&table.path);
    let whole = fs::read(&file).expect("readable");
    let mut damaged = whole.clone();
    damaged[10] ^= 1;
    // The file is a link to the running store's: only the backup's own may be damaged.
    fs::remove_file(&file).expect("removed");
    fs::write(&file, &damaged).expect("written");
    let target = outside.path().join("restored");
    let refused = backup::restore(&path, (&target, &beside(&target)), &*fixture.clock);
    assert!(matches!(refused, Err(BackupError::Damaged { .. })), "{refused:?}");
    assert!(!target.exists());
    fs::write(&file, &whole).expect("written");
    fs::write(path.join("store/extra"), b"x").expect("written");
    let report = backup::verify(&path).expect("a backup");
    assert_eq!(report.problems, ["store/extra is not in the manifest"]);
    fs::remove_file(path.join("store/extra")).expect("removed");
    fs::remove_file(path.join("config/hub.toml")).expect("removed");
    assert!(!backup::verify(&path).expect("a backup").holds);
}

#[tokio::test]
async fn a_restored_hub_knows_what_came_before_the_point_and_pauses_delivery() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let before = fixture.deliver("NO", "LK", "A-1").await;
    let (path, manifest) = create(&fixture, outside.path()).await;
    let after = fixture.deliver("NO", "LK", "A-2").await;
    let full = outside.path().join("full");
    fs::create_dir(&full).expect("made");
    fs::write(full.join("x"), b"").expect("written");
    let refused = backup::restore(&path, (&full, &beside(&full)), &*fixture.clock);
    assert!(matches!(refused, Err(BackupError::NotEmpty { .. })), "{refused:?}");

    let target = outside.path().join("restored");
    let restored =
        backup::restore(&path, (&target, &beside(&target)), &*fixture.clock).expect("restored");
    assert_eq!(restored.manifest, manifest);
    let hub = reopened(&target, &fixture);
    let show =
        |number: Option<String>| AdminRequest::EnvelopeShow { number: number.expect("a number") };
    let before = show(before.hub_delivery_number);
    assert!(hub.admin(&OPERATOR, before).await.is_ok());
    assert!(hub.admin(&OPERATOR, show(after.hub_delivery_number)).await.is_err());
    let paused = |reply: AdminReply| match reply {
        AdminReply::Health(health) => health.paused,
        other => panic!("no health: {other:?}"),
    };
    let health = AdminRequest::Account(AccountRequest::Health { scrub: true });
    assert!(paused(hub.admin(&OPERATOR, health).await.expect("healthy")));
    let resumed = hub
        .admin(&OPERATOR, AdminRequest::Account(AccountRequest::DeliveryResume))
        .await
        .expect("resumed");
    assert!(!paused(resumed));
    assert!(
        hub.admin(&OPERATOR, AdminRequest::Account(AccountRequest::DeliveryResume)).await.is_err()
    );
    assert!(backup::verify(&path).expect("a backup").holds, "a restore changes no backup");
}

type Snapshot = fn(&Path) -> PluginFiles;

/// Plugins that do with their directory what a test wants of them.
#[derive(Debug)]
struct Plugins(Vec<(&'static str, Snapshot)>);

impl BackUpPlugins for Plugins {
    fn back_up(&self, directory: PathBuf) -> Boxed<Vec<PluginBackup>> {
        let copy = |(id, copy): &(&str, Snapshot)| PluginBackup {
            id: (*id).to_owned(),
            version: "1.0.0".to_owned(),
            files: copy(&directory.join(id)),
        };
        let backups = self.0.iter().map(copy).collect();
        Box::pin(async { backups })
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

#[tokio::test]
async fn files_of_plugins_are_backed_up_and_restored_and_a_failing_plugin_costs_nothing_else() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    fixture.hub.set_plugin_files(Arc::new(Plugins(vec![
        ("fine", |to| {
            write(&to.join("a"), "1");
            write(&to.join("deep/er/b"), "2");
            PluginFiles::Snapshot
        }),
        ("half", |to| {
            write(&to.join("half"), "of it");
            PluginFiles::Failed("it gave up".into())
        }),
        ("linked", |to| {
            write(&to.join("file"), "");
            std::os::unix::fs::symlink("/etc/hostname", to.join("link")).expect("linked");
            PluginFiles::Snapshot
        }),
        ("runs", |_| PluginFiles::NotOffered),
        ("bare", |_| PluginFiles::Nothing),
    ])));
    let (path, manifest) = create(&fixture, &outside.path().join("backups")).await;
    let held: Vec<_> = manifest.plugins.iter().map(|plugin| plugin.files.is_held()).collect();
    assert_eq!(held, [true, false, false, false, false], "{manifest:?}");
    let told = manifest.plugins[2].files.to_string();
    assert!(told.contains("neither a file nor a directory") && told.contains("link"), "{told}");
    let lacking: Vec<_> = manifest.without_files().map(|plugin| plugin.id.as_str()).collect();
    assert_eq!(lacking, ["half", "linked", "runs"]);
    let paths = manifest.files.iter().map(|file| file.path.as_str());
    let paths: Vec<_> = paths.filter(|path| path.starts_with("plugins/")).collect();
    assert_eq!(paths, ["plugins/fine/a", "plugins/fine/deep/er/b"]);
    let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(path.join("plugins/fine/deep")), 0o700);
    assert_eq!(mode(path.join("plugins/fine/a")), 0o600);
    let left = fs::read_dir(outside.path().join("backups")).expect("readable").count();
    assert_eq!(left, 1, "nothing else remains");
    let last = fixture.store.events(1, 10_000).expect("readable").pop().expect("an event");
    assert!(last.event.detail.contains("without the files of linked"), "{}", last.event.detail);

    fs::write(path.join("plugins/fine/a"), "3").expect("damaged");
    let report = backup::verify(&path).expect("a backup");
    assert_eq!(report.problems, ["plugins/fine/a was changed"]);
    fs::write(path.join("plugins/fine/a"), "1").expect("mended");

    let (target, plugins) = (outside.path().join("new/data"), outside.path().join("new/plugins"));
    write(&plugins.join("fine/own"), "in use");
    let refused = backup::restore(&path, (&target, &plugins), &*fixture.clock);
    assert!(matches!(refused, Err(BackupError::NotEmpty { .. })), "{refused:?}");
    assert!(!target.exists(), "no store without its plugins' files");
    fs::remove_dir_all(&plugins).expect("removed");
    let root = fs::metadata(outside.path()).expect("there").uid() == 0;
    if root {
        std::os::unix::fs::chown(outside.path().join("new"), Some(4711), Some(4712))
            .expect("given");
    }
    let restored = backup::restore(&path, (&target, &plugins), &*fixture.clock).expect("restored");
    assert_eq!((restored.manifest, restored.plugins), (manifest, Some(plugins.clone())));
    for (file, text) in [("fine/a", "1"), ("fine/deep/er/b", "2")] {
        assert_eq!(fs::read_to_string(plugins.join(file)).expect("there"), text);
        assert_eq!(mode(plugins.join(file)), 0o600);
    }
    assert_eq!(fs::read_dir(&plugins).expect("readable").count(), 1);
    let owner = |path: &Path| {
        let known = fs::metadata(path).expect("there");
        (known.uid(), known.gid())
    };
    for path in [&target, &target.join("CURRENT"), &plugins, &plugins.join("fine/deep/er/b")] {
        assert!(!root || owner(path) == (4711, 4712), "{}", path.display());
    }
    assert_eq!(fs::read_dir(outside.path().join("new")).expect("readable").count(), 2);
}
