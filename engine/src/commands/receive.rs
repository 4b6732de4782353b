//! `phytohub receive`: what waits at a hub as files, as a national system.

mod folder;

use std::collections::HashSet;
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use phytohub_client::{DoorError, InboxCredit, QuicClient};
use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader};
use phytohub_telemetry::Escaped;
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::client::ClientEnvelope;
use serde_json::json;
use thiserror::Error;

use super::door::{Door, OpenError, Progress, concerns_one, patiently, rest};
use crate::cli::ReceiveArgs;
use crate::failure::told;
use crate::signal::Stop;
use folder::{Folder, KeepError};

/// Receives what waits and, if that was said, what comes.
///
/// # Errors
/// When the hub does not answer, files cannot be written, or some envelopes were left at the hub.
pub async fn run(args: &ReceiveArgs) -> Result<(), ReceiveError> {
    let door = Door::open(&args.hub)?;
    let folder = Folder::open(&args.into)
        .map_err(|source| ReceiveError::File { file: args.into.clone(), source })?;
    let progress = Progress::open_ended();
    let mut clerk = Clerk { door, folder, progress, json: args.json, left: HashSet::new() };
    if args.follow {
        let mut stop = Stop::listen()?;
        // What is dropped in the middle is on disk or comes again.
        tokio::select! {
            ended = clerk.follow(Duration::from_secs(args.every)) => ended?,
            () = stop.requested() => {}
        }
    } else {
        clerk.drain().await?;
    }
    clerk.door.close().await;
    if clerk.left.is_empty() { Ok(()) } else { Err(ReceiveError::Left) }
}

/// Envelopes that are on disk, and not acknowledged.
#[derive(Default)]
struct Batch {
    kept: Vec<Kept>,
    /// Of their documents.
    bytes: usize,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.kept.len() >= BATCH_ENVELOPES || self.bytes >= BATCH_BYTES
    }
}

struct Kept {
    number: String,
    header: EnvelopeHeader,
    outside: serde_json::Value,
    file: PathBuf,
}

/// Takes envelopes in.
struct Clerk {
    door: Door,
    folder: Folder,
    progress: Progress,
    json: bool,
    /// Numbers of those that were left at the hub: no more than wait there.
    left: HashSet<String>,
}

impl Clerk {
    /// Takes what comes, for ever.
    async fn follow(&mut self, every: Duration) -> Result<(), ReceiveError> {
        loop {
            let ended = match self.door.quic().cloned() {
                Some(quic) => self.subscribe(&quic).await,
                None => self.drain().await,
            };
            match ended {
                Err(ReceiveError::Call { source }) if source.is_passing() => {
                    self.progress.complain(&format!("asking again soon: {}", told(&source)));
                }
                ended => ended?,
            }
            rest(every).await;
        }
    }

    /// Takes what is brought, until that fails: what was not acknowledged then comes again. What is
    /// there at once is written, synced and acknowledged together; nothing waits for more to come.
    async fn subscribe(&mut self, quic: &QuicClient) -> Result<(), ReceiveError> {
        let mut inbox = quic.inbox(InboxCredit::default());
        let mut batch = Batch::default();
        loop {
            let came = {
                // Not dropped while the batch is worked off: a content may be arriving.
                let mut next = pin!(inbox.next());
                match poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await {
                    Poll::Ready(came) => came,
                    Poll::Pending => {
                        self.settle(&mut batch).await?;
                        next.await
                    }
                }
            };
            let envelope = match came {
                Ok(envelope) => envelope,
                Err(error) => {
                    self.settle(&mut batch).await?;
                    return Err(DoorError::from(error).into());
                }
            };
            let (number, document) = (envelope.number.to_string(), envelope.document());
            self.take(&mut batch, number, envelope.header, &document)?;
            if batch.is_full() {
                self.settle(&mut batch).await?;
            }
        }
    }

    /// Takes all that waits.
    async fn drain(&mut self) -> Result<(), ReceiveError> {
        // Left ones are offered again, behind the others: at the second time all were offered.
        let mut offered = HashSet::new();
        let mut batch = Batch::default();
        loop {
            let envelopes = patiently(|| self.door.hub().pull_waiting()).await?;
            let mut all = envelopes.is_empty();
            let mut numbers = Vec::with_capacity(envelopes.len());
            for ClientEnvelope { header, content } in envelopes {
                let number = header.hub_delivery_number.clone().ok_or(DoorError::OutOfStep)?;
                if offered.contains(&number) {
                    all = true;
                    continue;
                }
                numbers.push(number.clone());
                self.take(&mut batch, number, header, content.as_bytes())?;
                if batch.is_full() {
                    self.settle(&mut batch).await?;
                }
            }
            self.settle(&mut batch).await?;
            offered.extend(numbers.into_iter().filter(|number| self.left.contains(number)));
            if all {
                return Ok(());
            }
        }
    }

