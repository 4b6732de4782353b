//! Contents that come in piece by piece, ahead of their envelopes.

use bytes::Bytes;
use phytohub_domain::TrackingInfo;
use phytohub_store::{CHUNK_BYTES, Disposition, NewEnvelope, Staged, Store, Submission};

use super::fixture::{NO, content, envelope};
use super::world::{World, retention};

/// Three pieces, no two alike.
fn body() -> Vec<u8> {
    let pieces = [vec![b'a'; CHUNK_BYTES], vec![b'b'; CHUNK_BYTES], b"the end".to_vec()];
    pieces.concat()
}

async fn staged(store: &Store) -> Staged {
    let body = Bytes::from(body());
    let mut staging = store.stage(body.len() as u64).await.expect("begun");
    for piece in body.chunks(CHUNK_BYTES) {
        staging.put(body.slice_ref(piece)).await.expect("taken");
    }
    staging.finish().await.expect("all are on disk")
}

fn with(staged: Staged) -> NewEnvelope {
    let mut new = envelope("A-1", b"");
    new.staged = Some(staged);
    new
}

/// Pieces that lie there, and contents that are said to be on their way.
fn left(world: &mut World) -> (usize, usize) {
    let rows = world.rows();
    let stagings = rows["meta"].iter().filter(|(key, _)| key.starts_with(b"staging/"));
    (rows["content"].len(), stagings.count())
}

#[tokio::test]
async fn a_content_that_came_in_pieces_is_its_envelopes() {
    let mut world = World::new(retention()).await;
    let staged = staged(world.store()).await;
    let read: Vec<Bytes> = (0..staged.chunks())
        .map(|chunk| world.store().staged_chunk(&staged, chunk).expect("a piece"))
        .collect();
    assert_eq!(read.concat(), body());
    let number = world.accept(with(staged)).await.number;
    assert_eq!(content(world.store(), number), body());
    world.crash();
    assert_eq!(content(world.store(), number), body());
    assert_eq!(left(&mut world), (3, 0));
}

#[tokio::test]
async fn of_an_upload_that_ends_early_nothing_is_left() {
    let mut world = World::new(retention()).await;
    let mut staging = world.store().stage(3 << 20).await.expect("begun");
    staging.put(Bytes::from(vec![b'a'; CHUNK_BYTES])).await.expect("taken");
    drop(staging);
    drop(staged(world.store()).await);
    world.accept(envelope("A-2", b"what comes behind")).await;
    assert_eq!(left(&mut world), (1, 0));
}

#[tokio::test]
async fn an_upload_that_a_crash_ends_is_removed_at_the_start() {
    let mut world = World::new(retention()).await;
    let mut staging = world.store().stage(3 << 20).await.expect("begun");
    staging.put(Bytes::from(vec![b'a'; CHUNK_BYTES])).await.expect("taken");
    staging.put(Bytes::from(vec![b'b'; CHUNK_BYTES])).await.expect("taken");
    world.crash();
    drop(staging);
    assert_eq!(left(&mut world), (0, 0));
}

#[tokio::test]
async fn what_is_refused_or_was_there_before_keeps_no_pieces() {
    let mut world = World::new(retention()).await;
    let mut refused = with(staged(world.store()).await);
    refused.disposition = Disposition::Reject("To: is not known".into());
    let refused = world.accept(refused).await.number;
    assert_eq!(world.state(refused).info, TrackingInfo::FailedDelivery);
    let keyed = async || {
        let mut keyed = with(staged(world.store()).await);
        keyed.submission = Some(Submission::of_connection(NO, b"k", [1; 32]));
        world.accept(keyed).await
    };
    let (first, again) = (keyed().await, keyed().await);
    assert_eq!((again.number, again.repeated.is_some()), (first.number, true));
    world.accept(envelope("A-2", b"what comes behind")).await;
    assert_eq!(left(&mut world), (4, 0), "three of the one that came first");
}
