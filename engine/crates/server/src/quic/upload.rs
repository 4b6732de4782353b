//! Contents that come with requests: small ones are held until they are judged, large ones go to
//! disk as they arrive.

use bytes::Bytes;
use phytohub_domain::Limits;
use phytohub_exchange::{Caller, StagedContent, Upload, UploadError};
use phytohub_wire::quic::{CONTENT_BEFORE, CONTENT_BEHIND, Kind};

use super::link::Link;
use super::reader::{FrameReader, StreamError};
use super::refusal::Refusal;
use crate::budget::{Place, Share};
use crate::buffer::{self, Buffer, share_of};

/// A content that arrived.
pub(super) enum Arrived {
    /// In memory, between the tags where it will be judged.
    Held(buffer::Upload),
    /// On disk, and found well written.
    Staged(StagedContent),
}

/// Takes a content in, or passes over what finds no room or is no content.
pub(super) async fn take(
    (link, caller): (&Link, &Caller),
    reader: &mut FrameReader,
    (kind, bytes): (Kind, u64),
    place: &Place,
    limits: &Limits,
) -> Result<Result<Arrived, Refusal>, StreamError> {
    if kind != Kind::Deliver || bytes <= HELD_BYTES_MAX {
        return hold(link, reader, bytes, place, limits).await;
    }
    let mut unread = true;
    let staged = stage((link, caller), (reader, &mut unread), bytes, place, limits).await;
    match staged {
        Ok(staged) => Ok(Ok(Arrived::Staged(staged))),
        Err(Broken::Stream(error)) => Err(error),
        Err(Broken::Refused(refusal)) => {
            if unread {
                reader.skip(bytes, limits.idle_time).await?;
            }
            Ok(Err(refusal))
        }
    }
}

/// Takes it into memory.
async fn hold(
    link: &Link,
    reader: &mut FrameReader,
    bytes: u64,
    place: &Place,
    limits: &Limits,
) -> Result<Result<Arrived, Refusal>, StreamError> {
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let whole = bytes.saturating_add(CONTENT_BEFORE.len() + CONTENT_BEHIND.len());
    let mut buffer = Buffer::new(&link.door.admission, whole);
    let mut room = buffer.push(CONTENT_BEFORE, limits);
    let mut last = bytes == 0;
    while !last {
        let piece: Bytes;
        (piece, last) = reader.piece(limits.idle_time).await?;
        if room.is_ok() && share_of(buffer.len + piece.len()) == Share::Bulk {
            room = place.check(limits, Share::Bulk);
        }
        if room.is_ok() {
            room = buffer.push(&piece, limits);
        }
    }
    let room = room.and_then(|()| buffer.push(CONTENT_BEHIND, limits));
    Ok(room.map(|()| Arrived::Held(buffer.finish())).map_err(Refusal::from))
}

/// Why a content is not taken in.
enum Broken {
    Refused(Refusal),
    Stream(StreamError),
}

impl From<StreamError> for Broken {
    fn from(error: StreamError) -> Self {
        Self::Stream(error)
    }
}

impl<T: Into<Refusal>> From<T> for Broken {
    fn from(refusal: T) -> Self {
        Self::Refused(refusal.into())
    }
}

/// Takes it to disk. Tells whether there is more of it to read.
async fn stage(
    (link, caller): (&Link, &Caller),
    (reader, unread): (&mut FrameReader, &mut bool),
    bytes: u64,
    place: &Place,
    limits: &Limits,
) -> Result<StagedContent, Broken> {
    place.check(limits, Share::Bulk)?;
    let mut memory = link.door.admission.hold();
    memory.grow(limits, Share::Bulk, Upload::MEMORY_BYTES)?;
    let mut upload = link.door.hub.upload(caller, bytes).await?;
    while *unread {
        let (piece, last) = reader.piece(limits.idle_time).await?;
        *unread = !last;
        upload = upload.push(piece).await?;
    }
    Ok(upload.finish().await?)
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Read(error) => Self::Content(error),
            UploadError::Call(error) => Self::Call(error),
            _ => Self::Internal,
        }
    }
}

/// Contents up to here are held: a larger one takes no more while it comes in.
const HELD_BYTES_MAX: u64 = Upload::MEMORY_BYTES as u64;
