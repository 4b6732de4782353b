//! The audit trail.

use super::view::AuditView;
use super::{Cursor, Gens, Page, ServiceError, may};
use crate::auth::Session;
use crate::domain::{Action, Subject, limit};

impl Gens {
    /// The audit trail of the tenant, the newest first.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn audit(
        &self,
        session: &Session,
        after: Option<Cursor>,
    ) -> Result<Page<AuditView>, ServiceError> {
        may(session, Action::Audit, Subject::default())?;
        let wanted = limit::PAGE_ROWS_MAX;
        let before = after.map(Cursor::number);
        let rows = self.read(session, |scope| Ok(scope.audit(before, wanted + 1)?))?;
        Ok(Page::of(rows, wanted, |row| row.id, AuditView::from))
    }
}
