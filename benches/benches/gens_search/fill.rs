//! A database of many certificates, written as the service writes them but all at once.
//!
//! Either size fills the pages that are compared as far as the other: five years, ten countries and
//! ten commodities evenly; two certificates of a rare commodity, five of each consignee, 20 failed
//! ones, and the newest 200 in work or undecided; 20 organizations, of which the applicant's has
//! every twentieth certificate.

use rusqlite::Connection;

/// Fills the database that the service made, from the one certificate in it.
pub(crate) fn fill(path: &std::path::Path, size: u32) {
    let db = Connection::open(path).expect("it opens");
    // Whoever loses this file by a power cut has lost nothing.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;
         PRAGMA temp_store = 2;",
    )
    .expect("it is set");
    check_words(&db);
    db.execute_batch("BEGIN").expect("it begins");
    for statement in [ORGANIZATIONS, CERTIFICATES, WORDS, COUNTS, IMPORTS, IMPORT_WORDS] {
        let statement = statement
            .replace("{marks}", MARKS)
            .replace("{import_marks}", IMPORT_MARKS)
            .replace("{countries}", COUNTRIES)
            .replace("{commodities}", COMMODITIES)
            .replace("{start}", &START_MS.to_string())
            .replace("{step}", &(SPAN_MS / i64::from(size)).to_string())
            .replace("{size}", &size.to_string());
        db.execute_batch(&statement).expect("it is filled");
    }
    db.execute_batch("COMMIT; PRAGMA journal_mode = WAL;").expect("it is kept");
}

/// The words of the certificate that the service made are those that this would write.
fn check_words(db: &Connection) {
    let words =
        |sql: &str| -> String { db.query_row(sql, [], |row| row.get(0)).expect("there is one") };
    let written = words(
        "SELECT scope || '|' || parties || '|' || commodities || '|' || countries
         FROM certificate_text WHERE rowid = 1",
    );
    let ours = words(&format!(
        "SELECT {MARKS} || '|Exporter 1 & Sons Trading 1|Apples Malus domestica 0808|NL GH'
         FROM certificate c WHERE c.id = 1"
    ));
    let same = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(same(&written), same(&ours));
}

/// The day, as forms have it, on which a certificate of so many was made.
pub(crate) fn day(id: u32, size: u32) -> String {
    let db = Connection::open_in_memory().expect("it opens");
    let ms = START_MS + SPAN_MS / i64::from(size) * i64::from(id);
    db.query_row("SELECT date(?1 / 1000, 'unixepoch')", [ms], |row| row.get(0))
        .expect("it is a day")
}

/// From 2021-03-01, five years.
const START_MS: i64 = 1_614_556_800_000;
const SPAN_MS: i64 = 5 * 365 * 86_400_000;

const COUNTRIES: &str = "'NL US FR DE KE ZA BR CN EG IT'";
const COMMODITIES: &str = "'Apples    Pears     Mangoes   Cocoa     Roses     Potatoes  Oranges   \
    Avocado   PineappleCassava   '";

/// The marks of a certificate in the index of words.
const MARKS: &str = "'t' || c.tenant
  || ' t' || c.tenant || 's' || replace(c.state, '-', '')
  || coalesce(' t' || c.tenant || strftime('y%Y', c.issued_ms / 1000, 'unixepoch')
  || ' t' || c.tenant || strftime('m%Y%m', c.issued_ms / 1000, 'unixepoch'), '')
  || coalesce(' t' || c.tenant || 'o' || c.organization
  || ' t' || c.tenant || 'o' || c.organization || 's' || replace(c.state, '-', ''), '')
  || coalesce(' t' || c.tenant || 'o' || c.organization
  || strftime('y%Y', c.issued_ms / 1000, 'unixepoch')
  || ' t' || c.tenant || 'o' || c.organization
  || strftime('m%Y%m', c.issued_ms / 1000, 'unixepoch'), '')";

/// Those of what was received.
const IMPORT_MARKS: &str = "'t' || i.tenant
  || ' t' || i.tenant || 'd' || coalesce(i.decision, 'none')
  || ' t' || i.tenant || 'r' || replace(i.receipt, '-', '')
  || ' t' || i.tenant || strftime('y%Y', i.received_ms / 1000, 'unixepoch')
  || ' t' || i.tenant || strftime('m%Y%m', i.received_ms / 1000, 'unixepoch')";

