//! All that is kept, as text: two of them are equal if nothing was changed.

use rusqlite::{Connection, OpenFlags};

use crate::world::World;

/// What looking at pages may change: when a session was last used, and how often somebody guessed.
const NOT_OF_INTEREST: [&str; 2] = ["login_attempt", "sqlite_sequence"];

/// Everything in the database, but for the index of texts, guesses and the use of sessions.
pub(super) fn state(world: &World) -> String {
    let path = world.directory.path().join("gens.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opened");
    let tables = texts(
        &db,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_text%' ESCAPE '\\'
         ORDER BY name",
    );
    let mut out = String::new();
    for table in tables.iter().filter(|name| !NOT_OF_INTEREST.contains(&&***name)) {
        let columns = texts(&db, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let columns: Vec<String> = columns
            .iter()
            .filter(|name| *name != "seen_ms")
            .map(|name| format!("quote({name})"))
            .collect();
        let rows =
            texts(&db, &format!("SELECT {} FROM {table} ORDER BY 1", columns.join(" || ',' || ")));
        out.push_str(&format!("{table}\n{}\n", rows.join("\n")));
    }
    out
}

/// Rows of one text.
pub(super) fn texts(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).expect("it is SQL");
    let rows = statement.query_map([], |row| row.get(0)).expect("it is read");
    rows.map(|row| row.expect("it is a text")).collect()
}

/// One text of the database, for what no page shows.
pub(super) fn one(world: &World, sql: &str) -> String {
    let path = world.directory.path().join("gens.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opened");
    texts(&db, sql).join("\n")
}
