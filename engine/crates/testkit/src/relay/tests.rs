use tokio::time::timeout;

use super::*;

/// A client, a relay, and a target behind it.
struct Road {
    client: UdpSocket,
    relay: Relay,
    target: UdpSocket,
}

impl Road {
    fn new(line: Line, seed: u64) -> Self {
        let target = bind();
        let relay = Relay::start(target.local_addr().expect("it is bound"), line, seed);
        Self { client: bind(), relay, target }
    }

    async fn send(&self, word: u32) {
        let sent = self.client.send_to(&word.to_le_bytes(), self.relay.address()).await;
        sent.expect("the relay's port is open");
    }

    /// The next word at the target, and the port it came from.
    async fn arrives(&self) -> (u32, SocketAddr) {
        next(&self.target).await
    }

    /// Sends words one behind the other, and what came of them. Few enough to fit into the sockets.
    async fn words(&self, words: u32) -> Vec<u32> {
        let before = self.relay.counts().to_target;
        for word in 0..words {
            self.send(word).await;
        }
        let mut arrived = Vec::new();
        loop {
            let now = self.relay.counts().to_target;
            let copies = |passed: Passed| passed.received + passed.duplicated - passed.dropped;
            let all = now.received - before.received == u64::from(words);
            if all && arrived.len() as u64 == copies(now) - copies(before) {
                return arrived;
            }
            if let Ok((word, _)) = timeout(LOOK_AGAIN, self.arrives()).await {
                arrived.push(word);
            }
        }
    }
}

async fn next(socket: &UdpSocket) -> (u32, SocketAddr) {
    let mut bytes = [0; 4];
    let received = timeout(PATIENCE, socket.recv_from(&mut bytes)).await;
    let (length, from) = received.expect("a datagram arrives").expect("the socket is open");
    assert_eq!(length, 4);
    (u32::from_le_bytes(bytes), from)
}

fn sorted(mut words: Vec<u32>) -> Vec<u32> {
    words.sort_unstable();
    words
}

#[tokio::test]
async fn a_perfect_line_passes_everything_both_ways_in_order() {
    let road = Road::new(Line::PERFECT, 1);
    assert_eq!(road.words(100).await, (0..100).collect::<Vec<_>>());
    road.send(100).await;
    let (word, port) = road.arrives().await;
    assert_eq!(word, 100);
    assert_ne!(port, road.client.local_addr().expect("it is bound"), "the relay stands between");
    for word in 0..50_u32 {
        road.target.send_to(&word.to_le_bytes(), port).await.expect("the relay's port is open");
        assert_eq!(next(&road.client).await, (word, road.relay.address()));
    }
    let counts = road.relay.counts();
    assert_eq!((counts.to_target.received, counts.to_client.received), (101, 50));
    assert_eq!((counts.to_client.sent, counts.to_client.dropped), (50, 0));
}

#[tokio::test]
async fn what_is_lost_doubled_and_overtaken_is_counted() {
    let held = Duration::from_millis(20);
    let line = Line { drop: 0.2, duplicate: 0.2, hold: 0.2, held, ..Line::PERFECT };
    let road = Road::new(line, 7);
    let arrived = road.words(150).await;
    let passed = road.relay.counts().to_target;
    let near = |count: u64| (10..=60).contains(&count);
    assert!(near(passed.dropped) && near(passed.duplicated) && near(passed.held), "{passed:?}");
    let mut once = sorted(arrived.clone());
    once.dedup();
    assert_eq!(once.len() as u64, 150 - passed.dropped);
    assert_eq!(arrived.len() as u64, once.len() as u64 + passed.duplicated);
    assert!(!arrived.is_sorted(), "some were overtaken");
}

#[tokio::test]
async fn a_seed_does_the_same_again_whatever_goes_the_other_way() {
    let line = Line { drop: 0.3, duplicate: 0.3, ..Line::PERFECT };
    let mut runs = Vec::new();
    for (seed, replies) in [(42, 0), (42, 30), (43, 0)] {
        let road = Road::new(line, seed);
        let first = road.words(100).await;
        // The line is as bad for replies: each is decided by lot.
        let port = {
            let state = road.relay.shared.lock();
            let port = state.ports.values().next().expect("words passed");
            port.socket.local_addr().expect("it is bound")
        };
        for _ in 0..replies {
            road.target.send_to(&[0; 4], port).await.expect("the relay's port is open");
        }
        while road.relay.counts().to_client.received < replies {
            tokio::task::yield_now().await;
        }
        runs.push([sorted(first), sorted(road.words(100).await)]);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2], "another seed does something else");
}

