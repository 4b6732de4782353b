//! What somebody has to do, the newest first.
//!
//! Each state is read in the order of its own index and the few first of each are put together: what
//! else lies about, such as drafts of years that nobody finished, costs nothing.

use std::cmp::Reverse;

use super::certificates::row;
use super::{CertificateRow, Scope, StoreError};
use crate::domain::{State, UserId};

/// What somebody has to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkFilter<'a> {
    /// Certificates of anybody's in these states.
    pub(crate) states: &'a [State],
    /// One's own in these.
    pub(crate) own_states: &'a [State],
    /// Whose.
    pub(crate) user: UserId,
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

const IN_STATE: &str = "SELECT c.* FROM certificate c WHERE {visible c} AND c.state = :state
 AND c.id < :before ORDER BY c.id DESC LIMIT :limit";
const AS_AUTHOR: &str = "SELECT c.* FROM certificate c INDEXED BY certificate_author
 WHERE {visible c} AND c.open = 1 AND c.author = :user AND c.id < :before
 AND (instr(:own, ' ' || c.state || ' ') OR c.message <> '') ORDER BY c.id DESC LIMIT :limit";
const AS_ISSUER: &str = "SELECT c.* FROM certificate c INDEXED BY certificate_issuer
 WHERE {visible c} AND c.open = 1 AND c.issuer = :user AND c.id < :before
 AND (instr(:own, ' ' || c.state || ' ') OR c.message <> '') ORDER BY c.id DESC LIMIT :limit";

impl Scope<'_> {
    /// A page of what somebody has to do, the newest first.
    pub(crate) fn work(&self, filter: &WorkFilter<'_>) -> Result<Vec<CertificateRow>, StoreError> {
        let before = filter.before.unwrap_or(i64::MAX);
        let (own, user) = (spaced(filter.own_states), filter.user.number());
        let mut all = Vec::new();
        for sql in [AS_AUTHOR, AS_ISSUER] {
            all.extend(self.all(
                sql,
                &[
                    (":before", &before),
                    (":limit", &filter.limit),
                    (":own", &own),
                    (":user", &user),
                ],
                row,
            )?);
        }
        for state in filter.states {
            all.extend(self.all(
                IN_STATE,
                &[(":before", &before), (":limit", &filter.limit), (":state", &state.as_str())],
                row,
            )?);
        }
        all.sort_by_key(|row| Reverse(row.id.number()));
        all.dedup_by_key(|row| row.id);
        all.truncate(filter.limit as usize);
        Ok(all)
    }
}

fn spaced(states: &[State]) -> String {
    let mut text = String::from(" ");
    for state in states {
        text.push_str(state.as_str());
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use rusqlite::ToSql;

    use super::*;
    use crate::domain::{OrganizationId, TenantId};
    use crate::store::{Reach, Store};

    #[test]
    fn work_follows_an_index() {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let store = Store::open(directory.path()).expect("it opens");
        let one = 1_i64;
        let page: [(&str, &dyn ToSql); 2] = [(":before", &one), (":limit", &one)];
        let own: [(&str, &dyn ToSql); 2] = [(":own", &" draft "), (":user", &one)];
        let state: (&str, &dyn ToSql) = (":state", &"draft");
        let statements = [
            (IN_STATE, [&page[..], &[state]].concat()),
            (AS_AUTHOR, [&page[..], &own].concat()),
            (AS_ISSUER, [&page[..], &own].concat()),
        ];
        for (sql, bound) in statements {
            for organization in [None, Some(OrganizationId::of(1))] {
                let reach = Reach::new(TenantId::of(1), organization);
                let plan = store.read(|db| Scope::new(db, reach).plan(sql, &bound));
                let plan = plan.expect("it is planned").join("; ");
                assert!(plan.contains("SEARCH c USING INDEX"), "{sql}: {plan}");
                assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{sql}: {plan}");
            }
        }
    }
}
