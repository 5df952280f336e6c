-- +goose Up

-- What people set up and what the program remembers for them: origins,
-- downloads, watched folders. Read as a whole, never searched.
CREATE TABLE records (
  kind TEXT    NOT NULL,
  id   TEXT    NOT NULL,
  at   INTEGER NOT NULL,
  body BLOB    NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
