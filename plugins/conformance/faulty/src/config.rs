//! What the configuration says.

use serde::Deserialize;

/// The plugin's section of the configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) sin: Sin,
    /// The hook that commits it.
    #[serde(rename = "in")]
    pub(crate) hook: Hook,
    /// How many calls of the hook behave before the first that does not.
    pub(crate) after: u64,
    /// How many calls commit it; 0 for all.
    pub(crate) times: u64,
    /// Status of `status`.
    pub(crate) status: i32,
    /// Milliseconds of `slow` and `late-completion`.
    pub(crate) ms: u64,
    /// Bytes that a call of `leak` leaves.
    pub(crate) bytes: usize,
    /// Findings of `endless-findings`; 0 for as many as there is time.
    pub(crate) count: u64,
    /// The certificate type that it knows; 851 unless given.
    pub(crate) certificate_type: Option<i32>,
    /// It owns the kind; else it is a further validator.
    pub(crate) owner: bool,
    /// The kind is a gate.
    pub(crate) gate: bool,
    /// Every event becomes a key `event/SEQUENCE` in the write that ends the batch.
    pub(crate) record: bool,
}

/// What it does wrong.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sin {
    #[default]
    None,
    Abort,
    BadFindings,
    BadTable,
    DoubleCompletion,
    EndlessFindings,
    Error,
    Exit,
    Hang,
    LateCompletion,
    Leak,
    NeverCompletion,
    Panic,
    PanicPayload,
    RetainedPointer,
    Segfault,
    Slow,
    Spin,
    StackOverflow,
    Status,
    ThreadLeft,
}

/// Where it does it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Hook {
    Create,
    Start,
    Quiesce,
    Drop,
    Kinds,
    #[default]
    Validate,
    Describe,
    Render,
    Route,
    Events,
    Request,
    Wake,
    Snapshot,
    Health,
}

impl Sin {
    /// Whether the SDK would not let it happen: such instances are made without it.
    pub(crate) const fn is_raw(self) -> bool {
        matches!(self, Self::BadFindings | Self::BadTable | Self::EndlessFindings | Self::Status)
    }
}
