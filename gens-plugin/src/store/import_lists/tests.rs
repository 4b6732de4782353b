//! How the database goes about lists of what was received.

use super::*;
use crate::store::{Reach, Store, tenants};

fn opened() -> (tempfile::TempDir, Store, Reach) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let put = |db: &rusqlite::Connection| tenants::put_tenant(db, "GH", "GH", "Ghana", false);
    store.write(put).expect("it is made");
    let reach = store.read(tenants::tenants).expect("it is read")[0].reach();
    (directory, store, reach)
}

fn filters() -> Vec<(&'static str, ImportFilter<'static>)> {
    let none = ImportFilter { limit: 50, ..ImportFilter::default() };
    let (decision, receipt) = (Some(Decision::Held), Some(Receipt::Plain));
    let date = Some(1_000);
    vec![
        ("none", none),
        ("words", ImportFilter { words: "apples", ..none }),
        ("party", ImportFilter { party: "exporter", ..none }),
        ("commodity", ImportFilter { commodity: "apples", ..none }),
        ("country", ImportFilter { country: "NL", ..none }),
        ("undecided", ImportFilter { undecided: true, ..none }),
        ("decision", ImportFilter { decision, ..none }),
        ("receipt", ImportFilter { receipt, ..none }),
        ("from", ImportFilter { from_ms: date, ..none }),
        ("until", ImportFilter { until_ms: Some(i64::MAX), ..none }),
        ("decision and receipt", ImportFilter { decision, receipt, ..none }),
        ("decision and date", ImportFilter { decision, from_ms: date, ..none }),
        ("words and date", ImportFilter { words: "apples", from_ms: date, ..none }),
        ("country and receipt", ImportFilter { country: "NL", receipt, ..none }),
    ]
}

/// As if words led to many rows.
fn asked(scope: &Scope<'_>, filter: &ImportFilter<'_>) -> Asked {
    filter.words(&scope.text_mark()).map_or(Asked::Nothing, Asked::Many)
}

#[test]
fn lists_follow_an_index() {
    let (_directory, store, reach) = opened();
    for (what, filter) in filters() {
        let plan = |db: &rusqlite::Connection| {
            let scope = Scope::new(db, reach);
            let asked = asked(&scope, &filter);
            let ways = match asked {
                Asked::Many(_) => vec![Way::Words, Way::Part(5), Way::Few],
                _ => vec![Way::of(&asked, filter.has_dates())],
            };
            let plan = |way: &Way| {
                scope.with_imports(&filter, *way, asked.text(), None, |sql, bound| {
                    Ok::<_, StoreError>(scope.plan(sql, bound)?.join("; "))
                })
            };
            ways.iter().map(plan).collect::<Result<Vec<_>, _>>()
        };
        for plan in store.read(plan).expect("planned") {
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN i"), "{what}: {plan}");
            let by_index = plan.contains("SEARCH i USING INDEX")
                || plan.contains("LIST SUBQUERY") && plan.contains("INTEGER PRIMARY KEY (rowid=?)")
                || plan.contains("VIRTUAL TABLE INDEX") && plan.contains("INTEGER PRIMARY KEY");
            assert!(by_index, "{what}: {plan}");
        }
    }
}

#[test]
fn whole_number_is_looked_up_by_its_index() {
    let (_directory, store, reach) = opened();
    let plan = |db: &rusqlite::Connection| {
        let scope = Scope::new(db, reach);
        let filter = ImportFilter { words: "NL-7", limit: 50, ..ImportFilter::default() };
        let plan = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.plan(sql, bound);
        scope.with_imports(&filter, Way::Number, filter.exact(), None, plan)
    };
    let plan = store.read(plan).expect("planned").join("; ");
    assert!(plan.contains("inbox_any_number (tenant=? AND number=? AND id<?)"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

/// 60,000 received: each page does as many steps as the first, whatever is looked for.
#[test]
fn pages_cost_the_same_however_far_down() {
    let (_directory, store, reach) = opened();
    let fill = |db: &rusqlite::Connection| {
        db.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
             INSERT INTO inbox (id, tenant, hub_number, sender, certificate_type,
               certificate_status, number, accepted_ms, received_ms, sender_certificate,
               content_hash, content, receipt, message, findings, decision)
             SELECT i, 1, 'H' || i, 'NL', 851, 70, 'NL-' || i, i, i, '', '', x'',
               CASE i % 2 WHEN 0 THEN 'plain' ELSE 'with-warning' END, '', '[]',
               CASE i % 4 WHEN 0 THEN 'held' ELSE NULL END
             FROM n;
             INSERT INTO inbox_text (rowid, scope, number, parties, commodities, countries)
             SELECT id, 't1', number, 'Exporter', 'Apples', 'NL' FROM inbox",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    for (what, filter) in filters() {
        let read = |before: Option<i64>| {
            let filter = ImportFilter { before, ..filter };
            let read = |db: &rusqlite::Connection| {
                let scope = Scope::new(db, reach);
                let asked = asked(&scope, &filter);
                let way = Way::of(&asked, filter.has_dates());
                let at = before.filter(|_| way == Way::Date);
                let cost = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.cost(sql, bound);
                scope.with_imports(&filter, way, asked.text(), at, cost)
            };
            store.read(read).expect("it is listed")
        };
        let (near, far) = (read(None), read(Some(5_000)));
        assert_eq!((near.0, far.0), (50, 50), "{what}");
        assert!(far.1 <= near.1 + near.1 / 4, "{what}: {near:?} at first, {far:?} deep down");
    }
}
