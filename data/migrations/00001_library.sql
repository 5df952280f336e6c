-- +goose Up

-- Page addresses as templates: host and path, identifiers replaced.
-- The counts are kept by whoever adds or removes a session.
CREATE TABLE paths (
  id       INTEGER PRIMARY KEY,
  path     TEXT    NOT NULL UNIQUE,
  sessions INTEGER NOT NULL,
  views    INTEGER NOT NULL,
  clicks   INTEGER NOT NULL,
  entries  INTEGER NOT NULL
) STRICT;

-- What sessions are filtered and sorted by. Narrow, because it is scanned.
CREATE TABLE sessions (
  n          INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  start      INTEGER NOT NULL,
  duration   INTEGER NOT NULL,
  pages      INTEGER NOT NULL,
  events     INTEGER NOT NULL,
  clicks     INTEGER NOT NULL,
  moves      INTEGER NOT NULL,
  scrolls    INTEGER NOT NULL,
  inputs     INTEGER NOT NULL,
  keys       INTEGER NOT NULL,
  errors     INTEGER NOT NULL,
  anomalies  INTEGER NOT NULL,
  width      INTEGER NOT NULL,
  height     INTEGER NOT NULL,
  imported   INTEGER NOT NULL,
  struggle   REAL    NOT NULL, -- -1: not scored
  device     TEXT    NOT NULL COLLATE NOCASE,
  browser    TEXT    NOT NULL COLLATE NOCASE,
  os         TEXT    NOT NULL COLLATE NOCASE,
  country    TEXT    NOT NULL COLLATE NOCASE,
  language   TEXT    NOT NULL COLLATE NOCASE,
  recorder   TEXT    NOT NULL COLLATE NOCASE,
  protection TEXT    NOT NULL COLLATE NOCASE,
  entry      INTEGER REFERENCES paths (id),
  visitor    BLOB
) STRICT;

CREATE INDEX sessions_start      ON sessions (start);
CREATE INDEX sessions_duration   ON sessions (duration);
CREATE INDEX sessions_pages      ON sessions (pages);
CREATE INDEX sessions_events     ON sessions (events);
CREATE INDEX sessions_clicks     ON sessions (clicks);
CREATE INDEX sessions_moves      ON sessions (moves);
CREATE INDEX sessions_scrolls    ON sessions (scrolls);
CREATE INDEX sessions_inputs     ON sessions (inputs);
CREATE INDEX sessions_keys       ON sessions (keys);
CREATE INDEX sessions_errors     ON sessions (errors);
CREATE INDEX sessions_anomalies  ON sessions (anomalies);
CREATE INDEX sessions_width      ON sessions (width);
CREATE INDEX sessions_height     ON sessions (height);
CREATE INDEX sessions_imported   ON sessions (imported);
CREATE INDEX sessions_struggle   ON sessions (struggle);
CREATE INDEX sessions_device     ON sessions (device, start);
CREATE INDEX sessions_browser    ON sessions (browser, start);
CREATE INDEX sessions_os         ON sessions (os, start);
CREATE INDEX sessions_country    ON sessions (country, start);
CREATE INDEX sessions_language   ON sessions (language, start);
CREATE INDEX sessions_recorder   ON sessions (recorder, start);
CREATE INDEX sessions_protection ON sessions (protection, start);
CREATE INDEX sessions_entry      ON sessions (entry) WHERE entry IS NOT NULL;
CREATE INDEX sessions_visitor    ON sessions (visitor) WHERE visitor IS NOT NULL;

-- What of a session is sealed, and where its blob lies.
CREATE TABLE vaults (
  n          INTEGER PRIMARY KEY REFERENCES sessions (n) ON DELETE CASCADE,
  epoch      INTEGER NOT NULL,
  dek        BLOB    NOT NULL,
  blob       TEXT    NOT NULL,
  content    BLOB    NOT NULL,
  visitor    BLOB,
  attributes BLOB,
  source     BLOB,
  words      BLOB    NOT NULL
) STRICT;

CREATE TABLE views (
  n      INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
  idx    INTEGER NOT NULL,
  tab    INTEGER NOT NULL,
  start  INTEGER NOT NULL,
  finish INTEGER NOT NULL,
  path   INTEGER NOT NULL REFERENCES paths (id),
  width  INTEGER NOT NULL,
  height INTEGER NOT NULL,
  clicks INTEGER NOT NULL,
  moves  INTEGER NOT NULL,
  url    BLOB    NOT NULL,
  title  BLOB    NOT NULL,
  PRIMARY KEY (n, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX views_path ON views (path, n);

CREATE TABLE attributes (
  n    INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE,
  name BLOB    NOT NULL,
  pair BLOB    NOT NULL,
  PRIMARY KEY (n, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX attributes_name ON attributes (name, n);
CREATE INDEX attributes_pair ON attributes (pair, n);

CREATE TABLE attribute_names (
  tag      BLOB    PRIMARY KEY NOT NULL,
  name     BLOB    NOT NULL,
  sessions INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Removal finds the words of a session in its vault, so that no second index
-- over the largest table is needed.
CREATE TABLE words (
  tag INTEGER NOT NULL,
  n   INTEGER NOT NULL,
  PRIMARY KEY (tag, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE days (
  day      INTEGER PRIMARY KEY,
  sessions INTEGER NOT NULL,
  views    INTEGER NOT NULL,
  errors   INTEGER NOT NULL
) STRICT;

CREATE TABLE facets (
  field    TEXT    NOT NULL,
  value    TEXT    NOT NULL COLLATE NOCASE,
  sessions INTEGER NOT NULL,
  PRIMARY KEY (field, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
  id         TEXT    PRIMARY KEY NOT NULL,
  at         INTEGER NOT NULL,
  protection TEXT    NOT NULL,
  stored     INTEGER NOT NULL,
  present    INTEGER NOT NULL,
  refused    INTEGER NOT NULL,
  erased     INTEGER NOT NULL,
  anomalies  INTEGER NOT NULL,
  source     BLOB    NOT NULL,
  report     BLOB    NOT NULL
) STRICT;

CREATE INDEX imports_at ON imports (at);
