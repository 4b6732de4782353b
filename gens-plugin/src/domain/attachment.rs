//! Files that go with a certificate.

use serde::{Deserialize, Serialize};

use super::{DraftFlaw, FlawKind, limit};

/// The types of attachments that every reader opens.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the attachment guideline closes it")]
pub enum AttachmentKind {
    /// `application/pdf`.
    Pdf,
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
    /// `image/gif`.
    Gif,
}

impl AttachmentKind {
    /// What the bytes are by how they begin: neither name nor declared type is trusted.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |with: &[u8]| bytes.starts_with(with);
        match () {
            () if starts(b"%PDF-") => Some(Self::Pdf),
            () if starts(b"\x89PNG\r\n\x1a\n") => Some(Self::Png),
            () if starts(b"\xff\xd8\xff") => Some(Self::Jpeg),
            () if starts(b"GIF87a") || starts(b"GIF89a") => Some(Self::Gif),
            () => None,
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
        }
    }

    pub(crate) fn from_media_type(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Png, Self::Jpeg, Self::Gif]
            .into_iter()
            .find(|kind| kind.media_type() == name)
    }

    /// The extension of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
        }
    }
}

/// A file that goes with the certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its name, without directories and control characters.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Attachment {
    /// A file of that name, if it is one of those that may be attached.
    ///
    /// # Errors
    ///
    /// It is of another kind or too large.
    pub fn new(name: &str, bytes: Vec<u8>) -> Result<Self, DraftFlaw> {
        if bytes.len() > limit::ATTACHMENT_BYTES_MAX {
            return Err(DraftFlaw::new("attachment", FlawKind::TooLarge));
        }
        let Some(kind) = AttachmentKind::of(&bytes) else {
            return Err(DraftFlaw::new("attachment", FlawKind::Type));
        };
        Ok(Self { name: safe_name(name, kind), kind, bytes })
    }
}

/// The name without what could lead elsewhere or deceive about what it is.
fn safe_name(name: &str, kind: AttachmentKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')'))
        .take(80)
        .collect();
    let stem = match kept.trim() {
        "" => "attachment",
        kept => kept,
    };
    format!("{stem}.{}", kind.extension())
}
