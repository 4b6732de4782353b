//! The operator's socket.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use phytohub_domain::ErrorKind;
use phytohub_exchange::{AdminReply, AdminRequest};
use phytohub_server::admin::{AdminCallError, call};
use phytohub_server::{AdminDoor, BindAdminError, Shutdown, ShutdownTrigger};
use phytohub_testkit::TestHub;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

async fn open(hub: &TestHub) -> (PathBuf, ShutdownTrigger) {
    let directory = hub.directory().join("run");
    let door = AdminDoor::bind(&directory).await.expect("the directory is ours");
    let (trigger, shutdown): (_, Shutdown) = ShutdownTrigger::new();
    let (inner, tasks) = (hub.hub().clone(), hub.tasks().clone());
    hub.tasks().spawn("admin door", async move { door.serve(inner, tasks, shutdown).await });
    (directory, trigger)
}

#[tokio::test]
async fn the_operator_asks_and_is_answered() {
    let hub = TestHub::start().await;
    let (directory, trigger) = open(&hub).await;
    let reply = call(&directory, &AdminRequest::ConnectionList).await.expect("a list");
    let AdminReply::Connections(connections) = reply else { panic!("{reply:?}") };
    assert_eq!(connections.len(), 3);
    let unknown = AdminRequest::ConnectionShow { code: "XX".to_owned() };
    match call(&directory, &unknown).await {
        Err(AdminCallError::Refused { kind, message }) => {
            assert_eq!(kind, ErrorKind::NotFound);
            assert!(message.contains("XX"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    trigger.fire();
    hub.stop().await;
    let gone = call(&directory, &AdminRequest::ConnectionList).await;
    assert!(matches!(gone, Err(AdminCallError::NotRunning { .. })), "{gone:?}");
}

#[tokio::test]
async fn nobody_else_can_open_it() {
    let hub = TestHub::start().await;
    let (directory, _trigger) = open(&hub).await;
    let mode =
        |path: PathBuf| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(directory.clone()), 0o700);
    assert_eq!(mode(directory.join("admin.sock")), 0o600);
    let wide = hub.directory().join("wide");
    std::fs::create_dir(&wide).expect("the directory is ours");
    std::fs::set_permissions(&wide, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let refused = AdminDoor::bind(&wide).await;
    assert!(matches!(refused, Err(BindAdminError::OpenDirectory { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_dead_hubs_socket_is_replaced_and_a_live_ones_is_not() {
    let hub = TestHub::start().await;
    let directory = hub.directory().join("run");
    // Dropped without being removed, as by a kill.
    drop(AdminDoor::bind(&directory).await.expect("the directory is ours"));
    let (directory, _trigger) = open(&hub).await;
    let second = AdminDoor::bind(&directory).await;
    assert!(matches!(second, Err(BindAdminError::Running { .. })), "{second:?}");
    call(&directory, &AdminRequest::ConnectionList).await.expect("the first still answers");
    let long = hub.directory().join("x".repeat(120));
    assert!(matches!(AdminDoor::bind(&long).await, Err(BindAdminError::TooLong { .. })));
    let other = hub.directory().join("other");
    drop(AdminDoor::bind(&other).await.expect("the directory is ours"));
    std::fs::remove_file(other.join("admin.sock")).expect("it is ours");
    std::fs::write(other.join("admin.sock"), "precious").expect("it is ours");
    assert!(matches!(AdminDoor::bind(&other).await, Err(BindAdminError::NotASocket { .. })));
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_one_line() {
    let hub = TestHub::start().await;
    let (directory, _trigger) = open(&hub).await;
    let stream = UnixStream::connect(directory.join("admin.sock")).await.expect("a socket");
    let mut stream = BufReader::new(stream);
    for line in ["no json\n", "{\"reboot\":{}}\n", "\n"] {
        stream.write_all(line.as_bytes()).await.expect("it is read");
        let mut reply = String::new();
        stream.read_line(&mut reply).await.expect("a line");
        assert!(reply.contains("refused") && reply.contains("invalid"), "{reply}");
    }
    let flood = vec![b'x'; 2 << 20];
    let _ = stream.write_all(&flood).await;
    let mut reply = String::new();
    stream.read_line(&mut reply).await.expect("a line");
    assert!(reply.contains("one line of at most"), "{reply}");
}
