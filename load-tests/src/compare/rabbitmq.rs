//! RabbitMQ: quorum queues, which sync before they confirm, publisher confirms, consumers with
//! prefetch.
//!
//! As its documentation advises: one connection to publish and one to consume, confirms handled as
//! they come, a prefetch that keeps consumers busy, and several queues, since each is a process of
//! its own. Nothing answers an acknowledgement: that it is durable is not waited for.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use amqprs::channel::{BasicAckArguments, Channel, ConsumerMessage};
use amqprs::connection::{Connection, OpenConnectionArguments};
use amqprs::tls::TlsAdaptor;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_rustls::TlsConnector;

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::{Peer, find, free_port, is_root, slowed, user_of};
use crate::https;

mod confirms;
mod queue;

use confirms::Publisher;

/// A node with some queues.
pub(super) struct RabbitMq {
    // Fields are dropped in this order: connections, the node, what it is registered with.
    queues: Vec<Queue>,
    _connections: [Connection; 2],
    peer: Peer,
    _epmd: Peer,
    delay: Duration,
    version: String,
}

/// Ways in and out of one queue.
struct Queue {
    publisher: Arc<Publisher>,
    consumer: Channel,
    mail: Arc<Mutex<UnboundedReceiver<ConsumerMessage>>>,
}

impl RabbitMq {
    pub(super) async fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let node = Node::set_up(start)?;
        let epmd = node.start_epmd()?;
        let peer = node.start(start.sync_delay)?;
        let identity = https::identity(&start.site.pki(), "NO")?;
        let mut arguments = OpenConnectionArguments::new("127.0.0.1", node.port, "guest", "guest");
        let tls = TlsAdaptor::new(TlsConnector::from(identity), "localhost".to_owned());
        let arguments = arguments.tls_adaptor(tls).finish();
        let [out, back] =
            [Connection::open(&arguments).await?, Connection::open(&arguments).await?];
        let version = out.server_properties().version().to_owned();
        let mut queues = Vec::with_capacity(QUEUES);
        for number in 0..QUEUES {
            let name = format!("mail{number}");
            let publisher = queue::declare(&out, &name).await?;
            let (consumer, mail) = queue::consume(&back, &name, start.in_flight).await?;
            queues.push(Queue { publisher, consumer, mail });
        }
        let (connections, delay) = ([out, back], start.sync_delay);
        Ok(Self { queues, _connections: connections, peer, _epmd: epmd, delay, version })
    }
}

/// A node of its own: directories, ports and a user, apart from one that the system may run.
struct Node {
    script: PathBuf,
    epmd: PathBuf,
    dir: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    epmd_port: u16,
    nodes_port: u16,
}

impl Node {
    fn set_up(start: &Start<'_>) -> Result<Self, Failure> {
        let missing = || "no RabbitMQ: apt-get install rabbitmq-server";
        // What stands in the path is a wrapper that remains its parent: it would be measured, and
        // ended, in place of the node.
        let script = std::env::var_os("PHYTOHUB_RABBITMQ").unwrap_or_else(|| SCRIPT.into());
        let script = Some(PathBuf::from(script)).filter(|path| path.is_file());
        let script = script.ok_or_else(missing)?;
        let epmd = find("PHYTOHUB_EPMD", "epmd", &[]).ok_or_else(missing)?;
        // As root its scripts would become another user themselves, and lose the environment.
        let user = if is_root(start.dir)? { Some(user_of("rabbitmq")?) } else { None };
        let dir = start.dir.join("rabbitmq");
        fs::create_dir_all(&dir)?;
        let ports = [free_port()?, free_port()?, free_port()?];
        let [port, epmd_port, nodes_port] = ports;
        let node = Self { script, epmd, dir, user, port, epmd_port, nodes_port };
        node.own(&node.dir)?;
        for name in ["server.pem", "server.key", "ca.pem"] {
            let copy = node.dir.join(name);
            fs::copy(start.site.pki().join(name), &copy)?;
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
            node.own(&copy)?;
        }
        node.write("rabbitmq.conf", &node.config())?;
        node.write("enabled_plugins", "[].\n")?;
        Ok(node)
    }

