//! What plugins keep: all or nothing, counted, and there again after a crash.

use phytohub_domain::TrackingInfo;
use phytohub_store::{
    CommitError, Disposition, KvAction, KvExpectation, KvOperation, NewEnvelope, PluginId,
    PluginWrite, PluginWritten, Store, Submission,
};

use super::fixture::{NO, config, envelope, open, received, with_connections};
use super::world::{CH, DAY, World, copied, retention};

const ROOM: u64 = 1000;

fn put(key: &str, value: &str) -> KvOperation {
    let (key, action) = (key.into(), KvAction::Put(value.into()));
    KvOperation { key, action, expects: KvExpectation::Anything }
}

fn operations(operations: Vec<KvOperation>) -> PluginWrite {
    PluginWrite { operations, cursor: None, bytes_max: ROOM }
}

async fn write(store: &Store, plugin: PluginId, write: PluginWrite) -> PluginWritten {
    store.plugin_write(plugin, write).await.expect("committed")
}

fn get(store: &Store, plugin: PluginId, key: &str) -> Option<String> {
    let mut value = None;
    let mut out = |bytes: &[u8]| value = Some(String::from_utf8_lossy(bytes).into_owned());
    let found = store.plugin_get(plugin, key.as_bytes(), &mut out).expect("readable");
    assert_eq!(found, value.is_some());
    value
}

#[tokio::test]
async fn keys_and_cursor_are_written_together_or_not_at_all() {
    let mut world = World::new(retention()).await;
    let plugin = world.store().plugin_id("nc").await.expect("committed");
    let mut both = operations(vec![put("a", "1"), put("b", "2")]);
    both.cursor = Some(7);
    let done = PluginWritten::Done { used: 4 };
    assert_eq!(write(world.store(), plugin, both).await, done);
    world.crash();
    let store = world.store();
    assert_eq!(store.plugin_id("nc").await.expect("committed"), plugin);
    let meta = store.plugin_meta(plugin);
    assert_eq!((meta.cursor, meta.used), (7, 4));
    assert_eq!(get(store, plugin, "b").as_deref(), Some("2"));

    let mut refused = operations(vec![put("a", "3"), put("b", "4")]);
    refused.cursor = Some(9);
    refused.operations[1].expects = KvExpectation::Value(b"other".to_vec());
    assert_eq!(write(store, plugin, refused).await, PluginWritten::Conflict(1));
    assert_eq!(
        (get(store, plugin, "a").as_deref(), store.plugin_meta(plugin).cursor),
        (Some("1"), 7)
    );
    let back = PluginWrite { cursor: Some(3), bytes_max: ROOM, ..PluginWrite::default() };
    write(store, plugin, back).await;
    assert_eq!(store.plugin_meta(plugin).cursor, 7, "a cursor never goes back");
}

#[tokio::test]
async fn writes_in_flight_see_each_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let plugin = store.plugin_id("nc").await.expect("committed");
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..50 {
        let store = store.clone();
        claims.spawn(async move {
            let mut claim = put("claim", &number.to_string());
            claim.expects = KvExpectation::Nothing;
            let once = put(&format!("own-{number:02}"), "x");
            write(&store, plugin, operations(vec![claim, once])).await
        });
    }
    let outcomes = claims.join_all().await;
    let won = outcomes.iter().filter(|outcome| matches!(outcome, PluginWritten::Done { .. }));
    assert_eq!(won.count(), 1);
    let rows = store.plugin_scan(plugin, (b"own-", b""), 99, 1 << 20).expect("readable");
    assert_eq!(rows.len(), 1, "the others wrote nothing");
    let bytes: usize = rows.iter().map(|(key, value)| key.len() + value.len()).sum();
    let claim = "claim".len() + get(&store, plugin, "claim").expect("there").len();
    assert_eq!(store.plugin_meta(plugin).used, (bytes + claim) as u64);
}

#[tokio::test]
async fn a_plugin_has_its_own_space_and_no_more_than_it_may() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let (one, two) = (
        store.plugin_id("one").await.expect("committed"),
        store.plugin_id("two").await.expect("committed"),
    );
    assert_ne!(one, two);
    write(&store, one, operations(vec![put("k", "of one")])).await;
    assert_eq!(get(&store, two, "k"), None);
    assert!(store.plugin_scan(two, (b"", b""), 9, 99).expect("readable").is_empty());

    let large = operations(vec![put("large", &"x".repeat(1000))]);
    assert_eq!(write(&store, one, large).await, PluginWritten::TooMuch { would_be: 1012 });
    let fits = operations(vec![put("large", &"x".repeat(900))]);
    assert_eq!(write(&store, one, fits).await, PluginWritten::Done { used: 912 });
    let delete = KvOperation { key: b"large".to_vec(), action: KvAction::Delete, ..put("", "") };
    let mut shrunk = operations(vec![delete]);
    shrunk.bytes_max = 1;
    assert_eq!(write(&store, one, shrunk).await, PluginWritten::Done { used: 7 });
}

