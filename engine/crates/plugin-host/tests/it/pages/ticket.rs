//! Answers from other threads, browsers that go, and the end of an instance.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use phytohub_plugin_api as api;
use phytohub_plugin_loader::HostCall;
use phytohub_plugin_loader::instance::{Completion, monotonic_ns};
use tokio::time::timeout;

use super::rig::{Desk, Rig};

/// A plugin that puts every request aside.
async fn aside() -> (Rig, std::sync::mpsc::Receiver<Desk>) {
    let (sender, receiver) = sync_channel(8);
    let rig = Rig::start(&["GET {*rest}"], move |_, desk| {
        sender.send(desk).expect("the test waits");
        Ok(Completion::Pending)
    })
    .await;
    (rig, receiver)
}

async fn until(mut so: impl FnMut() -> bool) {
    let so = async {
        while !so() {
            let _ = timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
        }
    };
    timeout(Duration::from_secs(20), so).await.expect("it happens in time");
}

async fn next(desks: &std::sync::mpsc::Receiver<Desk>) -> Desk {
    let mut found = None;
    until(|| {
        found = found.take().or_else(|| desks.try_recv().ok());
        found.is_some()
    })
    .await;
    found.expect("just seen")
}

#[tokio::test]
async fn an_answer_may_come_later_and_from_elsewhere() {
    let (rig, desks) = aside().await;
    let (mut first, mut second) = (rig.open().await, rig.open().await);
    first.head("GET /p/first", "").await;
    let one = next(&desks).await;
    second.head("GET /p/second", "").await;
    let two = next(&desks).await;
    assert!(!one.tickets.gone(one.ticket));
    two.say("two").expect("it is waited for");
    assert_eq!(second.reply().await.text(), "two");
    one.say("one").expect("it is waited for");
    assert_eq!(first.reply().await.text(), "one");
    assert!(one.tickets.gone(one.ticket), "done with");
    assert_eq!(one.write("x"), api::HUB_NOT_FOUND);
    let forged = Desk { ticket: two.ticket + (5 << 32), ..two };
    assert_eq!(forged.start(200, &[]), api::HUB_NOT_FOUND);
    assert_eq!(forged.read(), Err(api::HUB_NOT_FOUND));
}

#[tokio::test]
async fn a_browser_that_goes_is_told_of() {
    let (rig, desks) = aside().await;
    let mut socket = rig.open().await;
    socket.head("GET /p/", "").await;
    let desk = next(&desks).await;
    drop(socket);
    until(|| desk.tickets.gone(desk.ticket)).await;
    assert_eq!(desk.start(200, &[]), api::HUB_CANCELLED);
    assert_eq!(desk.finish(), api::HUB_CANCELLED);

    let mut socket = rig.open().await;
    socket.head("GET /p/", "").await;
    let desk = next(&desks).await;
    assert_eq!(desk.start(200, &[]), 0);
    assert_eq!(desk.write("begun"), 0);
    while !socket.buffer.ends_with(b"begun\r\n") {
        assert!(socket.more().await, "closed");
    }
    drop(socket);
    let blocked = std::thread::Builder::new().spawn(move || {
        // Somewhere in the midst of it: the pipe and the kernel's buffers fill up.
        while desk.write([0; 1 << 20]) == 0 {}
        desk.write("more")
    });
    let blocked = blocked.expect("a thread");
    until(|| blocked.is_finished()).await;
    assert_eq!(blocked.join().expect("no panic"), api::HUB_CANCELLED);
    assert_eq!(rig.tickets.count(), 0);
}

#[tokio::test]
async fn quiesce_waits_a_little_and_then_ends_streams() {
    let (rig, desks) = aside().await;
    let (mut short, mut endless) = (rig.open().await, rig.open().await);
    short.head("GET /p/short", "").await;
    let one = next(&desks).await;
    endless.head("GET /p/endless", "").await;
    let two = next(&desks).await;
    two.start(200, &[]);
    two.write("begun");
    let tickets = std::sync::Arc::clone(&rig.tickets);
    let quiesced = async move { tickets.quiesce(Duration::from_millis(300)).await };
    let answered = async {
        one.say("in time").expect("it is waited for");
        short.reply().await
    };
    let (ended, reply) = tokio::join!(quiesced, answered);
    assert_eq!((ended, reply.text()), (1, "in time"));
    assert_eq!(two.write("more"), api::HUB_CANCELLED);
    assert!(!endless.reply().await.whole);
}

#[tokio::test]
async fn a_calls_own_deadline_ends_its_waiting_and_nothing_else() {
    let (rig, desks) = aside().await;
    let mut socket = rig.open().await;
    socket.head("GET /p/", "").await;
    let desk = next(&desks).await;
    desk.start(200, &[]);
    let soon = HostCall::new(monotonic_ns() + 50_000_000, [0; 16]);
    let tickets = std::sync::Arc::clone(&desk.tickets);
    let ticket = desk.ticket;
    let blocked = std::thread::Builder::new().spawn(move || {
        loop {
            if let Err(refusal) = tickets.write(soon, ticket, &[0; 1 << 20]) {
                return refusal.status;
            }
        }
    });
    let blocked = blocked.expect("a thread");
    until(|| blocked.is_finished()).await;
    assert_eq!(blocked.join().expect("no panic"), api::HUB_DEADLINE);
    assert!(!desk.tickets.gone(desk.ticket));
    let finish = std::thread::Builder::new().spawn(move || desk.finish());
    let reply = socket.reply().await;
    assert_eq!(finish.expect("a thread").join().expect("no panic"), 0);
    assert!(reply.whole && !reply.body.is_empty());
}
