//! Keys and values.

use phytohub_plugin_api as abi;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::BatchTicket;
use crate::{Error, ErrorKind, Host, Result};

/// The plugin's keys and values in the hub's store. Keys of at most 1 KiB, values of at most 1 MiB.
#[derive(Clone, Copy, Debug)]
pub struct Kv<'a>(pub(super) &'a Host);

impl<'a> Kv<'a> {
    /// A key's value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`]: the store does not answer now.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let outcome = self.0.raw().kv_get(key.as_ref(), &mut |piece| {
            value.extend_from_slice(piece);
            true
        });
        match outcome {
            Ok(()) => Ok(Some(value)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A key's value, written as JSON.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get); [`ErrorKind::Corrupt`]: it is something else.
    pub fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<[u8]>) -> Result<Option<T>> {
        match self.get(key)? {
            Some(value) => Ok(Some(serde_json::from_slice(&value)?)),
            None => Ok(None),
        }
    }

    /// Visits keys that begin with `prefix` and come after `after` (empty: from the first), in byte
    /// order, at most `limit`, for as long as the visitor answers that it wants more.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub fn scan(
        &self,
        prefix: impl AsRef<[u8]>,
        after: impl AsRef<[u8]>,
        limit: u32,
        mut visit: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<()> {
        self.0.raw().kv_scan(prefix.as_ref(), after.as_ref(), limit, &mut visit)
    }

    /// The first `limit` keys that begin with `prefix` and come after `after`, with their values.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub fn list(
        &self,
        prefix: impl AsRef<[u8]>,
        after: impl AsRef<[u8]>,
        limit: u32,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut all = Vec::new();
        self.scan(prefix, after, limit, |key, value| {
            all.push((key.to_vec(), value.to_vec()));
            true
        })?;
        Ok(all)
    }

    /// Operations that are done all or not at all; see [`Write::commit`].
    pub fn write(&self, operations: impl IntoIterator<Item = Operation>) -> Write<'a> {
        Write {
            host: self.0,
            operations: operations.into_iter().collect(),
            ticket: abi::HUB_NO_TICKET,
        }
    }

    /// Gives one key a value.
    ///
    /// # Errors
    ///
    /// As of [`Write::commit`].
    pub fn put(&self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Result<()> {
        self.write([Operation::put(key, value)]).commit()
    }

    /// Takes one key away.
    ///
    /// # Errors
    ///
    /// As of [`Write::commit`].
    pub fn delete(&self, key: impl Into<Vec<u8>>) -> Result<()> {
        self.write([Operation::delete(key)]).commit()
    }
}

/// Operations on keys, not yet done.
#[derive(Debug)]
#[must_use = "nothing is written before commit"]
pub struct Write<'a> {
    host: &'a Host,
    operations: Vec<Operation>,
    ticket: u64,
}

impl Write<'_> {
    /// One more operation; 1,000 at most.
    pub fn and(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Done together with a batch of events: either the operations are written and the batch is
    /// done with, or neither. Their effect is had exactly once.
    pub fn with_batch(mut self, batch: impl Into<BatchTicket>) -> Self {
        self.ticket = batch.into().0;
        self
    }

    /// Does it; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`]: an expectation is not met. [`ErrorKind::Exhausted`]: too many
    /// bytes. [`ErrorKind::NotFound`]: the batch is done with already. Nothing was written.
    pub fn commit(self) -> Result<()> {
        self.host.raw().kv_write(&self.operations, self.ticket)
    }
}

/// An operation on a key, with what the key must hold for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operation {
    pub(crate) kind: u32,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) expects: u32,
    pub(crate) expected: Vec<u8>,
}

impl Operation {
    /// The key gets the value.
    pub fn put(key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        Self::new(abi::HUB_KV_PUT, key.into(), value.into())
    }

    /// The key gets the value, written as JSON.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn put_json<T: Serialize + ?Sized>(key: impl Into<Vec<u8>>, value: &T) -> Result<Self> {
        let value = serde_json::to_vec(value)
            .map_err(|error| Error::internal("a value cannot be written as JSON").because(error))?;
        Ok(Self::put(key, value))
    }

    /// The key goes.
    pub fn delete(key: impl Into<Vec<u8>>) -> Self {
        Self::new(abi::HUB_KV_DELETE, key.into(), Vec::new())
    }

    /// Nothing is changed: only what follows is expected.
    pub fn check(key: impl Into<Vec<u8>>) -> Self {
        Self::new(abi::HUB_KV_CHECK, key.into(), Vec::new())
    }

    const fn new(kind: u32, key: Vec<u8>, value: Vec<u8>) -> Self {
        Self { kind, key, value, expects: abi::HUB_KV_EXPECTS_ANYTHING, expected: Vec::new() }
    }

    /// Only if the key holds nothing.
    #[must_use]
    pub fn expecting_nothing(mut self) -> Self {
        self.expects = abi::HUB_KV_EXPECTS_NOTHING;
        self
    }

    /// Only if the key holds this.
    #[must_use]
    pub fn expecting(mut self, value: impl Into<Vec<u8>>) -> Self {
        self.expects = abi::HUB_KV_EXPECTS_VALUE;
        self.expected = value.into();
        self
    }

    /// Only if the key holds what [`Kv::get`] answered.
    #[must_use]
    pub fn expecting_same(self, value: Option<&[u8]>) -> Self {
        match value {
            Some(value) => self.expecting(value),
            None => self.expecting_nothing(),
        }
    }
}
