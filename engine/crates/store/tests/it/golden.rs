//! A store of every release opens, and holds what it held.
//!
//! `tests/golden/VERSION` is the directory of a store that VERSION wrote, with `expected.txt`: a
//! line for each envelope, with its number, its state and the length of its content. With
//! `PHYTOHUB_WRITE_GOLDEN=VERSION` in the environment the test writes one instead.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use phytohub_domain::{
    ChannelRule, Connection, Consent, Direction, Fingerprint, HubDeliveryNumber, MaintenanceWindow,
    RuleType, ServerTrust, SigningCertificate, Timestamp,
};
use phytohub_store::Replay;

use super::fixture::{LK, NO, accept, change, content, open, received, with_connections};
use super::segment::head;
use super::world::{CH, DAY, EU, connection, copied, operator, pushed};

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
        assert_eq!(store.connections().len(), 4);
        let told = store.connections().iter().find(|connection| connection.id == NO);
        assert_eq!(told, Some(&told_of_states()));
        assert_eq!(store.rules(), [standing_order()]);
        let segments = store.segments().expect("readable");
        assert_eq!(segments.iter().map(|segment| segment.index).collect::<Vec<_>>(), [1]);
        let updates = store.updates(NO, 0, 9).expect("readable");
        assert_eq!(updates.len(), 2, "that of the one that was copied, and another");
        let (copied, _) =
            store.envelope(updates[0].envelope.number).expect("readable").expect("there");
        let (_, copy) = copied.forwardings.first().expect("a copy");
        let (copy, _) = store.envelope(*copy).expect("readable").expect("there");
        assert_eq!((copy.copy_of, copy.mailbox_id), (Some(copied.number), Some(CH)));
        assert!(store.next_due().borrow().is_some(), "contents are to be dropped");
    }
}

fn told_of_states() -> Connection {
    let mut told = pushed(NO);
    if let Some(push) = &mut told.push {
        push.tracking_updates = true;
        push.trust = ServerTrust::Key(Fingerprint([7; 32]));
    }
    let (from, until) = (Timestamp::from_millis(5), Timestamp::from_millis(6));
    told.maintenance = vec![MaintenanceWindow { from, until, reason: "upgrade".into() }];
    told.signing = Some(SigningCertificate { dn: "CN=NO".into(), der: vec![1, 2, 3] });
    told.fair_use.requests_per_minute = Some(60);
    told
}

fn standing_order() -> ChannelRule {
    let at = Timestamp::from_millis(7);
    let consent = Consent { by: "owner".into(), at, reference: "letter 1".into() };
    ChannelRule::new(1, (LK, EU), (RuleType::Delegate, Direction::Inc), consent, at)
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
    for connection in [told_of_states(), connection(CH), connection(EU)] {
        store.put_connection(connection, Vec::new()).await.expect("committed");
    }
    store.put_rule(standing_order(), Vec::new()).await.expect("committed");
    let mut new = copied("G-0", b"with a copy");
    new.replay = Some(Replay { hash: [9; 32], window: DAY });
    let number = store.accept(new).await.expect("committed").number;
    change(&store, number, received()).await.expect("committed");
    numbers.push(number);
    store.put_segment(head(&store, 1, 1, [0; 32]), operator()).await.expect("committed");
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
