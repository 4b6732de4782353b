//! The spans that are open in this copy of the library.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::Metadata;

use super::fields::Fields;

thread_local! {
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Open spans by their ids, which begin at 1 and are never used again.
#[derive(Default)]
pub(super) struct Spans {
    last: AtomicU64,
    open: Mutex<HashMap<u64, Span>>,
}

struct Span {
    metadata: &'static Metadata<'static>,
    parent: Option<u64>,
    fields: Fields,
    holders: u64,
}

impl Spans {
    fn all(&self) -> MutexGuard<'_, HashMap<u64, Span>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(
        &self,
        metadata: &'static Metadata<'static>,
        parent: Option<u64>,
        fields: Fields,
    ) -> u64 {
        let id = self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let mut all = self.all();
        if let Some(parent) = parent.and_then(|parent| all.get_mut(&parent)) {
            parent.holders += 1;
        }
        all.insert(id, Span { metadata, parent, fields, holders: 1 });
        id
    }

    pub(super) fn add(&self, id: u64, fields: Fields) {
        if let Some(span) = self.all().get_mut(&id) {
            span.fields.set_all(fields);
        }
    }

    pub(super) fn hold(&self, id: u64) {
        if let Some(span) = self.all().get_mut(&id) {
            span.holders += 1;
        }
    }

    /// One holder less; answers whether the span is closed.
    pub(super) fn release(&self, id: u64) -> bool {
        let mut all = self.all();
        let (mut next, mut closed) = (Some(id), false);
        while let Some(id) = next.take() {
            let Some(span) = all.get_mut(&id) else { break };
            span.holders = span.holders.saturating_sub(1);
            if span.holders == 0 {
                next = all.remove(&id).and_then(|span| span.parent);
                closed = true;
            }
        }
        closed
    }

    pub(super) fn enter(&self, id: u64) {
        // A thread that is ending has no place for it any more; its last events lose their spans.
        let _ = ENTERED.try_with(|entered| entered.borrow_mut().push(id));
    }

    pub(super) fn exit(&self, id: u64) {
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            if let Some(at) = entered.iter().rposition(|known| *known == id) {
                entered.remove(at);
            }
        });
    }

    /// The span that this thread is in.
    pub(super) fn current(&self) -> Option<u64> {
        ENTERED.try_with(|entered| entered.borrow().last().copied()).ok().flatten()
    }

    /// Adds a span's path and id, and its values and those of the ones around it.
    pub(super) fn describe(&self, id: u64, fields: &mut Fields) {
        let all = self.all();
        let (mut names, mut next) = (Vec::new(), Some(id));
        while let Some(span) = next.and_then(|id| all.get(&id)) {
            names.push(span.metadata.name());
            fields.fill(&span.fields);
            next = span.parent;
        }
        names.reverse();
        fields.set("span", names.join(">"));
        fields.set("span_id", id.to_string());
    }
}
