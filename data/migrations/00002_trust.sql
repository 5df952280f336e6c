-- +goose Up

-- Who signed the archive that a session came from, as it was known when the
-- session was imported; NULL for sessions from before this column.
ALTER TABLE vaults ADD COLUMN signed BLOB;
