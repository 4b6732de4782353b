//! `phytohub receive`: what waits at a hub as files, as a national system.

mod folder;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use phytohub_client::{DoorError, InboxCredit, QuicClient};
use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader};
use phytohub_telemetry::Escaped;
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

    /// Takes what is brought, until that fails: what was not acknowledged then comes again.
    async fn subscribe(&mut self, quic: &QuicClient) -> Result<(), ReceiveError> {
        let mut inbox = quic.inbox(InboxCredit::default());
        loop {
            let envelope = inbox.next().await.map_err(DoorError::from)?;
            let (number, document) = (envelope.number.to_string(), envelope.document());
            self.take(&number, &envelope.header, &document).await?;
        }
    }

    /// Takes all that waits.
    async fn drain(&mut self) -> Result<(), ReceiveError> {
        // Left ones are offered again, behind the others: at the second time all were offered.
        let mut offered = HashSet::new();
        loop {
            let envelopes = patiently(|| self.door.hub().pull_waiting()).await?;
            let mut all = envelopes.is_empty();
            for ClientEnvelope { header, content } in envelopes {
                let number = header.hub_delivery_number.clone().ok_or(DoorError::OutOfStep)?;
                if offered.contains(&number) {
                    all = true;
                    continue;
                }
                self.take(&number, &header, content.as_bytes()).await?;
                if self.left.contains(&number) {
                    offered.insert(number);
                }
            }
            if all {
                return Ok(());
            }
        }
    }

    /// Keeps an envelope, then acknowledges it.
    async fn take(
        &mut self,
        number: &str,
        header: &EnvelopeHeader,
        document: &[u8],
    ) -> Result<(), ReceiveError> {
        let outside = outside(number, header);
        let mut text = format!("{outside:#}").into_bytes();
        text.push(b'\n');
        let file = match self.folder.keep(number, &text, document) {
            Ok(file) => file,
            Err(KeepError::File { file, source }) => {
                return Err(ReceiveError::File { file, source });
            }
            Err(refused) => {
                self.leave(number, &told(&refused));
                return Ok(());
            }
        };
        let received =
            Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
        let hub = self.door.hub();
        let acknowledged = patiently(|| hub.acknowledge(number, received.clone())).await;
        match acknowledged {
            Ok(()) => {
                // It may have been in somebody's way before.
                self.left.remove(number);
                Ok(self.progress.done(&self.line(number, header, outside, &file))?)
            }
            Err(error) if concerns_one(&error) => {
                self.leave(number, &told(&error));
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
