//! How the database goes about lists.

use rusqlite::ToSql;

use super::*;
use crate::domain::{Draft, OrganizationId, TenantId};
use crate::store::{Reach, Store, tenants};

fn reach(store: &Store) -> Reach {
    let put = |db: &rusqlite::Connection| tenants::put_tenant(db, "GH", "GH", "Ghana", false);
    store.write(put).expect("it is made");
    store.read(tenants::tenants).expect("it is read")[0].reach()
}

/// Every filter on its own, and all of them together, each for who sees all and who is confined.
fn filters() -> Vec<(&'static str, ListFilter<'static>)> {
    let none = ListFilter { limit: 50, ..ListFilter::default() };
    let organization = Some(OrganizationId::of(1));
    let (state, date) = (Some(State::Delivered), Some(1_000));
    let mut all = vec![
        ("none", none),
        ("words", ListFilter { words: "apples", ..none }),
        ("number", ListFilter { number: "GH-2026-5", ..none }),
        ("party", ListFilter { party: "exporter", ..none }),
        ("commodity", ListFilter { commodity: "apples", ..none }),
        ("destination", ListFilter { destination: "NL", ..none }),
        ("organization", ListFilter { organization, ..none }),
        ("state", ListFilter { state, ..none }),
        ("from", ListFilter { from_ms: date, ..none }),
        ("until", ListFilter { until_ms: Some(i64::MAX), ..none }),
        ("state and destination", ListFilter { state, destination: "NL", ..none }),
        ("state and date", ListFilter { state, from_ms: date, ..none }),
        ("destination and date", ListFilter { destination: "NL", from_ms: date, ..none }),
        ("organization and date", ListFilter { organization, from_ms: date, ..none }),
        ("organization and state", ListFilter { organization, state, ..none }),
        ("words and state", ListFilter { words: "apples", state, ..none }),
        ("words and date", ListFilter { words: "apples", from_ms: date, ..none }),
    ];
    let everything = ListFilter {
        words: "apples",
        number: "GH",
        party: "exporter",
        commodity: "apples",
        destination: "NL",
        organization,
        state,
        from_ms: date,
        until_ms: Some(i64::MAX),
        ..none
    };
    all.push(("everything", everything));
    all.push((
        "all but words",
        ListFilter { words: "", number: "", party: "", commodity: "", ..everything },
    ));
    all
}

fn planned(scope: &Scope<'_>, filter: &ListFilter<'_>) -> Vec<String> {
    let words = filter.words(&scope.text_mark());
    let way = Way::of(words.as_deref(), filter.has_dates());
    let plan = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.plan(sql, bound);
    scope.with_list(filter, way, words.as_deref(), None, plan).expect("planned")
}

fn cost(scope: &Scope<'_>, filter: &ListFilter<'_>) -> (usize, i32) {
    let words = filter.words(&scope.text_mark());
    let way = Way::of(words.as_deref(), filter.has_dates());
    let at = filter.before.filter(|_| way == Way::Date);
    let cost = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.cost(sql, bound);
    scope.with_list(filter, way, words.as_deref(), at, cost).expect("it is listed")
}

fn follows_an_index(what: &str, plan: &str) {
    assert!(!plan.contains("TEMP B-TREE"), "{what}: {plan}");
    assert!(!plan.contains("SCAN c"), "{what}: {plan}");
    let by_index = plan.contains("SEARCH c USING INDEX")
        || plan.contains("VIRTUAL TABLE INDEX") && plan.contains("INTEGER PRIMARY KEY");
    assert!(by_index, "{what}: {plan}");
}

/// Every list reads rows in the order of an index: nothing is sorted, and no table is read through.
#[test]
fn lists_follow_an_index() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let organization = OrganizationId::of(1);
    let confined = Reach::new(TenantId::of(1), Some(organization));
    for reach in [everybody, confined] {
        for (what, filter) in filters() {
            let plan = |db: &rusqlite::Connection| {
                Ok::<_, StoreError>(planned(&Scope::new(db, reach), &filter).join("; "))
            };
            follows_an_index(what, &store.read(plan).expect("it is planned"));
        }
    }
}

#[test]
fn whole_number_is_looked_up_by_its_index() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let plan = |db: &rusqlite::Connection| {
        let scope = Scope::new(db, everybody);
        let filter = ListFilter { number: "GH-7", limit: 50, ..ListFilter::default() };
        let plan = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.plan(sql, bound);
        scope.with_list(&filter, Way::Number, filter.exact(), None, plan)
    };
    let plan = store.read(plan).expect("planned").join("; ");
    assert!(plan.contains("certificate_number (tenant=? AND number=?"), "{plan}");
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
            "INSERT INTO organization (id, tenant, name, address, state, registered_ms)
             VALUES (1, 1, 'Exporter', '', 'active', 0);
             INSERT INTO user (id, tenant, name, full_name, roles, state, created_ms)
             VALUES (1, 1, 'user', 'User', '', 'active', 0)",
        )?;
        db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO certificate (id, tenant, author, state, open, draft, created_ms, changed_ms,
               destination, organization, issued_ms)
             SELECT i, 1, 1, CASE i % 2 WHEN 0 THEN 'draft' ELSE 'delivered' END, i % 2 = 0, ?1, i,
               i, CASE i % 3 WHEN 0 THEN 'NL' ELSE 'US' END, 1, i
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
    let same = |what: &str, near: (usize, i32), far: (usize, i32)| {
        assert_eq!((near.0, far.0), (50, 50), "{what}");
        assert!(far.1 <= near.1 + near.1 / 4, "{what}: {near:?} at first, {far:?} deep down");
    };
    let read = |filter: ListFilter<'_>| {
        let read = |db: &rusqlite::Connection| {
            Ok::<_, StoreError>(cost(&Scope::new(db, everybody), &filter))
        };
        store.read(read).expect("it is listed")
    };
    for (what, filter) in filters() {
        if filter.number.is_empty() {
            let deep = ListFilter { before: Some(5_000), ..filter };
            same(what, read(filter), read(deep));
        }
    }
}

/// Frequent words are looked for among what the reader may see; of rare ones each row is looked at.
#[test]
fn marks_are_asked_for_where_words_are_frequent() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let fill = |db: &rusqlite::Connection| {
        db.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 201)
             INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
             SELECT i, 't1', i, 'Exporter', CASE i WHEN 7 THEN 'Raremelon' ELSE 'Apples' END, 'NL'
             FROM n",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    let asked = |words: &str| {
        let asked = |db: &rusqlite::Connection| {
            let filter = ListFilter { words, ..ListFilter::default() };
            let scope = Scope::new(db, everybody);
            scope.asked("certificate_text", "scope : t1", |marks| filter.words(marks))
        };
        store.read(asked).expect("it is counted")
    };
    let is_marked = |words: &str| asked(words).expect("a word").starts_with("scope : t1 AND ");
    assert!(is_marked("exporter"));
    assert!(!is_marked("apples"), "200 are looked at one by one");
    assert!(!is_marked("raremelon"));
    assert_eq!(asked(" - "), None);
}
