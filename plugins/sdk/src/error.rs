//! Why something was not done, on either side.

use std::error::Error as StdError;
use std::fmt;

use phytohub_plugin_api as abi;

/// What a hook answers and what a call to the hub yields.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can be done about an [`Error`]: the contract's statuses.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not now; nothing was done. Try again later.
    Again,
    /// The arguments are wrong: the caller must change them.
    Invalid,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The caller may not do that.
    Denied,
    /// It contradicts what is there.
    Conflict,
    /// A limit is reached.
    Exhausted,
    /// The deadline passed.
    Deadline,
    /// The caller no longer wants it.
    Cancelled,
    /// What is needed for it is down.
    Unavailable,
    /// The other side does not have that.
    Unsupported,
    /// What was read is damaged.
    Corrupt,
    /// A bug on the side that answers.
    Internal,
    /// The side that answers panicked.
    Panicked,
    /// The hub does not offer this extension to this plugin: it is not granted.
    NotOffered,
}

impl ErrorKind {
    pub(crate) const fn status(self) -> abi::HubStatus {
        match self {
            Self::Again => abi::HUB_AGAIN,
            Self::Invalid => abi::HUB_INVALID,
            Self::NotFound => abi::HUB_NOT_FOUND,
            Self::Denied => abi::HUB_DENIED,
            Self::Conflict => abi::HUB_CONFLICT,
            Self::Exhausted => abi::HUB_EXHAUSTED,
            Self::Deadline => abi::HUB_DEADLINE,
            Self::Cancelled => abi::HUB_CANCELLED,
            Self::Unavailable => abi::HUB_UNAVAILABLE,
            Self::Unsupported | Self::NotOffered => abi::HUB_UNSUPPORTED,
            Self::Corrupt => abi::HUB_CORRUPT,
            Self::Internal => abi::HUB_INTERNAL,
            // Said by a hook, it would mean that the plugin panicked, not whom it asked.
            Self::Panicked => abi::HUB_INTERNAL,
        }
    }

    /// The kind of a status that is not a success; unknown ones are [`ErrorKind::Internal`].
    pub(crate) const fn of(status: abi::HubStatus) -> Self {
        match status {
            abi::HUB_AGAIN => Self::Again,
            abi::HUB_INVALID => Self::Invalid,
            abi::HUB_NOT_FOUND => Self::NotFound,
            abi::HUB_DENIED => Self::Denied,
            abi::HUB_CONFLICT => Self::Conflict,
            abi::HUB_EXHAUSTED => Self::Exhausted,
            abi::HUB_DEADLINE => Self::Deadline,
            abi::HUB_CANCELLED => Self::Cancelled,
            abi::HUB_UNAVAILABLE => Self::Unavailable,
            abi::HUB_UNSUPPORTED => Self::Unsupported,
            abi::HUB_CORRUPT => Self::Corrupt,
            abi::HUB_PANICKED => Self::Panicked,
            _ => Self::Internal,
        }
    }
}

/// Something was not done. The kind tells the other side what to do, the reason tells people why:
/// a hook's error becomes a status and diagnostics.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of a kind with its reason: lower case, no full stop.
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), source: None }
    }

    /// The same error with what caused it, which diagnostics name too.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Not now; nothing was done. As a hook's answer, the hub asks again later.
    pub fn again(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Again, reason)
    }

    /// The arguments are wrong.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, reason)
    }

    /// What is needed is down. As a hook's answer, the hub asks again later.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, reason)
    }

    /// The plugin does not have that.
    pub fn unsupported(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, reason)
    }

    /// What was read is damaged.
    pub fn corrupt(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, reason)
    }

    /// A bug in the plugin.
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, reason)
    }

    pub(crate) fn not_offered(extension: &str) -> Self {
        Self::new(
            ErrorKind::NotOffered,
            format!(
                "the hub does not offer {extension} to this plugin: name it under requires or \
                 optional in plugin.toml and ask the operator to grant it"
            ),
        )
    }

    /// What can be done about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Why, without what caused it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Why, with everything that caused it, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.reason.clone();
        let mut source = StdError::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::corrupt("a value is not the JSON it should be").because(error)
    }
}

/// Why an instance could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The plugin's section of the hub's configuration is wrong.
    #[error("configuration: {key}: {reason}")]
    Config {
        /// Path of the key, such as `deadlines.answer_days`.
        key: String,
        /// What is wrong with its value and what it may be.
        reason: String,
    },
    /// Something that is needed could not be had.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl CreateError {
    /// A key of the configuration has a value that it must not have.
    pub fn config(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config { key: key.into(), reason: reason.into() }
    }
}

impl From<CreateError> for Error {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Config { .. } => Self::invalid(error.to_string()),
            CreateError::Failed(error) => error,
        }
    }
}

/// The plugin's configuration from its JSON; an error names the key.
pub(crate) fn config<C: serde::de::DeserializeOwned>(json: &[u8]) -> Result<C, CreateError> {
    let json = if json.is_empty() { b"{}" } else { json };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        CreateError::config(path, error.into_inner().to_string())
    })
}