const ORGANIZATIONS: &str = "
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
INSERT INTO organization (tenant, name, address, state, registered_ms)
SELECT 1, 'Organization ' || i, '', 'active', 0 FROM n;";

const CERTIFICATES: &str = "
WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {size})
INSERT INTO certificate (id, tenant, organization, author, issuer, state, open, opened, revision,
  version, number, destination, exporter, consignee, produce, draft, message, delivery, hub_number, token,
  paper_code, created_ms, changed_ms, issued_ms)
SELECT i, 1, 1 + i % 20, c.author, (SELECT id FROM user WHERE name = 'issuer'),
  CASE WHEN i > {size} - 200 THEN substr('draft    submittedinspectedapproved ', 1 + i % 4 * 9, 9)
    WHEN i % ({size} / 20) = 7 THEN 'failed' ELSE 'delivered' END,
  i > {size} - 200 OR i % ({size} / 20) = 7, 0, 2, 1,
  iif(i > {size} - 200, NULL, printf('GH-2026-%07d', i)),
  substr({countries}, 1 + i % 10 * 3, 2), 'Exporter ' || (1 + i % 20) || ' & Sons',
  'Trading ' || (i * 7919 % ({size} / 5)),
  iif(i % ({size} / 2) = 100, 'Raremelon', rtrim(substr({commodities}, 1 + i * 3 % 10 * 10, 10))),
  c.draft, iif(i % ({size} / 20) = 7, 'The box is full', ''), 'key', 'HUB' || i, printf('%032x', i), 'ABCDEFGH', {start} + i * {step},
  {start} + i * {step}, iif(i > {size} - 200, NULL, {start} + i * {step})
FROM n, certificate c WHERE c.id = 1;
UPDATE certificate SET state = rtrim(state) WHERE id > {size} - 200;";

const WORDS: &str = "
INSERT INTO certificate_text (rowid, scope, number, parties, commodities, countries)
SELECT c.id, {marks}, coalesce(c.number, ''), c.exporter || ' ' || c.consignee,
  c.produce || ' Malus domestica 0808', c.destination || ' GH'
FROM certificate c WHERE c.id > 1 ORDER BY c.id;";

/// What the trigger counts when certificates are issued one by one.
const COUNTS: &str = "
INSERT INTO issued_count
SELECT tenant, 0, strftime('%Y-%m', issued_ms / 1000, 'unixepoch'), destination, produce, count(*)
FROM certificate WHERE issued_ms IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
INSERT INTO issued_count
SELECT tenant, organization, strftime('%Y-%m', issued_ms / 1000, 'unixepoch'), destination, produce,
  count(*)
FROM certificate WHERE issued_ms IS NOT NULL GROUP BY 1, 2, 3, 4, 5;";

const IMPORTS: &str = "
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})
INSERT INTO inbox (id, tenant, hub_number, sender, certificate_type, certificate_status, number,
  accepted_ms, received_ms, sender_certificate, content_hash, content, receipt, message, findings,
  acknowledged, exporter, consignee, produce, origin, decision)
SELECT i, 1, printf('HUB%026d', i), substr({countries}, 1 + i % 10 * 3, 2), 851, 70,
  printf('US-2026-%07d', i), {start} + i * {step}, {start} + i * {step}, '', '', zeroblob(1000),
  'plain', '', '[]', 1, 'Exporter ' || (1 + i % 20) || ' & Sons', 'Trading ' || (i * 7919 % ({size} / 5)),
  iif(i % ({size} / 2) = 100, 'Raremelon', rtrim(substr({commodities}, 1 + i * 3 % 10 * 10, 10))),
  substr({countries}, 1 + i % 10 * 3, 2), iif(i > {size} - 200, NULL, 'accepted')
FROM n;";

const IMPORT_WORDS: &str = "
INSERT INTO inbox_text (rowid, scope, number, parties, commodities, countries)
SELECT i.id, {import_marks}, i.number, i.exporter || ' ' || i.consignee, i.produce, i.sender || ' ' || i.origin
FROM inbox i ORDER BY i.id;";
