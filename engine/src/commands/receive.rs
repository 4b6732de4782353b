//! `phytohub receive`: what waits at a hub as files, as a national system.

mod error;
mod folder;

use std::collections::HashSet;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use phytohub_client::{Arriving, DoorError, InboxCredit, QuicClient};
use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader};
use phytohub_telemetry::Escaped;
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::client::ClientEnvelope;
use serde_json::json;

use super::door::{Door, Progress, concerns_one, patiently, rest};
use crate::cli::ReceiveArgs;
use crate::failure::told;
use crate::signal::Stop;
pub use error::ReceiveError;
use folder::{Folder, KeepError, Unfinished};

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

/// What one pull brought.
#[derive(Default)]
struct Round {
    numbers: Vec<String>,
    /// Whether some were offered that had been before.
    all: bool,
    /// Whether the hub began to bring something.
    begun: bool,
}

impl Round {
    /// Whether this one is offered for the first time, or was not left then.
    fn offers(&mut self, number: &str, offered: &HashSet<String>) -> bool {
        let again = offered.contains(number);
        if again {
            self.all = true;
        } else {
            self.numbers.push(number.to_owned());
        }
        !again
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
                // Not dropped while the batch is worked off: it may be half way to another connection.
                let mut next = pin!(inbox.next_arriving());
                match poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await {
                    Poll::Ready(came) => came,
                    Poll::Pending => {
                        self.settle(&mut batch).await?;
                        next.await
                    }
                }
            };
            let taken = match came {
                Ok(arriving) => self.take_arriving(&mut batch, arriving).await,
                Err(error) => Err(DoorError::from(error).into()),
            };
            match taken {
                // The connection ended in the middle: what was not acknowledged comes again.
                Err(ReceiveError::Call { source }) if source.is_passing() => {
                    self.settle(&mut batch).await?;
                }
                Err(error) => {
                    self.settle(&mut batch).await?;
                    return Err(error);
                }
                Ok(()) if batch.is_full() => self.settle(&mut batch).await?,
                Ok(()) => {}
            }
        }
    }

    /// Takes all that waits.
    async fn drain(&mut self) -> Result<(), ReceiveError> {
        // Left ones are offered again, behind the others: at the second time all were offered.
        let mut offered = HashSet::new();
        let mut broken = 0;
        loop {
            let (mut batch, mut round) = (Batch::default(), Round::default());
            let pulled = match self.door.quic().cloned() {
                Some(quic) => self.pull_arriving(&quic, &offered, &mut batch, &mut round).await,
                None => self.pull(&offered, &mut batch, &mut round).await,
            };
            self.settle(&mut batch).await?;
            let left = |number: &String| self.left.contains(number);
            let taken = round.numbers.len();
            offered.extend(round.numbers.into_iter().filter(left));
            match pulled {
                Ok(()) if round.all || taken == 0 => return Ok(()),
                Ok(()) => broken = 0,
                // It ended in the middle of what was offered.
                Err(ReceiveError::Call { source })
                    if source.is_passing() && round.begun && broken < BROKEN_MAX =>
                {
                    broken += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes some of what waits, as it arrives.
    async fn pull_arriving(
        &mut self,
        quic: &QuicClient,
        offered: &HashSet<String>,
        batch: &mut Batch,
        round: &mut Round,
    ) -> Result<(), ReceiveError> {
        let mut pulled = quic.pull_arriving().await.map_err(DoorError::from)?;
        while let Some(arriving) = pulled.next().await.map_err(DoorError::from)? {
            round.begun = true;
            if round.offers(&arriving.number().to_string(), offered) {
                self.take_arriving(batch, arriving).await?;
                if batch.is_full() {
                    self.settle(batch).await?;
                }
            }
        }
        Ok(())
    }

    /// Takes some of what waits.
    async fn pull(
        &mut self,
        offered: &HashSet<String>,
        batch: &mut Batch,
        round: &mut Round,
    ) -> Result<(), ReceiveError> {
        let envelopes = patiently(|| self.door.hub().pull_waiting()).await?;
        for ClientEnvelope { header, content } in envelopes {
            let number = header.hub_delivery_number.clone().ok_or(DoorError::OutOfStep)?;
            if round.offers(&number, offered) {
                self.take(batch, number, header, content.as_bytes())?;
                if batch.is_full() {
                    self.settle(batch).await?;
                }
            }
        }
        Ok(())
    }

    /// Keeps an envelope whose document goes to its file as it comes, if it is large.
    async fn take_arriving(
        &mut self,
        batch: &mut Batch,
        mut arriving: Arriving<'_>,
    ) -> Result<(), ReceiveError> {
        let (number, header) = (arriving.number().to_string(), arriving.header());
        if arriving.content_bytes() <= HELD_BYTES_MAX as u64 {
            let envelope = arriving.whole(HELD_BYTES_MAX).await.map_err(DoorError::from)?;
            return self.take(batch, number, header, &envelope.document());
        }
        let mut new = self.begin()?;
        while let Some(piece) = arriving.document_piece().await.map_err(DoorError::from)? {
            new.write_all(&piece).map_err(|source| self.unwritten(source))?;
        }
        // It was written on the way: what a crash would bring again.
        batch.bytes += HELD_BYTES_MAX;
        self.keep(batch, number, header, new)
    }

    /// Keeps an envelope, to be acknowledged with the others of its batch.
    fn take(
        &mut self,
        batch: &mut Batch,
        number: String,
        header: EnvelopeHeader,
        document: &[u8],
    ) -> Result<(), ReceiveError> {
        let mut new = self.begin()?;
        new.write_all(document).map_err(|source| self.unwritten(source))?;
        batch.bytes += document.len();
        self.keep(batch, number, header, new)
    }

    fn begin(&self) -> Result<Unfinished, ReceiveError> {
        self.folder.begin().map_err(|source| self.unwritten(source))
    }

    fn unwritten(&self, source: io::Error) -> ReceiveError {
        ReceiveError::File { file: self.folder.path().to_owned(), source }
    }

    fn keep(
        &mut self,
        batch: &mut Batch,
        number: String,
        header: EnvelopeHeader,
        document: Unfinished,
    ) -> Result<(), ReceiveError> {
        let outside = outside(&number, &header);
        let mut text = format!("{outside:#}").into_bytes();
        text.push(b'\n');
        match self.folder.keep(&number, &text, document) {
            Ok(file) => batch.kept.push(Kept { number, header, outside, file }),
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
        self.folder.sync().map_err(|source| self.unwritten(source))?;
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

/// Larger documents go to disk as they come.
const HELD_BYTES_MAX: usize = 4 << 20;
/// Pulls in a row that end in the middle, before that is told.
const BROKEN_MAX: u32 = 5;
/// What the hub brings ahead by default: a sync of the directory and a commit at the hub are shared by
/// that many.
const BATCH_ENVELOPES: usize = 64;
/// What is written and not acknowledged is written again after a crash.
const BATCH_BYTES: usize = 8 << 20;
