//! Certificates issued, by month, partner and commodity: counted as they are issued, so that a page
//! of counts reads counts and no certificates.

use super::{Scope, StoreError};
use crate::domain::OrganizationId;

/// The counts, those of each organization and, as organization 0, of all. They are kept by a trigger
/// so that a version that knows nothing of them keeps them too.
pub(super) const MIGRATION: &str = "
CREATE TABLE issued_count (
  tenant INTEGER NOT NULL REFERENCES tenant,
  organization INTEGER NOT NULL,
  month TEXT NOT NULL,
  destination TEXT NOT NULL,
  produce TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant, organization, month, destination, produce)
) STRICT, WITHOUT ROWID;

INSERT INTO issued_count
SELECT tenant, 0, strftime('%Y-%m', issued_ms / 1000, 'unixepoch'), destination, produce, count(*)
FROM certificate WHERE issued_ms IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
INSERT INTO issued_count
SELECT tenant, organization, strftime('%Y-%m', issued_ms / 1000, 'unixepoch'), destination, produce,
  count(*)
FROM certificate WHERE issued_ms IS NOT NULL AND organization IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

CREATE TRIGGER certificate_counted AFTER UPDATE OF issued_ms ON certificate
WHEN old.issued_ms IS NULL AND new.issued_ms IS NOT NULL
BEGIN
  INSERT INTO issued_count
  VALUES (new.tenant, 0, strftime('%Y-%m', new.issued_ms / 1000, 'unixepoch'), new.destination,
    new.produce, 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO issued_count
  SELECT new.tenant, new.organization, strftime('%Y-%m', new.issued_ms / 1000, 'unixepoch'),
    new.destination, new.produce, 1
  WHERE new.organization IS NOT NULL
  ON CONFLICT DO UPDATE SET count = count + 1;
END;
";

impl Scope<'_> {
    /// Certificates issued in the months from one moment to another: month, destination, first
    /// produce, how many.
    pub(crate) fn issued_counts(
        &self,
        from_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<(String, String, String, u32)>, StoreError> {
        let of = self.organization().map_or(0, OrganizationId::number);
        self.all(
            "SELECT n.month, n.destination, n.produce, n.count FROM issued_count n
             WHERE {visible n} AND n.organization = :of
             AND n.month >= coalesce(strftime('%Y-%m', :from / 1000, 'unixepoch'), '')
             AND n.month <= coalesce(strftime('%Y-%m', (:until - 1) / 1000, 'unixepoch'), '9999')
             ORDER BY n.month, n.destination, n.produce LIMIT 10000",
            &[(":of", &of), (":from", &from_ms), (":until", &until_ms)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    }
}
