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

/// As if words led to many rows.
fn asked(scope: &Scope<'_>, filter: &ListFilter<'_>) -> Asked {
    filter.words(&scope.text_mark()).map_or(Asked::Nothing, Asked::Many)
}

fn planned(scope: &Scope<'_>, filter: &ListFilter<'_>) -> Vec<String> {
    let asked = asked(scope, filter);
    let way = Way::of(&asked, filter.has_dates());
    let plan = |way: Way, text: Option<&str>| {
        scope.with_list(filter, way, text, None, |sql, bound| scope.plan(sql, bound))
    };
    match asked {
        Asked::Many(words) => [way, Way::Part(5), Way::Few]
            .iter()
            .map(|way| plan(*way, Some(&words)).expect("planned").join("; "))
            .collect(),
        _ => vec![plan(way, None).expect("planned").join("; ")],
    }
}

fn cost(scope: &Scope<'_>, filter: &ListFilter<'_>) -> (usize, i32) {
    let asked = asked(scope, filter);
    let way = Way::of(&asked, filter.has_dates());
    let at = filter.before.filter(|_| way == Way::Date);
    let cost = |sql: &str, bound: &[(&str, &dyn ToSql)]| scope.cost(sql, bound);
    scope.with_list(filter, way, asked.text(), at, cost).expect("it is listed")
}

fn follows_an_index(what: &str, plan: &str) {
    assert!(!plan.contains("TEMP B-TREE"), "{what}: {plan}");
    assert!(!plan.contains("SCAN c"), "{what}: {plan}");
    let by_index = plan.contains("SEARCH c USING INDEX")
        || plan.contains("SEARCH c USING COVERING INDEX certificate_list (tenant=? AND id=?")
        || plan.contains("LIST SUBQUERY") && plan.contains("INTEGER PRIMARY KEY (rowid=?)")
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
                Ok::<_, StoreError>(planned(&Scope::new(db, reach), &filter))
            };
            for plan in store.read(plan).expect("it is planned") {
                follows_an_index(what, &plan);
            }
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

/// Frequent words are looked for among what the reader may see, unless it is few rows; of rare ones
/// each row is looked at.
#[test]
fn marks_are_asked_for_where_words_are_frequent() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let fill = |db: &rusqlite::Connection| {
        db.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 201)
             INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
             SELECT i, iif(i IN (3, 9), 't1 t1sfailed', 't1'), i, 'Exporter',
               CASE i WHEN 7 THEN 'Raremelon' ELSE 'Apples' END, 'NL'
             FROM n",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    let asked = |words: &str, marks: (&str, bool)| {
        let asked = |db: &rusqlite::Connection| {
            let filter = ListFilter { words, ..ListFilter::default() };
            let scope = Scope::new(db, everybody);
            scope.asked("certificate_text", marks, |marks| filter.words(marks))
        };
        store.read(asked).expect("it is asked")
    };
    let (all, failed) = (("scope : t1", false), ("scope : t1sfailed", true));
    let Asked::Many(words) = asked("exporter", all) else { panic!("they are 201") };
    assert!(words.starts_with("scope : t1 AND "), "{words}");
    assert_eq!(asked("raremelon", all), Asked::Few("[7]".to_owned()));
    let Asked::Few(apples) = asked("apples", all) else { panic!("200 are looked at one by one") };
    assert!(apples.starts_with("[1, 2, ") && apples.ends_with(", 201]"), "{apples}");
    assert_eq!(asked("exporter", failed), Asked::Few("[3, 9]".to_owned()));
    assert_eq!(asked(" - ", all), Asked::Nothing);
}

/// Apples in blocks, every third to one country, few failed: the pages of a search hold, one after
/// another, all that is looked for and nothing else.
#[test]
fn pages_of_a_search_hold_every_row_once() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let store = Store::open(directory.path()).expect("it opens");
    let everybody = reach(&store);
    let fill = |db: &rusqlite::Connection| {
        db.execute_batch(
            "INSERT INTO user (id, tenant, name, full_name, roles, state, created_ms)
             VALUES (1, 1, 'user', 'User', '', 'active', 0);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
             INSERT INTO certificate (id, tenant, author, state, open, draft, created_ms, changed_ms,
               destination, issued_ms)
             SELECT i, 1, 1, iif(i % 500 = 9, 'failed', 'delivered'), 0, '{}', 1614556800000 + i * 40000000, i,
               iif(i % 3 = 0 OR i < 900, 'NL', 'US'), 1614556800000 + i * 40000000
             FROM n;
             INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
             SELECT id, 't1 t1s' || state || strftime(' t1y%Y t1m%Y%m', issued_ms / 1000, 'unixepoch')
                 || strftime(' t1m%Y%m', issued_ms / 1000, 'unixepoch'), 'GH-' || id, 'Exporter',
               iif(id % 1000 < 400, 'Apples', 'Pears'), destination FROM certificate",
        )?;
        Ok::<_, StoreError>(())
    };
    store.write(fill).expect("it is filled");
    let all = |filter: ListFilter<'_>| {
        let mut ids: Vec<i64> = Vec::new();
        loop {
            let filter = ListFilter { before: ids.last().copied(), limit: 51, ..filter };
            let page = |db: &rusqlite::Connection| Scope::new(db, everybody).certificates(&filter);
            let page = store.read(page).expect("it is listed");
            if page.is_empty() {
                return ids;
            }
            ids.extend(page.iter().map(|row| row.id.number()));
        }
    };
    let expected = |wanted: &dyn Fn(i64) -> bool| -> Vec<i64> {
        (1..=6000).rev().filter(|id| wanted(*id)).collect()
    };
    let apples = ListFilter { words: "apples", ..ListFilter::default() };
    let is_apple = |id: i64| id % 1000 < 400;
    assert_eq!(all(apples), expected(&is_apple));
    let to_us = ListFilter { destination: "US", ..apples };
    assert_eq!(all(to_us), expected(&|id| is_apple(id) && id % 3 != 0 && id >= 900));
    let failed = ListFilter { state: Some(State::Failed), ..apples };
    assert_eq!(all(failed), expected(&|id| is_apple(id) && id % 500 == 9));
    let first = ListFilter { until_ms: Some(1_614_556_800_000 + 2_000 * 40_000_000), ..apples };
    assert_eq!(all(first), expected(&|id| is_apple(id) && id < 2_000));
}
