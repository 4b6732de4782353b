//! How the database goes about lists.

use rusqlite::ToSql;

use super::*;
use crate::domain::{Draft, TenantId};
use crate::store::{Reach, Store, tenants};

fn reach(store: &Store) -> Reach {
    let put = |db: &rusqlite::Connection| tenants::put_tenant(db, "GH", "GH", "Ghana", false);
    store.write(put).expect("it is made");
    store.read(tenants::tenants).expect("it is read")[0].reach()
}

/// Every list reads rows in the order of an index: nothing is sorted, and no table is read through.
#[test]
fn lists_follow_an_index() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let organization = crate::domain::OrganizationId::of(1);
    let confined = Reach::new(TenantId::of(1), Some(organization));
    let (one, none) = (1_i64, None::<i64>);
    let words = search::query("t1", "apples").expect("there is a word");
    let page: [(&str, &dyn ToSql); 4] =
        [(":before", &one), (":limit", &one), (":from", &none), (":until", &none)];
    let state: (&str, &dyn ToSql) = (":state", &"draft");
    let words: (&str, &dyn ToSql) = (":words", &words);
    let lists: [(&str, Vec<(&str, &dyn ToSql)>); 3] = [
        (ALL, page.to_vec()),
        (BY_STATE, [&page[..], &[state]].concat()),
        (BY_WORDS, [&page[..], &[state, words]].concat()),
    ];
    for (sql, bound) in lists {
        for reach in [everybody, confined] {
            let plan = store.read(|db| Scope::new(db, reach).plan(sql, &bound)).expect("planned");
            let plan = plan.join("; ");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
            assert!(!plan.contains("SCAN c"), "{sql}: {plan}");
            let by_index = plan.contains("SEARCH c USING INDEX")
                || plan.contains("VIRTUAL TABLE INDEX") && plan.contains("INTEGER PRIMARY KEY");
            assert!(by_index, "{sql}: {plan}");
        }
    }
}

/// 100,000 certificates, page after page: each page does as many steps as the first.
#[test]
fn pages_cost_the_same_however_far_down() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let draft = serde_json::to_string(&Draft::default()).expect("it is JSON");
    let fill = |db: &rusqlite::Connection| {
        db.execute_batch(
            "INSERT INTO user (id, tenant, name, full_name, roles, state, created_ms)
             VALUES (1, 1, 'user', 'User', '', 'active', 0)",
        )?;
        db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO certificate (id, tenant, author, state, open, draft, created_ms, changed_ms)
             SELECT i, 1, 1, CASE i % 2 WHEN 0 THEN 'draft' ELSE 'delivered' END, i % 2 = 0, ?1, i, i
             FROM n",
            [draft],
        )?;
        db.execute_batch(
            "INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
             SELECT id, 't1', 'GH-2026-' || id, 'Exporter', 'Apples', 'NL' FROM certificate",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    let words = search::query("t1", "apples nl").expect("there are words");
    let (none, delivered) = (None::<i64>, "delivered");
    let cases: [(&str, Vec<(&str, &dyn ToSql)>); 3] = [
        (ALL, vec![]),
        (BY_STATE, vec![(":state", &delivered)]),
        (BY_WORDS, vec![(":state", &none), (":words", &words)]),
    ];
    for (sql, own) in cases {
        let cost = |before: i64| {
            let mut bound: Vec<(&str, &dyn ToSql)> = vec![(":before", &before), (":limit", &50)];
            bound.extend([(":from", &none as &dyn ToSql), (":until", &none)]);
            bound.extend(&own);
            let cost = store.read(|db| Scope::new(db, everybody).cost(sql, &bound));
            cost.expect("it is listed")
        };
        let ((first, near), (deep, far)) = (cost(i64::MAX), cost(1_000));
        assert_eq!((first, deep), (50, 50), "{sql}");
        assert!(far <= near + near / 4, "{sql}: {near} steps at first, {far} deep down");
    }
}
