-- Files of messages: where they are, and what was shared in a dialog.

CREATE TABLE shared (
  message   BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  kind      INTEGER NOT NULL,
  place     INTEGER NOT NULL,
  dialog    BLOB NOT NULL,
  date_sent INTEGER NOT NULL,
  source    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (message, kind, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_in_order ON shared (dialog, kind, date_sent, message, place);
CREATE INDEX shared_by_source ON shared (source, dialog) WHERE source <> '';

CREATE TABLE files (
  source     TEXT NOT NULL PRIMARY KEY,
  state      INTEGER NOT NULL,
  problem    INTEGER NOT NULL DEFAULT 0,
  content    BLOB NOT NULL DEFAULT x'',
  total      INTEGER NOT NULL DEFAULT 0,
  etag       TEXT NOT NULL DEFAULT '',
  size_limit INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX files_queued ON files (source, size_limit) WHERE state = 1;
CREATE INDEX files_failed ON files (problem) WHERE state = 3;
CREATE INDEX files_by_content ON files (content) WHERE content <> x'';
CREATE INDEX files_in_part ON files (etag) WHERE etag <> '';

CREATE TABLE contents (
  hash         BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  size         INTEGER NOT NULL,
  derived      INTEGER NOT NULL DEFAULT 0,
  content_type TEXT NOT NULL DEFAULT '',
  used_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contents_by_use ON contents (used_at, hash, size, derived);

ALTER TABLE dialogs ADD COLUMN last_attachment TEXT NOT NULL DEFAULT '';

-- Messages that are here already come into the index by and by, the newest first.
INSERT INTO sync_state (key, value)
  SELECT 'shared_below', max(row) FROM messages HAVING max(row) IS NOT NULL;
