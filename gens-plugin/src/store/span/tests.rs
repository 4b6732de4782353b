//! Spans among rows of two tenants, some of them gone.

use super::*;
use crate::store::{Reach, Store, tenants};

const DAY: i64 = CLOCK_BACK_MS;

fn filled() -> (tempfile::TempDir, Store, Reach) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let fill = |db: &rusqlite::Connection| {
        tenants::put_tenant(db, "GH", "GH", "Ghana", false)?;
        tenants::put_tenant(db, "NL", "NL", "Netherlands", false)?;
        db.execute_batch(
            "INSERT INTO user (id, tenant, name, full_name, roles, state, created_ms)
             VALUES (1, 1, 'user', 'User', '', 'active', 0);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
             INSERT INTO certificate (id, tenant, author, state, open, draft, created_ms, changed_ms,
               destination, issued_ms)
             SELECT i, 1 + (i % 3 = 0), 1, 'delivered', 0, '', i * 86400000, 0, 'NL',
               iif(i > 290, NULL, (i + 5) * 86400000)
             FROM n WHERE i NOT BETWEEN 100 AND 120",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    let reach = store.read(tenants::tenants).expect("it is read")[0].reach();
    (directory, store, reach)
}

#[test]
fn span_is_no_longer_than_there_are_rows() {
    let (_directory, store, reach) = filled();
    let span = |from, until| {
        let read =
            |db: &rusqlite::Connection| Scope::new(db, reach).span(Dated::Issued, from, until);
        store.read(read).expect("it is looked up")
    };
    let all = Span { from_ms: 6 * DAY, until_ms: 295 * DAY + 1, below: i64::MAX };
    assert_eq!(span(None, None), all);
    assert_eq!(span(Some(0), Some(900 * DAY)), all);
    assert_eq!(span(Some(50 * DAY), None), Span { from_ms: 50 * DAY, ..all });
}

#[test]
fn nothing_of_the_span_is_above_its_id_and_little_else_below() {
    let (_directory, store, reach) = filled();
    for day in 1..300 {
        let span = |db: &rusqlite::Connection| {
            let scope = Scope::new(db, reach);
            let span = scope.span(Dated::Issued, None, Some(day * DAY))?;
            let highest = scope.one(
                "SELECT max(id) FROM certificate
                 WHERE tenant = {tenant} AND created_ms < :until",
                &[(":until", &(day * DAY))],
                |row| Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0)),
            )?;
            Ok::<_, StoreError>((span.below, highest.unwrap_or(0)))
        };
        let (below, highest) = store.read(span).expect("it is looked up");
        assert!(below > highest, "day {day}: {below} is not above {highest}");
        // One day for clocks, and the certificates of the other tenant and those gone.
        let gap = if (98..=121).contains(&day) { 25 } else { 4 };
        assert!(below == i64::MAX || below <= highest + gap, "day {day}: {below} {highest}");
    }
}

#[test]
fn without_rows_there_is_no_span() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let put = |db: &rusqlite::Connection| tenants::put_tenant(db, "GH", "GH", "Ghana", false);
    store.write(put).expect("it is made");
    let reach = store.read(tenants::tenants).expect("it is read")[0].reach();
    for rows in [Dated::Issued, Dated::Received] {
        let read = |db: &rusqlite::Connection| Scope::new(db, reach).span(rows, None, Some(5));
        let span = store.read(read).expect("it is looked up");
        assert_eq!((span.from_ms, span.until_ms), (0, 1));
    }
}