#[tokio::test]
async fn a_scan_goes_on_behind_a_key_and_stays_under_its_prefix() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let plugin = store.plugin_id("nc").await.expect("committed");
    let keys = ["a/1", "a/2", "a/20", "a/3", "b/1"];
    write(&store, plugin, operations(keys.map(|key| put(key, "v")).into())).await;
    let scan = |prefix: &str, after: &str, limit| {
        let range = (prefix.as_bytes(), after.as_bytes());
        let rows = store.plugin_scan(plugin, range, limit, 1 << 20).expect("readable");
        rows.into_iter()
            .map(|(key, _)| String::from_utf8_lossy(&key).into_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(scan("a/", "", 9), keys[..4]);
    assert_eq!(scan("a/", "a/2", 2), ["a/20", "a/3"]);
    assert_eq!(scan("", "a/3", 9), ["b/1"]);
    assert_eq!(scan("a/", "b", 9), [""; 0]);
    let few = store.plugin_scan(plugin, (b"", b""), 9, 1).expect("readable");
    assert_eq!(few.len(), 1, "one at least, however large");
}

fn submitted(plugin: PluginId, key: &str, hash: u8) -> NewEnvelope {
    let mut new = envelope("A-1", b"a notice");
    new.submission = Some(Submission { plugin, key: key.into(), hash: [hash; 32] });
    new
}

#[tokio::test]
async fn a_key_submits_once_across_crashes() {
    let mut world = World::new(retention()).await;
    let plugin = world.store().plugin_id("nc").await.expect("committed");
    let first = world.accept(submitted(plugin, "k", 1)).await;
    assert_eq!(first.repeated, None);
    world.crash();
    let again = world.accept(submitted(plugin, "k", 1)).await;
    assert_eq!((again.number, again.at), (first.number, first.at));
    assert_eq!(again.repeated.expect("repeated").info, TrackingInfo::PendingDelivery);
    let other = world.store().accept(submitted(plugin, "k", 2)).await;
    assert!(matches!(other, Err(CommitError::KeyUsed)), "{other:?}");
    let kept = world.store().plugin_submission(plugin, b"k").expect("readable");
    assert_eq!(kept, Some((first.number, [1; 32])));

    let mut refused = submitted(plugin, "r", 3);
    refused.disposition = Disposition::Reject("To: nobody".into());
    let refused_first = world.accept(refused.clone()).await;
    world.crash();
    assert_eq!(world.accept(refused).await.number, refused_first.number);
}

#[tokio::test]
async fn twins_in_flight_with_one_key_are_one_envelope_whatever_their_size() {
    for bytes in [10, (1 << 20) + 1] {
        let directory = tempfile::tempdir().expect("a directory");
        let store = with_connections(directory.path()).await;
        let plugin = store.plugin_id("nc").await.expect("committed");
        let mut submits = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            submits.spawn(async move {
                let mut new = envelope("A-1", &vec![b'x'; bytes]);
                let submission = Submission { plugin, key: b"k".to_vec(), hash: [1; 32] };
                new.submission = Some(submission);
                store.accept(new).await.expect("accepted")
            });
        }
        let accepted = submits.join_all().await;
        assert_eq!(accepted.iter().filter(|one| one.repeated.is_none()).count(), 1);
        assert!(accepted.iter().all(|one| one.number == accepted[0].number));
    }
}

#[tokio::test]
async fn a_key_is_kept_as_long_as_its_envelope_and_no_longer() {
    let mut world = World::new(retention()).await;
    let plugin = world.store().plugin_id("nc").await.expect("committed");
    let number = world.accept(submitted(plugin, "k", 1)).await.number;
    world.clock.pass(100 * DAY);
    world.run_due().await;
    assert!(world.store().plugin_submission(plugin, b"k").expect("readable").is_some());
    let (stored, _) = world.store().envelope(number).expect("readable").expect("there");
    world.store().change(stored, received(), super::world::operator()).await.expect("committed");
    for _ in 0..4 {
        world.clock.pass(40 * DAY);
        world.run_due().await;
    }
    assert!(world.store().envelope(number).expect("readable").is_none());
    assert_eq!(world.store().plugin_submission(plugin, b"k").expect("readable"), None);
    let rows = world.rows();
    assert!(rows["due"].is_empty(), "{:?}", rows["due"]);
    assert_eq!(rows["plugin"].len(), 1, "the plugin's name");
}

#[tokio::test]
async fn the_index_by_certificate_is_made_when_it_is_wanted_and_goes_with_the_envelopes() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let mut numbers = Vec::new();
    for number in ["A-1", "A-2", "A-1"] {
        numbers.push(store.accept(envelope(number, b"x")).await.expect("accepted").number);
    }
    assert_eq!(store.by_certificate(NO, "A-1", None, 9).expect("readable"), None);
    drop(store);
    let indexed = || {
        let mut config = config(directory.path());
        config.certificate_index = true;
        let clock = super::fixture::Ticking::at(super::fixture::START + 60_000);
        Store::open(config, clock, std::sync::Arc::default()).expect("a store opens").0
    };
    let store = indexed();
    let find = |before, limit| {
        store.by_certificate(NO, "A-1", before, limit).expect("readable").expect("an index")
    };
    assert_eq!(find(None, 9), [numbers[2], numbers[0]]);
    assert_eq!(find(None, 1), [numbers[2]]);
    assert_eq!(find(Some(numbers[2]), 9), [numbers[0]]);
    let accepted = store.accept(copied_to("A-1")).await.expect("accepted");
    let (copy, newest) = (accepted.forwardings[0].1, accepted.number);
    assert_eq!(find(None, 9), [copy, newest, numbers[2], numbers[0]]);
    drop(store);
    // Without it what comes is not in it, so it is not trusted when it is wanted again.
    let (store, _) = open(directory.path());
    let missed = store.accept(envelope("A-1", b"x")).await.expect("accepted").number;
    drop(store);
    let store = indexed();
    let found = store.by_certificate(NO, "A-1", None, 1).expect("readable").expect("an index");
    assert_eq!(found, [missed.max(found[0])]);
}

fn copied_to(number: &str) -> NewEnvelope {
    let new = copied(number, b"x");
    assert_eq!(new.copies[0].mailbox_id, CH);
    new
}
