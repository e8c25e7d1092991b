CREATE TABLE account (
  one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  user        INTEGER NOT NULL,
  endpoints   TEXT NOT NULL,
  credentials TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE sync_state (
  key   TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id     INTEGER NOT NULL PRIMARY KEY,
  name   TEXT NOT NULL DEFAULT '',
  login  TEXT NOT NULL DEFAULT '',
  avatar TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE dialogs (
  id               BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 12),
  kind             INTEGER NOT NULL,
  name             TEXT NOT NULL DEFAULT '',
  photo            TEXT NOT NULL DEFAULT '',
  description      TEXT NOT NULL DEFAULT '',
  owner            INTEGER NOT NULL DEFAULT 0,
  opponent         INTEGER NOT NULL DEFAULT 0,
  created_at       INTEGER NOT NULL DEFAULT 0,
  incomplete       INTEGER NOT NULL DEFAULT 0,
  last_activity    INTEGER NOT NULL DEFAULT 0,
  last_id          BLOB NOT NULL DEFAULT x'',
  last_date        INTEGER NOT NULL DEFAULT 0,
  last_sender      INTEGER NOT NULL DEFAULT 0,
  last_text        TEXT NOT NULL DEFAULT '',
  last_status      INTEGER NOT NULL DEFAULT 0,
  server_last_id   BLOB NOT NULL DEFAULT x'',
  server_last_date INTEGER NOT NULL DEFAULT 0,
  unread_known     INTEGER NOT NULL DEFAULT 0,
  unread_elsewhere INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX dialogs_by_activity ON dialogs (last_activity, id);
CREATE INDEX dialogs_by_opponent ON dialogs (opponent) WHERE opponent <> 0;
CREATE INDEX dialogs_incomplete ON dialogs (id) WHERE incomplete = 1;

CREATE TABLE occupants (
  dialog BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  user   INTEGER NOT NULL,
  PRIMARY KEY (dialog, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
  dialog BLOB NOT NULL PRIMARY KEY REFERENCES dialogs (id) ON DELETE CASCADE,
  text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  row          INTEGER NOT NULL PRIMARY KEY,
  id           BLOB NOT NULL UNIQUE CHECK (length(id) = 12),
  dialog       BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  sender       INTEGER NOT NULL,
  text         TEXT NOT NULL DEFAULT '',
  date_sent    INTEGER NOT NULL,
  status       INTEGER NOT NULL,
  failure      INTEGER NOT NULL DEFAULT 0,
  failure_text TEXT NOT NULL DEFAULT '',
  in_history   INTEGER NOT NULL DEFAULT 1,
  unread       INTEGER NOT NULL DEFAULT 0,
  attempts     INTEGER NOT NULL DEFAULT 0,
  extra        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX messages_in_order ON messages (dialog, date_sent, id);
CREATE INDEX messages_unread ON messages (dialog, date_sent, id) WHERE unread = 1;
CREATE INDEX messages_failed ON messages (dialog, date_sent, id) WHERE status = 0;

CREATE VIRTUAL TABLE messages_fts USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3'
);

CREATE TABLE message_states (
  message BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  user    INTEGER NOT NULL,
  status  INTEGER NOT NULL,
  PRIMARY KEY (message, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE early_markers (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  user    INTEGER NOT NULL,
  status  INTEGER NOT NULL,
  UNIQUE (message, user)
) STRICT;

CREATE TABLE ranges (
  dialog    BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  from_date INTEGER NOT NULL,
  from_id   BLOB NOT NULL,
  to_date   INTEGER NOT NULL,
  to_id     BLOB NOT NULL,
  PRIMARY KEY (dialog, from_date, from_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message    BLOB NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  dialog     BLOB NOT NULL,
  not_before INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE receipts (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind    INTEGER NOT NULL,
  dialog  BLOB NOT NULL,
  message BLOB NOT NULL,
  author  INTEGER NOT NULL,
  UNIQUE (message, kind)
) STRICT;
CREATE INDEX receipts_by_dialog ON receipts (dialog, kind);
