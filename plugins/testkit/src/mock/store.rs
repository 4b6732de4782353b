//! Keys, values, batches and code lists.

use std::collections::BTreeMap;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{Answer, CodeView, KvAction, KvExpectation, KvOperationView, Refusal};

use super::{MockHost, State};

/// How a batch of events stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a batch is outstanding, done with, or to come again")]
pub enum BatchState {
    /// Given to the plugin, up to this sequence.
    Outstanding(u64),
    /// Done with.
    Done,
    /// It comes again.
    Failed,
}

/// A code list as it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub(super) revision: u32,
    /// Flags, code, text, language.
    pub(super) codes: Vec<(u32, String, String, String)>,
}

impl List {
    pub(super) fn of(codes: &[(&str, &str)]) -> Self {
        let code = |(code, text): &(&str, &str)| {
            (0, (*code).to_owned(), (*text).to_owned(), "en".to_owned())
        };
        Self { revision: 1, codes: codes.iter().map(code).collect() }
    }

    pub(super) fn replace(&mut self, revision: u32, codes: &[CodeView<'_>]) -> Answer {
        if revision <= self.revision {
            return Err(Refusal::new(HUB_CONFLICT, "the revision is not higher than before"));
        }
        self.revision = revision;
        let copy = |c: &CodeView<'_>| {
            (c.flags, c.code.to_owned(), c.text.to_owned(), c.language.to_owned())
        };
        self.codes = codes.iter().map(copy).collect();
        Ok(())
    }

    pub(super) fn text(&self, code: &str, language: &str) -> Option<&str> {
        let of = |wanted: &str| {
            self.codes.iter().find(|c| c.1 == code && c.3 == wanted).map(|c| c.2.as_str())
        };
        of(language).or_else(|| of("en"))
    }
}

impl MockHost {
    /// What a key holds.
    #[must_use]
    pub fn value(&self, key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.state().kv.get(key.as_ref()).cloned()
    }

    /// All keys with their values.
    #[must_use]
    pub fn kv(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.state().kv.clone()
    }

    /// Sequence of the last event that the plugin is done with.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.state().cursor
    }

    /// How a batch stands, by its ticket.
    #[must_use]
    pub fn batch(&self, ticket: u64) -> Option<BatchState> {
        self.state().batches.get(&ticket).copied()
    }

    /// A batch that reaches up to this sequence; its ticket.
    #[must_use]
    pub fn open_batch(&self, last: u64) -> u64 {
        let ticket = self.next_ticket();
        self.state().batches.insert(ticket, BatchState::Outstanding(last));
        ticket
    }

    /// Ends a batch, unless it has ended.
    pub fn end_batch(&self, ticket: u64, done: bool) {
        self.state().end_batch(ticket, done);
    }
}

impl State {
    /// Whether the batch was outstanding.
    pub(super) fn end_batch(&mut self, ticket: u64, done: bool) -> bool {
        let Some(BatchState::Outstanding(last)) = self.batches.get(&ticket).copied() else {
            return false;
        };
        if done {
            self.cursor = self.cursor.max(last);
        }
        let state = if done { BatchState::Done } else { BatchState::Failed };
        self.batches.insert(ticket, state);
        true
    }

    pub(super) fn write(
        &mut self,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        if operations.len() > HUB_KV_OPERATIONS_MAX as usize {
            return Err(Refusal::new(HUB_EXHAUSTED, "too many operations in one write"));
        }
        for operation in operations {
            check_lengths(operation)?;
            let holds = self.kv.get(operation.key).map(Vec::as_slice);
            let met = match operation.expects {
                KvExpectation::Anything => true,
                KvExpectation::Nothing => holds.is_none(),
                KvExpectation::Value(value) => holds == Some(value),
            };
            if !met {
                return Err(Refusal::new(HUB_CONFLICT, "a key does not hold what was expected"));
            }
        }
        if let Some(ticket) = ticket
            && !self.end_batch(ticket, true)
        {
            return Err(Refusal::new(HUB_NOT_FOUND, "the ticket is done with"));
        }
        for operation in operations {
            match operation.action {
                KvAction::Check => {}
                KvAction::Put(value) => {
                    self.kv.insert(operation.key.to_vec(), value.to_vec());
                }
                KvAction::Delete => {
                    self.kv.remove(operation.key);
                }
            }
        }
        Ok(())
    }
}

fn check_lengths(operation: &KvOperationView<'_>) -> Answer {
    let value = if let KvAction::Put(value) = operation.action { value.len() } else { 0 };
    if operation.key.is_empty() || operation.key.len() > HUB_KV_KEY_BYTES_MAX as usize {
        return Err(Refusal::new(HUB_INVALID, "a key has 1 to 1,024 bytes"));
    }
    if value > HUB_KV_VALUE_BYTES_MAX as usize {
        return Err(Refusal::new(HUB_EXHAUSTED, "a value has at most 1 MiB"));
    }
    Ok(())
}
