-- Times are unix seconds. Lists and objects that are only carried are JSON text.

-- Values the backend chose for itself at its first start.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `*_key` is the lower-case form that is searched and kept unique.
CREATE TABLE users (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  login           TEXT,
  login_key       TEXT UNIQUE,
  email           TEXT,
  email_key       TEXT UNIQUE,
  full_name       TEXT,
  full_name_key   TEXT,
  phone           TEXT,
  website         TEXT,
  custom_data     TEXT,
  external_id     TEXT,
  facebook_id     TEXT,
  twitter_id      TEXT,
  blob_id         INTEGER,
  avatar          TEXT,
  tags            TEXT,             -- comma-separated
  timezone        INTEGER,          -- minutes from UTC
  password        TEXT NOT NULL DEFAULT '',  -- Argon2id in PHC form; empty: no login by password
  is_guest        INTEGER NOT NULL DEFAULT 0,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  last_request_at INTEGER
) STRICT;
CREATE INDEX users_by_full_name ON users (full_name_key);
CREATE INDEX users_by_phone ON users (phone) WHERE phone IS NOT NULL;
CREATE INDEX users_by_external_id ON users (external_id) WHERE external_id IS NOT NULL;
-- Small ids are easily mistaken for something else in a log, so people start at 1001.
INSERT INTO sqlite_sequence (name, seq) VALUES ('users', 1000);

-- Only a hash of the token is kept: who reads the file cannot use the sessions in it.
CREATE TABLE sessions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash BLOB NOT NULL UNIQUE,
  user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE dialogs (
  key           INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  kind          INTEGER NOT NULL,
  owner         INTEGER NOT NULL,
  name          TEXT,
  photo         TEXT,
  description   TEXT,
  extensions    TEXT,
  permissions   TEXT,
  -- The two people of a private dialog, smaller id first: makes creation idempotent.
  pair_low      INTEGER,
  pair_high     INTEGER,
  -- Messages in the history; with occupants.seen it gives unread counts without counting.
  message_count INTEGER NOT NULL DEFAULT 0,
  -- The newest message by (date_sent, id).
  last_message  INTEGER REFERENCES messages (key),
  last_sent     INTEGER,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  UNIQUE (pair_low, pair_high)
) STRICT;

CREATE TABLE occupants (
  dialog    INTEGER NOT NULL REFERENCES dialogs (key) ON DELETE CASCADE,
  user_id   INTEGER NOT NULL,
  is_admin  INTEGER NOT NULL DEFAULT 0,
  -- Deleted by this person for themselves; a new message in a private dialog shows it again.
  hidden    INTEGER NOT NULL DEFAULT 0,
  -- Messages that are not unread for this person: their own and those they read.
  seen      INTEGER NOT NULL DEFAULT 0,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (dialog, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX occupants_by_user ON occupants (user_id, dialog);

-- What people who left had seen, for the case that they come back: counting it again would read the whole history.
CREATE TABLE former_occupants (
  dialog  INTEGER NOT NULL REFERENCES dialogs (key) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  seen    INTEGER NOT NULL,
  PRIMARY KEY (dialog, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  key         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  dialog      INTEGER NOT NULL REFERENCES dialogs (key) ON DELETE CASCADE,
  sender      INTEGER NOT NULL,
  -- The id of the stanza it came in: recognises a repeat.
  stanza_id   TEXT,
  body        TEXT NOT NULL,
  date_sent   INTEGER NOT NULL,
  attachments TEXT NOT NULL DEFAULT '[]',
  extra       TEXT NOT NULL DEFAULT '{}',
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  edited_at   INTEGER
) STRICT;
CREATE INDEX messages_by_time ON messages (dialog, date_sent, id);
CREATE UNIQUE INDEX messages_by_stanza ON messages (sender, stanza_id) WHERE stanza_id IS NOT NULL;

-- Who got and who saw a message. The author is never in here: they have it from the start.
CREATE TABLE marks (
  message      INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  user_id      INTEGER NOT NULL,
  delivered_at INTEGER NOT NULL,
  read_at      INTEGER,
  PRIMARY KEY (message, user_id)
) STRICT, WITHOUT ROWID;

-- Stanza ids of messages that were not stored in the history, remembered for a while to recognise repeats.
CREATE TABLE repeats (
  sender    INTEGER NOT NULL,
  stanza_id TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (sender, stanza_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repeats_by_time ON repeats (at);

-- Stanzas waiting for absent people.
CREATE TABLE queue (
  key     INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL,
  stanza  TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_by_user ON queue (user_id, key);
