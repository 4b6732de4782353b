//! Code lists: served from the store, in revisions that hold from a date on.

use std::collections::BTreeMap;
use std::sync::Arc;

use phytohub_domain::{Right, Timestamp, with_causes};
use phytohub_schemas::CodeListName;
use phytohub_schemas::code_list::CodeList;
use phytohub_store::{CommitError, StoredCodeList};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind};

use crate::plugin::PluginError;
use crate::{CallError, Caller, Hub};

/// A revision of a code list.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) revision: u32,
    pub(crate) valid_from: Timestamp,
    pub(crate) imported: Timestamp,
    pub(crate) list: Arc<CodeList>,
}

/// All revisions of all lists, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeLists {
    by_name: BTreeMap<String, Vec<Revision>>,
}

impl CodeLists {
    /// The lists as they were stored. One that a later reader no longer takes must not keep the
    /// hub from opening: it is left out, with an alert, and the revision before it holds.
    pub(crate) fn new(stored: &[StoredCodeList]) -> Self {
        let mut lists = Self::default();
        for one in stored {
            match CodeList::read(&one.text) {
                Ok(list) => lists.put(one, Arc::new(list)),
                Err(error) => {
                    let (name, revision) = (&one.name, one.revision);
                    tracing::error!(%error, name, revision, "a stored code list is left out");
                }
            }
        }
        lists
    }

    pub(crate) fn put(&mut self, stored: &StoredCodeList, list: Arc<CodeList>) {
        let revisions = self.by_name.entry(stored.name.clone()).or_default();
        revisions.push(Revision {
            revision: stored.revision,
            valid_from: stored.valid_from,
            imported: stored.imported,
            list,
        });
        revisions.sort_by_key(|revision| revision.revision);
    }

    /// Every revision, by name and then by number.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.by_name.values().flatten()
    }

    /// The newest revision that holds at this time.
    pub(crate) fn in_force(&self, name: &str, at: Timestamp) -> Option<&Revision> {
        let revisions = self.by_name.get(name)?;
        revisions.iter().rev().find(|revision| revision.valid_from <= at)
    }

    pub(crate) fn revision(&self, name: &str, revision: u32) -> Option<&Revision> {
        self.by_name.get(name)?.iter().find(|known| known.revision == revision)
    }

    pub(crate) fn next_revision(&self, name: &str) -> u32 {
        let last = self.by_name.get(name).and_then(|revisions| revisions.last());
        last.map_or(1, |revision| revision.revision + 1)
    }
}

impl Hub {
    /// Puts the lists that the program brings into the store, where the store has none of that
    /// name. To be called once after opening.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn seed_code_lists(&self) -> Result<(), CommitError> {
        let _changing = self.inner.registry_change.lock().await;
        let mut lists = CodeLists::clone(&self.inner.code_lists.load());
        let (now, mut added) = (self.clock().now(), Vec::new());
        for name in CodeListName::ALL {
            if lists.next_revision(name.as_str()) > 1 {
                continue;
            }
            let stored = StoredCodeList {
                name: name.as_str().to_owned(),
                revision: 1,
                valid_from: Timestamp::default(),
                imported: now,
                text: name.text().to_owned(),
            };
            let list = phytohub_schemas::code_list(*name);
            lists.put(&stored, Arc::new(list.clone()));
            added.push(stored);
        }
        if added.is_empty() {
            return Ok(());
        }
        let mut event = Event::new(EventKind::CodeListImported, Actor::hub());
        event.detail = format!("{} lists that the program brings", added.len());
        self.inner.store.put_code_lists(added, vec![event]).await?;
        self.inner.code_lists.store(Arc::new(lists));
        Ok(())
    }

    /// A code list as it holds now, for one of the ten operations that serve them.
    ///
    /// # Errors
    /// If the caller may not read, or the hub has no such list.
    pub async fn code_list(
        &self,
        caller: &Caller,
        name: CodeListName,
    ) -> Result<Arc<CodeList>, CallError> {
        caller.may(Right::Read)?;
        let lists = self.inner.code_lists.load();
        let revision = lists.in_force(name.as_str(), self.clock().now());
        revision.map(|revision| Arc::clone(&revision.list)).ok_or(CallError::NoCodeList)
    }

    /// The hub's own code lists in force whose revision is higher than what `known` says of their
    /// name (0: nothing is known), by name, each with its revision.
    ///
    /// # Errors
    /// If the caller may not read.
    pub fn code_lists_since(
        &self,
        caller: &Caller,
        known: impl Fn(&str) -> u32,
    ) -> Result<Vec<(u32, Arc<CodeList>)>, CallError> {
        caller.may(Right::Read)?;
        let (lists, now) = (self.inner.code_lists.load(), self.clock().now());
        let in_force = CodeListName::ALL.iter().filter_map(|name| {
            let newest = lists.in_force(name.as_str(), now)?;
            let newer = newest.revision > known(name.as_str());
            newer.then(|| (newest.revision, Arc::clone(&newest.list)))
        });
        Ok(in_force.collect())
    }

    /// Any code list as it holds now.
    #[must_use]
    pub fn code_list_in_force(&self, name: &str) -> Option<Arc<CodeList>> {
        let lists = self.inner.code_lists.load();
        lists.in_force(name, self.clock().now()).map(|revision| Arc::clone(&revision.list))
    }

    /// Puts a plugin's own list in force, at once. It must have a revision of its own, higher than
    /// the one there; those of the hub's own lists are counted by the hub.
    ///
    /// # Errors
    /// `Conflict` if the revision is not higher, `Invalid` if the list is none.
    pub async fn publish_code_list(
        &self,
        plugin: &str,
        revision: u32,
        text: String,
    ) -> Result<(), PluginError> {
        let list =
            CodeList::read(&text).map_err(|error| PluginError::Invalid(with_causes(&error)))?;
        let name = list.description().name.clone();
        if CodeListName::from_name(&name).is_some() {
            return Err(PluginError::Denied);
        }
        let _changing = self.inner.registry_change.lock().await;
        let mut lists = CodeLists::clone(&self.inner.code_lists.load());
        let next = lists.next_revision(&name);
        if revision < next {
            let there = next.saturating_sub(1);
            return Err(PluginError::Conflict(format!("revision {there} of the list is there")));
        }
        let now = self.clock().now();
        let stored = StoredCodeList { name, revision, valid_from: now, imported: now, text };
        let actor = Actor::named(ActorKind::Plugin, plugin);
        let events = vec![import_event(actor, &stored)];
        lists.put(&stored, Arc::new(list));
        self.inner.store.put_code_lists(vec![stored], events).await?;
        self.inner.code_lists.store(Arc::new(lists));
        Ok(())
    }
}

/// The event of an import.
pub(crate) fn import_event(actor: Actor, stored: &StoredCodeList) -> Event {
    let mut event = Event::new(EventKind::CodeListImported, actor);
    event.detail =
        format!("{} revision {} from {}", stored.name, stored.revision, stored.valid_from);
    event
}
