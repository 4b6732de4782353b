//! What plugins keep in the store, each in a space of its own.

/// A plugin's number in this store; 0 is the hub's own.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PluginId(pub(crate) u32);

/// What a key must hold for an operation to be done.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three expectations of the contract")]
pub enum KvExpectation {
    /// Anything.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// This value.
    Value(Vec<u8>),
}

/// What an operation does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three operations of the contract")]
pub enum KvAction {
    /// Only the expectation is checked.
    #[default]
    Check,
    /// The key gets this value.
    Put(Vec<u8>),
    /// The key goes.
    Delete,
}

/// One operation of a write.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever writes")]
pub struct KvOperation {
    /// The key.
    pub key: Vec<u8>,
    /// What to do.
    pub action: KvAction,
    /// Under which condition.
    pub expects: KvExpectation,
}

/// All operations or none, in one batch.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever writes")]
pub struct PluginWrite {
    /// In order.
    pub operations: Vec<KvOperation>,
    /// Where the plugin has come to in the stream of events; nothing leaves it where it is. It
    /// never goes back.
    pub cursor: Option<u64>,
    /// Bytes of keys and values that the plugin may have after it.
    pub bytes_max: u64,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each outcome")]
pub enum PluginWritten {
    /// It is on disk.
    Done {
        /// Bytes of keys and values that the plugin has now.
        used: u64,
    },
    /// An expectation is not met: the operation of this index. Nothing was written.
    Conflict(usize),
    /// It would be more bytes than the plugin may have. Nothing was written.
    TooMuch {
        /// Bytes that it would have.
        would_be: u64,
    },
}

/// What the store keeps of a plugin beside its keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PluginMeta {
    /// Up to where it has taken the stream of events.
    pub cursor: u64,
    /// Bytes of its keys and values.
    pub used: u64,
}

/// A key and its value.
pub type KvRow = (Vec<u8>, Vec<u8>);
