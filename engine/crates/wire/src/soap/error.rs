//! Why a request cannot be read.

use std::fmt;

use phytohub_domain::ErrorKind;
use thiserror::Error;

use crate::xml::{At, Fault, XmlError};

/// A place in a request.
///
/// Counted in the request as UTF-8; for one that came as UTF-16, in what it was transcoded to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Place {
    offset: usize,
    line: usize,
    column: usize,
}

impl Place {
    /// Before the first byte.
    pub(crate) const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// The place behind a text that begins here.
    pub(crate) fn behind(self, text: &[u8]) -> Self {
        Self::of(text, text.len()).from(self, 0)
    }

    /// This place in a text that begins at `start`, behind so many bytes that are no part of it.
    fn from(self, start: Self, lead: usize) -> Self {
        let Self { offset, line, column } = self;
        Self {
            offset: start.offset + offset.saturating_sub(lead),
            line: start.line + line - 1,
            column: if line == 1 { start.column + column.saturating_sub(lead + 1) } else { column },
        }
    }

    pub(super) fn of(input: &[u8], offset: usize) -> Self {
        let before = input.get(..offset.min(input.len())).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        // Characters begin with any byte but 10xxxxxx.
        let characters = before.iter().skip(start).filter(|byte| **byte & 0xC0 != 0x80);
        Self { offset, line, column: characters.count() + 1 }
    }

    /// Bytes before it.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// Line, from 1.
    #[must_use]
    pub const fn line(self) -> usize {
        self.line
    }

    /// Column in characters, from 1.
    #[must_use]
    pub const fn column(self) -> usize {
        self.column
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} (line {}, column {})", self.offset, self.line, self.column)
    }
}

/// Why a request cannot be read. Each says what is wrong, where, and what would be right.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReadError {
    /// The body is empty.
    #[error("the request has no body: POST a SOAP 1.1 envelope")]
    PeerSentNothing,
    /// The body is larger than the hub takes.
    #[error("the request is too large bytes={bytes} limit={limit}")]
    PeerSentTooMuch {
        /// Its size.
        bytes: usize,
        /// `limits.request_bytes`.
        limit: usize,
    },
    /// An encoding that the hub does not read.
    #[error("this encoding is not read: send UTF-8 or UTF-16, encoding={name}")]
    PeerSentEncoding {
        /// What the charset of the Content-Type, or the XML declaration, says.
        name: String,
    },
    /// The bytes are not in the encoding that they are said to be in.
    #[error("the bytes are not in the encoding named: send UTF-8, encoding={name}")]
    PeerSentOtherEncoding {
        /// What the charset of the Content-Type, or the XML declaration, says.
        name: String,
    },
    /// Not XML.
    #[error("the request is not well-formed XML at {place}: {rule}")]
    PeerSentBadXml {
        /// The rule that it breaks.
        rule: XmlError,
        /// Where.
        place: Place,
    },
    /// Over a limit of the structure or of a field.
    #[error("{what} over the limit at {place}: {setting}={limit}")]
    PeerSentOverLimit {
        /// What there is too much of.
        what: &'static str,
        /// Which limit, by its name in `limits`.
        setting: &'static str,
        /// How much is allowed.
        limit: usize,
        /// Where.
        place: Place,
    },
    /// The root is not a SOAP envelope, or it holds no body.
    #[error("not a SOAP 1.1 message at {place}: {what}")]
    PeerSentNoSoap {
        /// What is missing or wrong.
        what: &'static str,
        /// Where.
        place: Place,
    },
    /// A SOAP 1.2 envelope.
    #[error(
        "a SOAP 1.2 envelope at {place}: the hub speaks SOAP 1.1, namespace http://schemas.xmlsoap.org/soap/envelope/"
    )]
    PeerSentSoap12 {
        /// Where.
        place: Place,
    },
    /// A header block that must be understood, and is not.
    #[error(
        "the hub does not understand a header block marked mustUnderstand at {place} block={block}"
    )]
    PeerSentMustUnderstand {
        /// Its local name.
        block: String,
        /// Where.
        place: Place,
    },
    /// The body's first element is no operation.
    #[error(
        "no operation of the hub at {place}: the body must hold one in the namespace http://ephyto.ippc.int/ element={name}"
    )]
    PeerSentUnknownOperation {
        /// Its local name.
        name: String,
        /// Where.
        place: Place,
    },
    /// An element that must be there is not.
    #[error("an element is missing before {place}: {inside} needs {name}")]
    PeerSentNo {
        /// What is missing.
        name: &'static str,
        /// In what.
        inside: &'static str,
        /// Where the element that should hold it ends.
        place: Place,
    },
    /// An element that may stand once stands twice.
    #[error("an element stands twice at {place}: element={name}")]
    PeerSentTwice {
        /// Which.
        name: &'static str,
        /// Where the second one is.
        place: Place,
    },
    /// Markup inside a text.
    #[error(
        "{name} holds an element, comment or processing instruction at {place}: it is a text, write < as &lt;"
    )]
    PeerSentMarkup {
        /// Which text.
        name: &'static str,
        /// Where the markup is.
        place: Place,
    },
}

impl ReadError {
    /// What the caller should do: change the request.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// The same error in a text that begins at `start`, behind so many bytes that are no part of it.
    pub(crate) fn moved(mut self, start: Place, lead: usize) -> Self {
        if let Self::PeerSentBadXml { place, .. }
        | Self::PeerSentMarkup { place, .. }
        | Self::PeerSentOverLimit { place, .. } = &mut self
        {
            *place = place.from(start, lead);
        }
        self
    }

    /// The SOAP fault code for it.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::PeerSentMustUnderstand { .. } => FaultCode::MustUnderstand,
            Self::PeerSentSoap12 { .. } => FaultCode::VersionMismatch,
            _ => FaultCode::Client,
        }
    }

    /// A broken rule, seen while reading the text `name`, or none in particular.
    pub(crate) fn from_fault(input: &[u8], fault: Fault, name: &'static str) -> Self {
        let place = Place::of(input, fault.at);
        let over = |what, setting, limit| Self::PeerSentOverLimit { what, setting, limit, place };
        match fault.what {
            At::Xml(rule) => Self::PeerSentBadXml { rule, place },
            At::Attributes { limit } => over("attributes of one element", "xml_attributes", limit),
            At::Bindings { limit } => {
                over("namespace declarations in scope", "xml_bindings", limit)
            }
            At::Depth { limit } => over("depth of nested elements", "xml_depth", limit),
            At::MarkupInText => Self::PeerSentMarkup { name, place },
        }
    }
}

/// The codes of SOAP 1.1 faults.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "SOAP 1.1 closes this list")]
pub enum FaultCode {
    /// The request is wrong.
    Client,
    /// A header block was not understood.
    MustUnderstand,
    /// Trouble of the hub, or an answer that callers expect as a fault.
    Server,
    /// Not SOAP 1.1.
    VersionMismatch,
}

impl FaultCode {
    /// The word on the wire, without its prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::MustUnderstand => "MustUnderstand",
            Self::Server => "Server",
            Self::VersionMismatch => "VersionMismatch",
        }
    }
}
