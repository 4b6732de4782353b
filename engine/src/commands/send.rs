//! `phytohub send`: certificates through a hub, as a national system.

mod document;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use phytohub_client::{Delivery, DoorError, QuicError, StreamedDelivery};
use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_server::Tasks;
use phytohub_telemetry::Escaped;
use serde_json::json;
use thiserror::Error;
use tokio::sync::mpsc;

use super::door::{CALLS_MAX, Door, OpenError, Progress, concerns_one, patiently};
use crate::cli::{HubAddress, SendArgs};
use crate::failure::told;
use document::DocumentError;

/// Looks at every file, then sends them.
///
/// # Errors
/// When a file is no certificate that can be sent, or the hub refuses or does not answer.
pub async fn run(args: &SendArgs) -> Result<(), SendError> {
    if !args.again.is_empty() && matches!(args.hub.address, HubAddress::Soap(_)) {
        return Err(SendError::NoKey);
    }
    let door = Door::open(&args.hub)?;
    let progress = Progress::of(args.files.len());
    let lanes = lanes(args, &progress)?;
    let tasks = Tasks::new();
    let (tell, mut heard) = mpsc::channel(1);
    let args = Arc::new(args.clone());
    for lane in lanes {
        let (door, args, tell) = (door.clone(), Arc::clone(&args), tell.clone());
        tasks.spawn("send", async move {
            for file in lane {
                let outcome = send(&door, &args, &file).await;
                if tell.send((file, outcome)).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(tell);
    let (mut answered, mut refused) = (0, false);
    while let Some((file, outcome)) = heard.recv().await {
        answered += 1;
        match outcome {
            Ok(header) => {
                refused |= header.tracking_info == Some(TrackingInfo::FailedDelivery);
                progress.done(&line(&args, &file, &header))?;
            }
            Err(Failure::Door(source)) if !concerns_one(&source) => {
                return Err(SendError::Call { file, source: Box::new(source) });
            }
            Err(failure) => {
                refused = true;
                let (file, failure) = (shown(&file), told(&failure));
                progress.complain(&format!("not delivered file={file}: {failure}"));
            }
        }
    }
    door.close().await;
    match (answered == args.files.len(), refused) {
        (false, _) => Err(SendError::Lost),
        (true, true) => Err(SendError::Refused),
        (true, false) => Ok(()),
    }
}

/// The files, judged, in rows that are sent side by side: what has the same number is in one row,
/// so that no withdrawal overtakes its certificate.
fn lanes(args: &SendArgs, progress: &Progress) -> Result<Vec<Vec<PathBuf>>, SendError> {
    let (mut unreadable, mut unfit, mut large) = (false, false, false);
    let mut judged = Vec::with_capacity(args.files.len());
    for file in &args.files {
        match document::read(file, args) {
            Ok(document) => {
                large |= document.text.len() > SIDE_BY_SIDE_BYTES_MAX;
                judged.push((file.clone(), document.header.nppo_certificate_number));
            }
            Err(error) => {
                match error {
                    DocumentError::Read(_) => unreadable = true,
                    _ => unfit = true,
                }
                let (file, error) = (shown(file), told(&error));
                progress.complain(&format!("cannot send the file file={file}: {error}"));
            }
        }
    }
    match (unreadable, unfit) {
        (true, _) => return Err(SendError::Unreadable),
        (false, true) => return Err(SendError::Unfit),
        (false, false) => {}
    }
    let mut lanes = vec![Vec::new(); if large { 1 } else { CALLS_MAX }];
    let mut lane_of: HashMap<String, usize> = HashMap::new();
    for (file, number) in judged {
        let next = lane_of.len() % lanes.len();
        let lane = *lane_of.entry(number).or_insert(next);
        if let Some(lane) = lanes.get_mut(lane) {
            lane.push(file);
        }
    }
    lanes.retain(|lane| !lane.is_empty());
    Ok(lanes)
}

/// Reads a file once more and delivers it.
async fn send(door: &Door, args: &SendArgs, file: &Path) -> Result<EnvelopeHeader, Failure> {
    let mut document = document::read(file, args)?;
    let key = document.key(&args.again);
    let large = document.text.len() > SIDE_BY_SIDE_BYTES_MAX;
    if let Some(quic) = door.quic().filter(|_| large) {
        let content = document.lying_in(file)?;
        let mut delivery = StreamedDelivery::new(document.header, &content);
        (delivery.key, delivery.validate) = (Some(key), args.validate);
        return quic.deliver_streamed(delivery).await.map_err(|error| match error {
            QuicError::Broken(_) => DocumentError::Changed.into(),
            error => DoorError::from(error).into(),
        });
    }
    let mut delivery = Delivery::new(document.header, &document.text);
    drop(document.text);
    (delivery.key, delivery.validate) = (Some(key), args.validate);
    Ok(patiently(|| door.hub().deliver(delivery.clone())).await?)
}

fn line(args: &SendArgs, file: &Path, header: &EnvelopeHeader) -> String {
    let number = header.hub_delivery_number.as_deref().unwrap_or_default();
    let state = header.tracking_info.map(TrackingInfo::as_str).unwrap_or_default();
    let message = header.error_message.as_deref().unwrap_or_default();
    if args.json {
        return json!({
            "file": file.to_string_lossy(),
            "number": number,
            "state": state,
            "message": message,
            "from": header.from,
            "to": header.to,
            "certificate": header.nppo_certificate_number,
        })
        .to_string();
    }
    let (number, message) = (Escaped(number), message.replace('\n', " "));
    let colon = if message.is_empty() { "" } else { ": " };
    format!("{number} {state} {}{colon}{}", shown(file), Escaped(&message))
}

fn shown(file: &Path) -> String {
    Escaped(&file.to_string_lossy()).to_string()
}

/// Why one file was not delivered.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// Why not everything was delivered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The hub does not answer as it should.
    #[error(
        "the hub does not answer as it should; mend that and give the same command again: what is \
         told above is delivered file={}",
        file.display()
    )]
    Call {
        /// The file that was being sent.
        file: PathBuf,
        /// Why.
        source: Box<DoorError>,
    },
    /// A bug: something ended without an answer.
    #[error("some files were not sent; give the same command again")]
    Lost,
    /// SOAP has no keys.
    #[error("--again is for quic:// alone: by https:// a hub knows an envelope for ten minutes")]
    NoKey,
    /// The hub cannot be called.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The hub refused some; that has been told.
    #[error("the hub refused some")]
    Refused,
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
    /// Some files are no certificates that can be sent; that has been told.
    #[error("some files cannot be sent")]
    Unfit,
    /// Some files cannot be read; that has been told.
    #[error("some files cannot be read")]
    Unreadable,
}

/// Larger ones go one by one: each is held once while it is looked at, and by SOAP some three times
/// while it is sent.
const SIDE_BY_SIDE_BYTES_MAX: usize = 4 << 20;
