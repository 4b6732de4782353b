//! The tables, as numbered migrations.
//!
//! **A migration adds and never takes away or renames**, and what it adds has defaults: the version
//! before can still read and write the file, so that an upgrade can be undone. `user_version` tells
//! which migrations were done; a file from a later version is opened as it is.

use rusqlite::Connection;

use super::{StoreError, counts, marks, search};

mod later;

/// All migrations in order; the first is number 1.
const MIGRATIONS: &[&str] = &[
    FIRST,
    SEARCH_IMPORTS,
    PRINTS,
    search::MARKS,
    counts::MIGRATION,
    later::FILTERS,
    marks::MIGRATION,
    later::NUMBERS,
    later::DUPLICATES,
];

/// Brings the tables to this version, each migration in a transaction of its own.
pub(super) fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    migrate_to(db, MIGRATIONS.len())
}

fn migrate_to(db: &mut Connection, version: usize) -> Result<(), StoreError> {
    let done: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = done as usize;
    for (number, migration) in (1_u32..).zip(MIGRATIONS).take(version).skip(done) {
        let step = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", number)?;
        step.commit()?;
    }
    Ok(())
}

const FIRST: &str = "
CREATE TABLE tenant (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  country TEXT NOT NULL,
  name TEXT NOT NULL,
  training INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE setting (
  tenant INTEGER NOT NULL REFERENCES tenant,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE organization (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  contact TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  registered_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_name ON organization (tenant, name);

CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  organization INTEGER REFERENCES organization,
  name TEXT NOT NULL,
  full_name TEXT NOT NULL,
  contact TEXT NOT NULL DEFAULT '',
  place TEXT NOT NULL DEFAULT '',
  roles TEXT NOT NULL,
  state TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_name ON user (tenant, name);
CREATE INDEX user_organization ON user (organization);

CREATE TABLE credential (
  user INTEGER PRIMARY KEY REFERENCES user,
  password TEXT NOT NULL,
  must_change INTEGER NOT NULL DEFAULT 0,
  totp BLOB,
  totp_pending BLOB,
  totp_step INTEGER NOT NULL DEFAULT 0,
  changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token BLOB NOT NULL UNIQUE,
  user INTEGER NOT NULL REFERENCES user,
  stage TEXT NOT NULL,
  address TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user);

CREATE TABLE certificate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  organization INTEGER REFERENCES organization,
  author INTEGER NOT NULL REFERENCES user,
  issuer INTEGER REFERENCES user,
  state TEXT NOT NULL,
  open INTEGER NOT NULL,
  opened INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 0,
  number TEXT,
  destination TEXT NOT NULL DEFAULT '',
  exporter TEXT NOT NULL DEFAULT '',
  consignee TEXT NOT NULL DEFAULT '',
  produce TEXT NOT NULL DEFAULT '',
  draft TEXT NOT NULL,
  paper_only INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  delivery TEXT NOT NULL DEFAULT '',
  hub_number TEXT NOT NULL DEFAULT '',
  token TEXT,
  paper_code TEXT,
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  issued_ms INTEGER
) STRICT;
CREATE INDEX certificate_list ON certificate (tenant, id);
CREATE INDEX certificate_state ON certificate (tenant, state, id);
CREATE INDEX certificate_organization ON certificate (tenant, organization, id);
CREATE INDEX certificate_organization_state ON certificate (tenant, organization, state, id);
CREATE INDEX certificate_open ON certificate (tenant, id) WHERE open = 1;
CREATE INDEX certificate_open_organization ON certificate (tenant, organization, id) WHERE open = 1;
CREATE INDEX certificate_author ON certificate (author, id) WHERE open = 1;
CREATE INDEX certificate_issuer ON certificate (issuer, id) WHERE open = 1;
CREATE INDEX certificate_issued ON certificate (tenant, issued_ms) WHERE issued_ms IS NOT NULL;
CREATE UNIQUE INDEX certificate_number ON certificate (tenant, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX certificate_token ON certificate (token) WHERE token IS NOT NULL;

CREATE VIRTUAL TABLE certificate_text USING fts5 (
  scope, number, parties, commodities, countries, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE version (
  certificate INTEGER NOT NULL REFERENCES certificate,
  number INTEGER NOT NULL,
  tenant INTEGER NOT NULL REFERENCES tenant,
  at_ms INTEGER NOT NULL,
  user INTEGER NOT NULL REFERENCES user,
  step TEXT NOT NULL,
  draft TEXT NOT NULL,
  content TEXT,
  PRIMARY KEY (certificate, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  certificate INTEGER NOT NULL REFERENCES certificate,
  at_ms INTEGER NOT NULL,
  user INTEGER REFERENCES user,
  step TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX step_certificate ON step (certificate, id);

CREATE TABLE attachment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  certificate INTEGER NOT NULL REFERENCES certificate,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  length INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  user INTEGER NOT NULL REFERENCES user,
  added_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_certificate ON attachment (certificate, id);

CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  hub_number TEXT NOT NULL,
  sender TEXT NOT NULL,
  certificate_type INTEGER NOT NULL,
  certificate_status INTEGER NOT NULL,
  number TEXT NOT NULL,
  response INTEGER NOT NULL DEFAULT 0,
  accepted_ms INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  sender_certificate TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  content BLOB NOT NULL,
  receipt TEXT NOT NULL,
  message TEXT NOT NULL,
  findings TEXT NOT NULL,
  acknowledged INTEGER NOT NULL DEFAULT 0,
  exporter TEXT NOT NULL DEFAULT '',
  consignee TEXT NOT NULL DEFAULT '',
  produce TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '',
  decision TEXT,
  withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX inbox_hub_number ON inbox (tenant, hub_number);
CREATE INDEX inbox_list ON inbox (tenant, id);
CREATE INDEX inbox_number ON inbox (tenant, sender, number);
CREATE INDEX inbox_undecided ON inbox (tenant, id) WHERE decision IS NULL;
CREATE INDEX inbox_unacknowledged ON inbox (tenant, id) WHERE acknowledged = 0;

CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  import INTEGER NOT NULL REFERENCES inbox,
  user INTEGER NOT NULL REFERENCES user,
  at_ms INTEGER NOT NULL,
  decision TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX decision_import ON decision (import, id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  certificate INTEGER REFERENCES certificate,
  decision INTEGER REFERENCES decision,
  key TEXT NOT NULL UNIQUE,
  recipient TEXT NOT NULL,
  certificate_type INTEGER NOT NULL,
  certificate_status INTEGER NOT NULL,
  number TEXT NOT NULL,
  content BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  hub_number TEXT,
  message TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (tenant, id) WHERE state = 'waiting';
CREATE INDEX outbox_sent ON outbox (tenant, id) WHERE state = 'sent';
CREATE INDEX outbox_certificate ON outbox (certificate, id);
CREATE INDEX outbox_hub_number ON outbox (hub_number) WHERE hub_number IS NOT NULL;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  at_ms INTEGER NOT NULL,
  user INTEGER REFERENCES user,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  address TEXT NOT NULL,
  told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX audit_list ON audit (tenant, id);
CREATE INDEX audit_untold ON audit (id) WHERE told = 0;

CREATE TABLE event_cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL
) STRICT;
INSERT INTO event_cursor VALUES (1, 0);

CREATE TABLE login_attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX login_attempt_account ON login_attempt (tenant, account, at_ms);
CREATE INDEX login_attempt_address ON login_attempt (address, at_ms);
CREATE INDEX login_attempt_time ON login_attempt (at_ms);

CREATE TABLE number_series (
  tenant INTEGER NOT NULL REFERENCES tenant,
  year INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (tenant, year)
) STRICT, WITHOUT ROWID;
";

const SEARCH_IMPORTS: &str = "
CREATE VIRTUAL TABLE inbox_text USING fts5 (
  scope, number, parties, commodities, countries, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO inbox_text (rowid, scope, number, parties, commodities, countries)
SELECT id, 't' || tenant, number, exporter || ' ' || consignee, produce, sender || ' ' || origin
FROM inbox;
";

/// The first print of each certificate; every later one is a copy.
const PRINTS: &str = "
CREATE TABLE print (
  certificate INTEGER PRIMARY KEY REFERENCES certificate,
  tenant INTEGER NOT NULL REFERENCES tenant,
  at_ms INTEGER NOT NULL,
  user INTEGER NOT NULL REFERENCES user
) STRICT;
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_file_is_brought_up_and_keeps_what_it_has() -> Result<(), StoreError> {
        let mut db = Connection::open_in_memory()?;
        migrate_to(&mut db, 1)?;
        db.execute_batch(
            "INSERT INTO tenant VALUES (1, 'AA', 'AA', 'A', 0);
             INSERT INTO inbox (tenant, hub_number, sender, certificate_type, certificate_status,
               number, accepted_ms, received_ms, sender_certificate, content_hash, content, receipt,
               message, findings, produce)
             VALUES (1, 'n', 'BB', 851, 70, 'BB-1', 0, 0, '', '', x'', 'plain', '', '[]', 'apples')",
        )?;
        migrate(&mut db)?;
        let found: i64 = db.query_row(
            "SELECT rowid FROM inbox_text WHERE inbox_text MATCH 'apples'",
            [],
            |row| row.get(0),
        )?;
        assert_eq!(found, 1);
        // And what the version before writes is still taken.
        db.execute("INSERT INTO tenant VALUES (2, 'BB', 'BB', 'B', 0)", [])?;
        Ok(())
    }

    #[test]
    fn older_file_is_counted_and_its_certificates_found_by_their_organization()
    -> Result<(), StoreError> {
        let mut db = Connection::open_in_memory()?;
        migrate_to(&mut db, 3)?;
        db.execute_batch(
            "INSERT INTO tenant VALUES (1, 'AA', 'AA', 'A', 0);
             INSERT INTO organization VALUES (7, 1, 'O', '', '', 'active', 0);
             INSERT INTO user VALUES (1, 1, 7, 'n', 'N', '', '', '', 'active', 0);
             INSERT INTO certificate (id, tenant, organization, author, state, open, draft, produce,
               destination, created_ms, changed_ms, issued_ms)
             VALUES (5, 1, 7, 1, 'sent', 0, '{}', 'Apples', 'NL', 0, 0, 0),
               (6, 1, NULL, 1, 'sent', 0, '{}', 'Apples', 'NL', 0, 0, NULL);
             INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
             VALUES (5, 't1', 'AA-5', 'p', 'Apples', 'NL'), (6, 't1', 'AA-6', 'p', 'Apples', 'NL')",
        )?;
        migrate(&mut db)?;
        let found = |words: &str| {
            db.query_row(
                "SELECT count(*) || ' ' || sum(rowid) FROM certificate_text
                 WHERE certificate_text MATCH ?1",
                [words],
                |row| row.get::<_, String>(0),
            )
        };
        assert_eq!(found("scope : t1 AND apples")?, "2 11");
        assert_eq!(found("scope : t1m197001")?, "1 5");
        assert_eq!(found("scope : t1o7 AND apples AND number : \"AA-5\"")?, "1 5");
        db.execute("UPDATE certificate SET issued_ms = 86400000 WHERE id = 6", [])?;
        db.execute("UPDATE certificate SET issued_ms = 5 WHERE id = 6", [])?;
        let counts: String = db.query_row(
            "SELECT group_concat(organization || ' ' || month || ' ' || count, ', ')
             FROM issued_count",
            [],
            |row| row.get(0),
        )?;
        assert_eq!(counts, "0 1970-01 2, 7 1970-01 1");
        Ok(())
    }

    #[test]
    fn migrations_only_add() {
        for migration in MIGRATIONS {
            for word in ["DROP ", "RENAME "] {
                assert!(!migration.contains(word), "{word}");
            }
            for statement in migration.split(';') {
                let first = statement.split_whitespace().next().unwrap_or_default();
                assert!(!["DELETE", "UPDATE"].contains(&first), "{statement}");
            }
        }
    }

    #[test]
    fn file_of_a_later_version_is_opened() -> Result<(), StoreError> {
        let mut db = Connection::open_in_memory()?;
        migrate(&mut db)?;
        db.pragma_update(None, "user_version", 99)?;
        migrate(&mut db)?;
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        assert_eq!(version, 99);
        Ok(())
    }
}
