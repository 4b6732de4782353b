//! What lies in memory, and what does not.

use phytohub_domain::HubDeliveryNumber;
use phytohub_store::{Queue, Reach, ReadError, StoredEnvelope};

use super::fixture::{LK, accept, open, with_connections};

#[tokio::test(flavor = "multi_thread")]
async fn what_came_lately_is_read_without_the_disk_and_what_does_not_lie_in_memory_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let content = [b'x'; 4 << 10];
    let number = accept(&store, "A-1", &content).await.number;
    let (envelope, _) =
        store.envelope_within(number, Reach::Memory).expect("in memory").expect("there");
    let near = store.content_chunk_within(&envelope, 0, Reach::Memory).expect("in memory");
    assert_eq!(near, content[..]);
    drop(store);

    let (store, _) = open(directory.path());
    let far = store.envelope_within(number, Reach::Memory).map(|found| found.is_some());
    assert!(matches!(far, Err(ReadError::OnDisk)), "{far:?}");
    let far = store.content_chunk_within(&envelope, 0, Reach::Memory);
    assert!(matches!(far, Err(ReadError::OnDisk)), "{far:?}");
    let found = store.envelope_within(number, Reach::Disk).expect("readable").expect("there");
    assert_eq!(found.0, envelope);
    assert_eq!(store.content_chunk(&envelope, 0).expect("readable"), content[..]);
    // It was read, so its block is in the cache.
    let again = store.envelope_within(number, Reach::Memory).expect("in memory now");
    assert_eq!(again.expect("there").0, envelope);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_read_from_memory_whole_or_not_at_all() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let first = accept(&store, "A-1", b"1").await.number;
    assert_eq!(numbers(store.waiting_within((LK, Queue::Inbox), 0, 9, Reach::Memory)), [first]);
    drop(store);

    let (store, _) = open(directory.path());
    let second = accept(&store, "A-2", b"2").await.number;
    let far = store.waiting_within((LK, Queue::Inbox), 0, 9, Reach::Memory);
    assert!(matches!(far, Err(ReadError::OnDisk)), "{far:?}");
    let all = store.waiting_within((LK, Queue::Inbox), 0, 9, Reach::Disk);
    assert_eq!(numbers(all), [first, second]);
    // What was read is in the cache.
    let again = store.waiting_within((LK, Queue::Inbox), 0, 9, Reach::Memory);
    assert_eq!(numbers(again), [first, second]);
}

type Waiting<S> = Result<Vec<(u64, Result<(StoredEnvelope, S), ReadError>)>, ReadError>;

fn numbers<S: std::fmt::Debug>(waiting: Waiting<S>) -> Vec<HubDeliveryNumber> {
    let rows = waiting.expect("readable").into_iter();
    rows.map(|(_, tracked)| tracked.expect("readable").0.number).collect()
}
