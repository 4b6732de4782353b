//! Plugins that fail, hang, say what may not be said, or are not there.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use phytohub_plugin_api as api;
use phytohub_plugin_host::http::NoWorker;
use phytohub_plugin_loader::instance::{CallFailure, Completion};

use super::rig::Rig;

fn failure(status: i32) -> CallFailure {
    CallFailure { status, diagnostics: "for the log alone".to_owned() }
}

#[tokio::test]
async fn what_a_plugin_does_wrong_has_its_status() {
    let rig = Rig::start(&["GET {sin}"], |request, desk| match request.path {
        "/p/nothing" => Ok(Completion::Done),
        "/p/unbegun" => {
            assert_eq!(desk.write("x"), api::HUB_INVALID, "status and headers come first");
            assert_eq!(desk.finish(), api::HUB_INVALID);
            Ok(Completion::Done)
        }
        "/p/panic" => Err(failure(api::HUB_PANICKED)),
        "/p/internal" => Err(failure(api::HUB_INTERNAL)),
        "/p/odd" => Err(failure(-12345)),
        "/p/down" => Err(failure(api::HUB_UNAVAILABLE)),
        "/p/late" => Err(failure(api::HUB_DEADLINE)),
        "/p/broken" => {
            desk.start(200, &[]);
            desk.write("half of ");
            Err(failure(api::HUB_PANICKED))
        }
        _ => desk.say("well"),
    })
    .await;
    for (path, status, again) in [
        ("well", "200", None),
        ("nothing", "500", None),
        ("unbegun", "500", None),
        ("panic", "502", None),
        ("internal", "502", None),
        ("odd", "502", None),
        ("down", "503", Some("2")),
        ("late", "504", None),
    ] {
        let reply = rig.ask(&format!("GET /p/{path}"), "").await;
        assert_eq!((reply.status(), reply.header("retry-after")), (status, again), "{path}");
        assert!(!reply.text().contains("log alone"), "diagnostics are not for browsers");
    }
    let mut socket = rig.open().await;
    socket.head("GET /p/broken", "").await;
    while socket.more().await {}
    let text = String::from_utf8_lossy(&socket.buffer).into_owned();
    assert!(!text.ends_with("0\r\n\r\n"), "an answer that broke off does not look whole: {text}");
    assert_eq!(rig.tickets.count(), 0, "every ticket is done with");
}

#[tokio::test]
async fn a_plugin_that_cannot_be_asked_is_come_again() {
    let rig = Rig::start(&["GET {*rest}"], |_, desk| desk.say("well")).await;
    for (refusal, seconds) in [(NoWorker::Busy, "2"), (NoWorker::Down, "10")] {
        *rig.refusal.lock().expect("one at a time") = Some(refusal);
        let reply = rig.ask("GET /p/", "").await;
        assert_eq!((reply.status(), reply.header("retry-after")), ("503", Some(seconds)));
    }
    rig.pages.suspend("p", "/p/").expect("the prefix is its own");
    assert_eq!(rig.ask("GET /p/", "").await.header("retry-after"), Some("10"));
    assert_eq!(rig.tickets.count(), 0);
}

#[tokio::test]
async fn a_plugin_that_rests_too_long_is_not_waited_for() {
    let (sender, receiver) = sync_channel(4);
    let idle = Duration::from_millis(150);
    let rig = Rig::start_with(&["GET {kind}"], Vec::new(), idle, move |request, desk| {
        if request.path == "/p/begun" {
            desk.start(200, &[]);
            desk.write("begun");
        }
        sender.send(desk).expect("the test waits");
        Ok(Completion::Pending)
    })
    .await;
    let reply = rig.ask("GET /p/never", "").await;
    assert_eq!(reply.status(), "504");
    let desk = receiver.recv().expect("it was asked");
    assert!(desk.tickets.gone(desk.ticket));
    assert_eq!(desk.start(200, &[]), api::HUB_DEADLINE, "too late");
    let reply = rig.ask("GET /p/begun", "").await;
    assert_eq!((reply.status(), reply.whole), ("200", false));
    let desk = receiver.recv().expect("it was asked");
    assert_eq!(desk.write("more"), api::HUB_DEADLINE);
    assert_eq!(rig.tickets.count(), 0);
}

#[tokio::test]
async fn headers_that_are_the_sockets_or_end_a_line_are_refused() {
    let rig = Rig::start(&["GET "], |_, desk| {
        for (name, value) in [
            ("x-a", "b\r\nx-c: d"),
            ("x-a", "b\nc"),
            ("x-a", "\0"),
            ("x a", "b"),
            ("", "b"),
            ("x-a:", "b"),
            ("Connection", "close"),
            ("transfer-encoding", "chunked"),
            ("Keep-Alive", "timeout=5"),
            ("upgrade", "websocket"),
        ] {
            assert_eq!(desk.start(200, &[(name, value)]), api::HUB_INVALID, "{name:?} {value:?}");
        }
        assert_eq!(desk.start(200, &[("x-a", "b"); 101]), api::HUB_INVALID, "too many");
        let long = "x".repeat(17 << 10);
        assert_eq!(desk.start(200, &[("x-a", &long)]), api::HUB_INVALID, "too long");
        for status in [0, 100, 101, 199, 600, 70_000] {
            assert_eq!(desk.start(status, &[]), api::HUB_INVALID, "{status}");
        }
        let cookies = [("Set-Cookie", "a=1; Path=/p/"), ("set-cookie", "b=2"), ("x-a", "\u{e9}")];
        assert_eq!(desk.start(201, &cookies), 0);
        assert_eq!(desk.start(200, &[]), api::HUB_CONFLICT, "once");
        assert_eq!(desk.finish(), 0);
        assert_eq!(desk.finish(), api::HUB_NOT_FOUND, "once");
        Ok(Completion::Done)
    })
    .await;
    let reply = rig.ask("GET /p/", "").await;
    assert_eq!((reply.status(), reply.header("content-length")), ("201", Some("0")));
    assert_eq!(reply.all("set-cookie"), ["a=1; Path=/p/", "b=2"]);
}
