//! The door for those who watch.

use phytohub_server::{BindMetricsError, MetricsDoor, ShutdownTrigger};
use phytohub_testkit::TestHub;
use phytohub_wire::soap::client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn metrics_and_health_are_told() {
    let hub = TestHub::start().await;
    hub.client("NO").await.call(client::get_profile()).await;
    let door = MetricsDoor::bind(([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let address = door.address();
    let (trigger, shutdown) = ShutdownTrigger::new();
    let (inner, tasks) = (hub.hub().clone(), hub.tasks().clone());
    hub.tasks().spawn("metrics door", async move { door.serve(inner, tasks, shutdown).await });
    let get = |method: &'static str, path: &'static str| async move {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect("it answers");
        reply
    };
    assert!(get("GET", "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(get("GET", "/readyz").await.starts_with("HTTP/1.1 200"));
    assert!(get("GET", "/").await.starts_with("HTTP/1.1 404"));
    assert!(get("POST", "/metrics").await.starts_with("HTTP/1.1 405"));
    let metrics = get("GET", "/metrics").await;
    let counted = "hub_requests_total{operation=\"GetProfile\",outcome=\"Answered\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("openmetrics-text") && metrics.ends_with("# EOF\n"), "{metrics}");
    trigger.fire();
    hub.stop().await;
}

#[tokio::test]
async fn metrics_are_for_this_machine_alone() {
    let refused = MetricsDoor::bind(([0, 0, 0, 0], 0).into()).await;
    assert!(matches!(refused, Err(BindMetricsError::NotLoopback { .. })), "{refused:?}");
}
