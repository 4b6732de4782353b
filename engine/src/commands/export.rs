//! `phytohub envelope export`: envelopes as files.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{ContentForm, Timestamp};
use phytohub_exchange::admin::{AdminReply, AdminRequest, ExportRequest};
use phytohub_wire::soap::decode_content;
use serde::Serialize;

use super::admin::{AskError, Desk};
use super::envelope::EnvelopeError;
use crate::cli::{AdminArgs, ExportArgs};
use crate::output::line;

/// Writes what was asked for, and tells each envelope on stdout once its files are there.
///
/// # Errors
/// When the hub refuses, or a file is there already or cannot be written.
pub async fn run(admin: &AdminArgs, args: &ExportArgs) -> Result<(), EnvelopeError> {
    let mut desk = Desk::new(admin)?;
    let done = export(&mut desk, args).await;
    desk.close()?;
    done
}

async fn export(desk: &mut Desk, args: &ExportArgs) -> Result<(), EnvelopeError> {
    // An answer before anything is made: there may be no such envelope or connection.
    let mut page = match &args.number {
        Some(number) => {
            let number = number.to_string();
            ask_envelope(desk, &number).await?;
            (vec![number], None)
        }
        None => ask_page(desk, args, None).await?,
    };
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&args.into);
    made.map_err(|source| EnvelopeError::File { file: args.into.clone(), source })?;
    loop {
        let (numbers, next) = page;
        for number in &numbers {
            export_one(desk, number, &args.into).await?;
            line(number).map_err(AskError::from)?;
        }
        let Some(after) = next else { return Ok(()) };
        page = ask_page(desk, args, Some(after)).await?;
    }
}

async fn ask_page(
    desk: &mut Desk,
    args: &ExportArgs,
    after: Option<String>,
) -> Result<(Vec<String>, Option<String>), AskError> {
    let request = ExportRequest::Page {
        from: args.from.as_ref().map(ToString::to_string),
        to: args.to.as_ref().map(ToString::to_string),
        since_ms: args.since.map(Timestamp::as_millis),
        after,
    };
    match desk.ask(AdminRequest::Export(request)).await? {
        AdminReply::ExportPage(page) => Ok((page.numbers, page.next)),
        _ => Err(AskError::OtherAnswer),
    }
}

async fn ask_envelope(
    desk: &mut Desk,
    number: &str,
) -> Result<phytohub_exchange::admin::EnvelopeView, AskError> {
    let number = number.to_owned();
    match desk.ask(AdminRequest::EnvelopeShow { number }).await? {
        AdminReply::Envelope(view) => Ok(view),
        _ => Err(AskError::OtherAnswer),
    }
}

/// The three files of one envelope; two if its content is not there. History comes last: it tells
/// that the content was taken out.
async fn export_one(desk: &mut Desk, number: &str, into: &Path) -> Result<(), EnvelopeError> {
    let envelope = ask_envelope(desk, number).await?;
    let write = |kind: &str, bytes: &[u8]| write(&into.join(format!("{number}.{kind}")), bytes);
    write("header.json", &json(&envelope)?)?;
    if !envelope.content_dropped {
        let raw = ask_content(desk, number).await?;
        let mut content = Vec::with_capacity(raw.len());
        // What was received in another form is read the same when it is read as this one.
        decode_content(&raw, ContentForm::Mixed, &mut |piece| content.extend_from_slice(piece));
        write("content", &content)?;
    }
    let request = AdminRequest::EnvelopeHistory { number: number.to_owned() };
    match desk.ask(request).await? {
        AdminReply::History(events) => write("history.json", &json(&events)?),
        _ => Err(AskError::OtherAnswer.into()),
    }
}

/// A content as it was received, piece by piece: a reply of the hub has a limit.
async fn ask_content(desk: &mut Desk, number: &str) -> Result<Vec<u8>, AskError> {
    let (mut raw, mut chunk) = (Vec::new(), 0);
    loop {
        let request = ExportRequest::Content { number: number.to_owned(), chunk };
        let reply = desk.ask(AdminRequest::Export(request)).await?;
        let AdminReply::ContentPiece(piece) = reply else { return Err(AskError::OtherAnswer) };
        raw.extend(STANDARD.decode(&piece.raw).map_err(|_| AskError::OtherAnswer)?);
        chunk += 1;
        if chunk >= piece.chunks {
            return Ok(raw);
        }
    }
}

fn json<T: Serialize>(view: &T) -> Result<Vec<u8>, AskError> {
    let mut text = serde_json::to_vec_pretty(view).map_err(io::Error::from)?;
    text.push(b'\n');
    Ok(text)
}

/// A new file, for its owner alone.
fn write(file: &Path, bytes: &[u8]) -> Result<(), EnvelopeError> {
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = new.and_then(|mut new| new.write_all(bytes).and_then(|()| new.sync_all()));
    written.map_err(|source| EnvelopeError::File { file: file.to_owned(), source })
}