    fn config(&self) -> String {
        let (port, dir) = (self.port, self.dir.display());
        format!(
            "listeners.tcp = none\nlisteners.ssl.1 = 127.0.0.1:{port}\n\
             ssl_options.cacertfile = {dir}/ca.pem\nssl_options.certfile = {dir}/server.pem\n\
             ssl_options.keyfile = {dir}/server.key\nssl_options.verify = verify_peer\n\
             ssl_options.fail_if_no_peer_cert = true\nssl_options.versions.1 = tlsv1.3\n"
        )
    }

    fn own(&self, path: &Path) -> Result<(), Failure> {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group))?;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.dir.join(name);
        fs::write(&path, text)?;
        self.own(&path)
    }

    fn as_user(&self, command: &mut Command) {
        command.current_dir(&self.dir).env("HOME", &self.dir);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
    }

    /// Erlang's register of nodes. Started here, it ends with the run; the node would leave its own
    /// behind.
    fn start_epmd(&self) -> Result<Peer, Failure> {
        let mut command = Command::new(&self.epmd);
        command.args(["-address", "127.0.0.1", "-port", &self.epmd_port.to_string()]);
        self.as_user(&mut command);
        Peer::start_on_port(command, self.epmd_port, &self.dir.join("epmd.log"))
    }

    fn start(&self, sync_delay: Duration) -> Result<Peer, Failure> {
        let mut command = slowed(&self.script, sync_delay);
        let name = format!("phytohub-compare-{}@localhost", self.port);
        command.env("RABBITMQ_NODENAME", name);
        command.env("RABBITMQ_CONFIG_FILE", self.dir.join("rabbitmq.conf"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", self.dir.join("enabled_plugins"));
        command.env("RABBITMQ_CONF_ENV_FILE", self.dir.join("none"));
        command.env("RABBITMQ_MNESIA_BASE", self.dir.join("data"));
        command.env("RABBITMQ_LOG_BASE", self.dir.join("logs"));
        command.env("RABBITMQ_DIST_PORT", self.nodes_port.to_string());
        command.env("ERL_EPMD_PORT", self.epmd_port.to_string());
        command.env("ERL_EPMD_ADDRESS", "127.0.0.1");
        // As under systemd its script becomes the node, and does not stand beside it: then the
        // process that is started here is the one to be measured and ended. Nobody listens there.
        command.env("NOTIFY_SOCKET", self.dir.join("nobody"));
        self.as_user(&mut command);
        Peer::start_on_port(command, self.port, &self.dir.join("log"))
    }
}

impl Contender for RabbitMq {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        told(&[
            ("version", &self.version),
            ("settings", "4 quorum queues on one node, the rest at its defaults"),
            (
                "durability",
                "a publish is confirmed after the sync of the log that all queues share; nothing \
                 answers an acknowledgement, so its sync is not waited for",
            ),
            (
                "client",
                "amqprs 2.1, a connection to publish and one to consume, a channel for each queue, \
                 TLS with client certificates",
            ),
            ("message", "persistent publish and its confirm, consumer with prefetch, basic.ack"),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        Box::pin(async move {
            let queue = self.queues.get(worker % QUEUES).ok_or("no such queue")?;
            let session = Worker {
                publisher: Arc::clone(&queue.publisher),
                consumer: queue.consumer.clone(),
                mail: Arc::clone(&queue.mail),
                came: None,
            };
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}

struct Worker {
    publisher: Arc<Publisher>,
    consumer: Channel,
    mail: Arc<Mutex<UnboundedReceiver<ConsumerMessage>>>,
    /// Its delivery tag.
    came: Option<u64>,
}

impl Session for Worker {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move { self.publisher.publish(body.as_bytes()).await })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            let message = self.mail.lock().await.recv().await.ok_or("the consumer ended")?;
            self.came = message.deliver.map(|deliver| deliver.delivery_tag());
            Ok(message.content.map_or(0, |content| content.len()))
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            let tag = self.came.take().ok_or("nothing came")?;
            Ok(self.consumer.basic_ack(BasicAckArguments::new(tag, false)).await?)
        })
    }
}

const QUEUES: usize = 4;
/// As Debian has it.
const SCRIPT: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