    /// Keeps an envelope, to be acknowledged with the others of its batch.
    fn take(
        &mut self,
        batch: &mut Batch,
        number: String,
        header: EnvelopeHeader,
        document: &[u8],
    ) -> Result<(), ReceiveError> {
        let outside = outside(&number, &header);
        let mut text = format!("{outside:#}").into_bytes();
        text.push(b'\n');
        match self.folder.keep(&number, &text, document) {
            Ok(file) => {
                batch.bytes += document.len();
                batch.kept.push(Kept { number, header, outside, file });
            }
            Err(KeepError::File { file, source }) => {
                return Err(ReceiveError::File { file, source });
            }
            Err(refused) => self.leave(&number, &told(&refused)),
        }
        Ok(())
    }

    /// Acknowledges what was kept, once all of it outlasts a power cut.
    async fn settle(&mut self, batch: &mut Batch) -> Result<(), ReceiveError> {
        let Batch { kept, .. } = std::mem::take(batch);
        if kept.is_empty() {
            return Ok(());
        }
        self.folder.sync().map_err(|source| {
            let file = self.folder.path().to_owned();
            ReceiveError::File { file, source }
        })?;
        let Some(quic) = self.door.quic().cloned() else {
            for one in kept {
                let hub = self.door.hub();
                let outcome = patiently(|| hub.acknowledge(&one.number, received())).await;
                self.acknowledged(one, outcome)?;
            }
            return Ok(());
        };
        let mut items = Vec::with_capacity(kept.len());
        for one in &kept {
            items.push((one.number.parse().map_err(|_| DoorError::Number)?, received()));
        }
        let outcomes = quic.acknowledge(items).await.map_err(DoorError::from)?;
        for (one, outcome) in kept.into_iter().zip(outcomes) {
            let outcome = match outcome {
                AckOutcome::Stands(_) => Ok(()),
                AckOutcome::Refused(code) => Err(DoorError::Refused(code)),
            };
            self.acknowledged(one, outcome)?;
        }
        Ok(())
    }

    /// Tells of one that was acknowledged, or was not.
    fn acknowledged(
        &mut self,
        Kept { number, header, outside, file }: Kept,
        outcome: Result<(), DoorError>,
    ) -> Result<(), ReceiveError> {
        match outcome {
            Ok(()) => {
                // It may have been in somebody's way before.
                self.left.remove(&number);
                Ok(self.progress.done(&self.line(&number, &header, outside, &file))?)
            }
            Err(error) if concerns_one(&error) => {
                self.leave(&number, &told(&error));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Says once why an envelope stays at the hub.
    fn leave(&mut self, number: &str, why: &str) {
        if self.left.insert(number.to_owned()) {
            let number = Escaped(number);
            self.progress.complain(&format!("left at the hub number={number}: {why}"));
        }
    }

    fn line(
        &self,
        number: &str,
        header: &EnvelopeHeader,
        mut outside: serde_json::Value,
        file: &Path,
    ) -> String {
        let file = file.to_string_lossy();
        if self.json {
            if let Some(fields) = outside.as_object_mut() {
                fields.insert("file".to_owned(), json!(file));
            }
            return outside.to_string();
        }
        let EnvelopeHeader { certificate_type, certificate_status, .. } = header;
        let (number, from) = (Escaped(number), Escaped(&header.from));
        let (certificate, file) = (Escaped(&header.nppo_certificate_number), Escaped(&file));
        format!("{number} {from} {certificate_type}/{certificate_status} {certificate} {file}")
    }
}

fn received() -> Acknowledgement {
    Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() }
}

/// What an envelope says on its outside and always will: its state is not of that kind.
fn outside(number: &str, header: &EnvelopeHeader) -> serde_json::Value {
    json!({
        "number": number,
        "from": header.from,
        "to": header.to,
        "type": header.certificate_type,
        "status": header.certificate_status,
        "certificate": header.nppo_certificate_number,
    })
}

/// Why not everything was received.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The hub does not answer as it should.
    #[error(
        "the hub does not answer as it should; what is told above is received, the rest waits there"
    )]
    Call {
        /// Why.
        source: Box<DoorError>,
    },
    /// A file cannot be written.
    #[error("cannot write the file; its envelope waits at the hub file={}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Some envelopes were left at the hub; that has been told.
    #[error("some envelopes were left at the hub")]
    Left,
    /// The hub cannot be called.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Stdout cannot be written, or signals cannot be heard.
    #[error("cannot write on stdout, or hear signals")]
    System(#[from] io::Error),
}

impl From<DoorError> for ReceiveError {
    fn from(source: DoorError) -> Self {
        Self::Call { source: Box::new(source) }
    }
}

/// What the hub brings ahead by default: a sync of the directory and a commit at the hub are shared by
/// that many.
const BATCH_ENVELOPES: usize = 64;
/// What is written and not acknowledged is written again after a crash.
const BATCH_BYTES: usize = 8 << 20;
