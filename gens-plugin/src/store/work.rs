//! Whose work certificates are.

use super::{Scope, StoreError};
use crate::domain::UserId;

impl Scope<'_> {
    /// Whether a user has certificates in work.
    pub(crate) fn has_work(&self, user: UserId) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT EXISTS (SELECT 1 FROM certificate c WHERE {visible c} AND c.open = 1
               AND (c.author = :user OR c.issuer = :user))
             OR EXISTS (SELECT 1 FROM certificate c WHERE {visible c} AND c.issuer = :user
               AND c.state IN ('issued', 'sent') AND c.paper_only = 0)",
            &[(":user", &user.number())],
            |row| Ok(row.get(0)?),
        )?;
        Ok(found.unwrap_or_default())
    }

    /// Gives what one user has in work to another; answers how many certificates.
    pub(crate) fn reassign(&self, from: UserId, to: UserId) -> Result<usize, StoreError> {
        let bound: super::Bound<'_> = &[(":from", &from.number()), (":to", &to.number())];
        let authored = self.execute(
            "UPDATE certificate AS c SET author = :to
             WHERE {visible c} AND c.author = :from AND c.open = 1",
            bound,
        )?;
        // What may still fail is somebody's; what arrived keeps the name of who cared for it.
        let issued = self.execute(
            "UPDATE certificate AS c SET issuer = :to WHERE {visible c} AND c.issuer = :from
             AND c.open = 1",
            bound,
        )?;
        let under_way = self.execute(
            "UPDATE certificate AS c SET issuer = :to WHERE {visible c} AND c.issuer = :from
             AND c.state IN ('issued', 'sent') AND c.open = 0",
            bound,
        )?;
        Ok(authored + issued + under_way)
    }
}