#[tokio::test]
async fn a_long_line_is_long_both_ways() {
    let delay = Duration::from_millis(30);
    let road = Road::new(Line { delay, ..Line::PERFECT }, 1);
    let start = Instant::now();
    road.send(1).await;
    let (_, port) = road.arrives().await;
    assert!(start.elapsed() >= delay);
    road.target.send_to(&[0; 4], port).await.expect("the relay's port is open");
    next(&road.client).await;
    assert!(start.elapsed() >= 2 * delay);
}

#[tokio::test]
async fn a_cut_line_passes_nothing_until_it_is_mended() {
    let delay = Duration::from_millis(10);
    let road = Road::new(Line { delay, ..Line::PERFECT }, 1);
    road.send(1).await;
    // On its way, it is lost as what comes later is.
    road.relay.received(1).await;
    road.relay.cut();
    road.send(2).await;
    road.relay.received(2).await;
    while road.relay.counts().to_target.cut < 2 {
        tokio::task::yield_now().await;
    }
    road.relay.restore();
    road.send(3).await;
    assert_eq!(road.arrives().await.0, 3);
    assert_eq!(road.relay.counts().to_target.sent, 1);
}

#[tokio::test]
async fn after_a_rebind_the_target_sees_another_port_and_the_old_one_leads_nowhere() {
    let road = Road::new(Line::PERFECT, 1);
    road.send(1).await;
    let (_, old) = road.arrives().await;
    road.relay.rebind();
    road.send(2).await;
    let (word, new) = road.arrives().await;
    assert_eq!(word, 2);
    assert_ne!(old, new);
    for (port, word) in [(old, 3_u32), (new, 4)] {
        road.target.send_to(&word.to_le_bytes(), port).await.expect("loopback takes it");
    }
    assert_eq!(next(&road.client).await.0, 4, "nothing comes by the old port");
    assert_eq!(road.relay.counts().rebinds, 1);
}

#[tokio::test]
async fn clients_do_not_get_what_is_for_others() {
    let road = Road::new(Line::PERFECT, 1);
    road.send(1).await;
    let (_, first) = road.arrives().await;
    let other = bind();
    other.send_to(&2_u32.to_le_bytes(), road.relay.address()).await.expect("it is open");
    let (_, second) = road.arrives().await;
    assert_ne!(first, second);
    road.target.send_to(&[2; 4], second).await.expect("it is open");
    road.target.send_to(&[1; 4], first).await.expect("it is open");
    assert_eq!(next(&road.client).await.0, u32::from_le_bytes([1; 4]));
    assert_eq!(next(&other).await.0, u32::from_le_bytes([2; 4]));
}

#[tokio::test]
async fn a_target_that_moved_is_found_and_strangers_are_not_heard() {
    let road = Road::new(Line::PERFECT, 1);
    road.send(1).await;
    let (_, port) = road.arrives().await;
    let moved = bind();
    road.relay.set_target(moved.local_addr().expect("it is bound"));
    road.send(2).await;
    assert_eq!(next(&moved).await, (2, port));
    road.target.send_to(&[9; 4], port).await.expect("loopback takes it");
    moved.send_to(&3_u32.to_le_bytes(), port).await.expect("it is open");
    assert_eq!(next(&road.client).await.0, 3);
}

#[tokio::test]
async fn a_dropped_relay_ends_its_tasks() {
    let road = Road::new(Line::PERFECT, 1);
    road.send(1).await;
    road.arrives().await;
    let tasks = road.relay.shared.tasks.clone();
    assert_eq!(tasks.count(), 2);
    drop(road.relay);
    assert_eq!(tasks.join(PATIENCE).await, Ok(()));
}

/// Far above what a healthy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one waits for a datagram before the counts are looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
