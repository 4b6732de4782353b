//! Migrations after the first ones.

/// What lists are filtered by, who is told of a withdrawal, what partners answered, packages of all
/// that a tenant has, and what differs from the hub after a restore.
pub(super) const FILTERS: &str = "
CREATE INDEX certificate_destination ON certificate (tenant, destination, id);
CREATE INDEX certificate_destination_state ON certificate (tenant, destination, state, id);
CREATE INDEX certificate_destination_issued ON certificate (tenant, destination, issued_ms)
  WHERE issued_ms IS NOT NULL;
CREATE INDEX certificate_state_issued ON certificate (tenant, state, issued_ms)
  WHERE issued_ms IS NOT NULL;
CREATE INDEX certificate_organization_issued ON certificate (tenant, organization, issued_ms)
  WHERE issued_ms IS NOT NULL;
CREATE INDEX certificate_organization_destination
  ON certificate (tenant, organization, destination, id);

CREATE INDEX inbox_response ON inbox (tenant, response, id);
CREATE INDEX inbox_decision ON inbox (tenant, response, decision, id);
CREATE INDEX inbox_receipt ON inbox (tenant, response, receipt, id);
CREATE INDEX inbox_received ON inbox (tenant, response, received_ms);
CREATE INDEX inbox_to_decide ON inbox (tenant, id)
  WHERE decision IS NULL AND response = 0 AND withdrawn = 0 AND receipt <> 'failed';
ALTER TABLE inbox ADD COLUMN notice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox ADD COLUMN answer_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX inbox_notice ON inbox (tenant, id) WHERE notice = 1;
CREATE INDEX inbox_answer ON inbox (tenant, number) WHERE response = 1;
CREATE INDEX outbox_decision ON outbox (decision) WHERE decision IS NOT NULL;

CREATE TABLE package (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  user INTEGER NOT NULL REFERENCES user,
  asked_ms INTEGER NOT NULL,
  done_ms INTEGER,
  state TEXT NOT NULL,
  file TEXT NOT NULL DEFAULT '',
  bytes INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX package_list ON package (tenant, id);
CREATE INDEX package_open ON package (state) WHERE state <> 'removed';
CREATE UNIQUE INDEX package_one ON package (tenant) WHERE state = 'waiting';

CREATE TABLE difference (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  found_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  certificate INTEGER REFERENCES certificate,
  hub_number TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  number TEXT NOT NULL,
  certificate_status INTEGER NOT NULL,
  there TEXT NOT NULL,
  here TEXT NOT NULL,
  user INTEGER REFERENCES user,
  settled_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX difference_hub_number ON difference (tenant, hub_number);
CREATE INDEX difference_open ON difference (tenant, id) WHERE settled_ms IS NULL;
";

/// Further originals of a certificate, in place of one that was lost or spoilt: declared first, then
/// printed once each. The first original is number 1 and stands in `print`.
pub(super) const DUPLICATES: &str = "
CREATE TABLE duplicate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant INTEGER NOT NULL REFERENCES tenant,
  certificate INTEGER NOT NULL REFERENCES certificate,
  number INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  user INTEGER NOT NULL REFERENCES user,
  reason TEXT NOT NULL,
  printed_ms INTEGER,
  printer INTEGER REFERENCES user
) STRICT;
CREATE UNIQUE INDEX duplicate_number ON duplicate (certificate, number);
CREATE INDEX duplicate_list ON duplicate (tenant, id);
";

/// Finds what was received by its number, whoever sent it.
pub(super) const NUMBERS: &str = "
CREATE INDEX inbox_any_number ON inbox (tenant, number, id) WHERE response = 0;
";
