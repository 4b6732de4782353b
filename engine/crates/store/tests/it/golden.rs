//! A store of every release opens, and holds what it held.
//!
//! `tests/golden/VERSION` is the directory of a store that VERSION wrote, with `expected.txt`: a
//! line for each envelope, with its number, its state and the length of its content. With
//! `PHYTOHUB_WRITE_GOLDEN=VERSION` in the environment the test writes one instead.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use phytohub_domain::HubDeliveryNumber;

use super::fixture::{accept, change, content, open, received, with_connections};

#[tokio::test]
async fn a_store_of_every_release_opens() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    if let Ok(version) = std::env::var("PHYTOHUB_WRITE_GOLDEN") {
        write(&golden.join(version)).await;
    }
    let releases = std::fs::read_dir(&golden).expect("golden stores");
    let releases: Vec<PathBuf> =
        releases.map(|entry| entry.expect("an entry").path()).filter(|p| p.is_dir()).collect();
    assert!(!releases.is_empty());
    for release in releases {
        let directory = tempfile::tempdir().expect("a directory");
        copy(&release, directory.path());
        let (store, report) = open(directory.path());
        assert!(!report.created, "{}", release.display());
        let expected = std::fs::read_to_string(release.join("expected.txt")).expect("a list");
        for line in expected.lines() {
            let mut words = line.split(' ');
            let number: HubDeliveryNumber =
                words.next().and_then(|word| word.parse().ok()).expect("a number");
            let (_, state) = store.envelope(number).expect("readable").expect("there");
            assert_eq!(Some(state.info.as_str()), words.next(), "{line}");
            let length = content(&store, number).len().to_string();
            assert_eq!(Some(length.as_str()), words.next(), "{line}");
        }
        assert_eq!(store.broken_chain().expect("readable"), None);
        assert_eq!(store.connections().len(), 2);
    }
}

/// Written in two sittings, so that there are tables beside the log.
async fn write(release: &Path) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let large = vec![b'<'; (1 << 20) + 5];
    let mut numbers = vec![
        accept(&store, "G-1", b"waiting since the first sitting").await.number,
        accept(&store, "G-2", &large).await.number,
        accept(&store, "G-3", b"acknowledged in the first sitting").await.number,
    ];
    change(&store, numbers[2], received()).await.expect("committed");
    drop(store);
    let (store, _) = open(directory.path());
    numbers.push(accept(&store, "G-4", b"waiting since the second sitting").await.number);
    change(&store, numbers[1], received()).await.expect("committed");
    let mut expected = String::new();
    for number in numbers {
        let (envelope, state) = store.envelope(number).expect("readable").expect("there");
        let line = writeln!(expected, "{number} {} {}", state.info, envelope.content_bytes);
        line.expect("memory to write to");
    }
    drop(store);
    std::fs::create_dir_all(release).expect("a directory");
    copy(directory.path(), release);
    std::fs::write(release.join("expected.txt"), expected).expect("writable");
}

/// Copies a store without its diagnostics, which tell of the machine that wrote it.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if !name.starts_with("LOG") && !name.starts_with("OPTIONS") && name != "LOCK" {
            std::fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}
