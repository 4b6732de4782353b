//! Files that the host serves without asking the plugin.

use std::time::Duration;

use phytohub_plugin_loader::HttpAsset;

use super::rig::Rig;

#[tokio::test]
async fn files_are_served_without_the_plugin_and_not_sent_twice() {
    let asset = HttpAsset {
        path: "css/page.css".to_owned(),
        content_type: "text/css; charset=utf-8".to_owned(),
        etag: "\"v1\"".to_owned(),
        bytes: b"p { color: green }".repeat(100).into(),
    };
    let routes = ["GET {*rest}"];
    let rig = Rig::start_with(&routes, vec![asset], Duration::from_secs(30), |_, desk| {
        desk.say("the plugin")
    })
    .await;
    let reply = rig.ask("GET /p/css/page.css", "").await;
    assert_eq!((reply.status(), reply.body.len()), ("200", 1800));
    assert_eq!(reply.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(
        (reply.header("etag"), reply.header("cache-control")),
        (Some("\"v1\""), Some("no-cache"))
    );
    let named = rig.ask("GET /p/css/page.css?1.2.0", "").await;
    assert!(named.header("cache-control").is_some_and(|value| value.contains("immutable")));
    for known in ["\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"] {
        let reply = rig.ask("GET /p/css/page.css", &format!("If-None-Match: {known}\r\n")).await;
        assert_eq!((reply.status(), reply.body.len()), ("304", 0), "{known}");
        assert_eq!(reply.header("etag"), Some("\"v1\""));
    }
    let reply = rig.ask("GET /p/css/page.css", "If-None-Match: \"v0\"\r\n").await;
    assert_eq!(reply.status(), "200");
    let reply = rig.ask("HEAD /p/css/page.css", "").await;
    assert_eq!((reply.status(), reply.header("content-length")), ("200", Some("1800")));
    let reply = rig.ask("GET /p/css/page.css", "Accept-Encoding: gzip\r\n").await;
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(rig.ask("GET /p/css/other.css", "").await.text(), "the plugin");
    assert_eq!(rig.ask("POST /p/css/page.css", "").await.status(), "405");
}
