//! Code lists, for the operator.

use std::sync::Arc;

use phytohub_domain::{Timestamp, with_causes};
use phytohub_schemas::CodeListName;
use phytohub_schemas::code_list::CodeList;
use phytohub_store::StoredCodeList;
use phytohub_telemetry::Actor;

use super::{AdminError, AdminReply, CodeListView};
use crate::Hub;
use crate::codes::{CodeLists, import_event};

impl Hub {
    pub(super) fn codes_list(&self) -> AdminReply {
        let (lists, now) = (self.inner.code_lists.load(), self.clock().now());
        let views = lists.revisions().map(|revision| {
            let current = lists.in_force(&revision.list.description().name, now);
            let in_force = current.is_some_and(|current| current.revision == revision.revision);
            CodeListView::new(revision, in_force)
        });
        AdminReply::CodeLists(views.collect())
    }

    pub(super) fn codes_export(
        &self,
        name: &str,
        revision: Option<u32>,
    ) -> Result<AdminReply, AdminError> {
        let lists = self.inner.code_lists.load();
        let found = match revision {
            Some(revision) => lists.revision(name, revision),
            None => lists.in_force(name, self.clock().now()),
        };
        let unknown = || AdminError::NoSuchCodeList { name: name.to_owned() };
        Ok(AdminReply::CodeListFile(found.ok_or_else(unknown)?.list.to_json()))
    }

    /// On disk first, then in force from its date on.
    pub(super) async fn codes_import(
        &self,
        actor: Actor,
        text: String,
        valid_from_ms: Option<u64>,
    ) -> Result<AdminReply, AdminError> {
        let list = CodeList::read(&text).map_err(|error| AdminError::Invalid {
            what: "code list",
            problem: with_causes(&error),
        })?;
        // The operations that serve a list expect its rows to be of one kind.
        let name = CodeListName::from_name(&list.description().name);
        let kinds =
            name.map(|name| (phytohub_schemas::code_list(name).rows().kind(), list.rows().kind()));
        if let Some((expected, found)) = kinds
            && expected != found
        {
            let problem = format!("rows of this list are {expected:?}, not {found:?}");
            return Err(AdminError::Invalid { what: "code list", problem });
        }
        let _changing = self.inner.registry_change.lock().await;
        let mut lists = CodeLists::clone(&self.inner.code_lists.load());
        let (name, now) = (list.description().name.clone(), self.clock().now());
        let stored = StoredCodeList {
            revision: lists.next_revision(&name),
            valid_from: valid_from_ms.map_or(now, Timestamp::from_millis),
            imported: now,
            name,
            text,
        };
        let events = vec![import_event(actor, &stored)];
        lists.put(&stored, Arc::new(list));
        let view = lists.revision(&stored.name, stored.revision).map(|revision| {
            let current = lists.in_force(&stored.name, now);
            CodeListView::new(
                revision,
                current.is_some_and(|current| current.revision == revision.revision),
            )
        });
        self.inner.store.put_code_lists(vec![stored.clone()], events).await?;
        self.inner.code_lists.store(Arc::new(lists));
        let unknown = || AdminError::NoSuchCodeList { name: stored.name };
        view.map(AdminReply::CodeList).ok_or_else(unknown)
    }
}
