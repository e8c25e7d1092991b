-- Messages that change: edited, deleted, reacted to; and what this person wants changed.

ALTER TABLE messages ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN previous_text TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reactions TEXT NOT NULL DEFAULT '';

CREATE TABLE reactors (
  message BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  emoji   TEXT NOT NULL,
  user    INTEGER NOT NULL,
  is_on   INTEGER NOT NULL,
  PRIMARY KEY (message, emoji, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE reaction_doubts (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE early_changes (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  user    INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  dialog  BLOB NOT NULL,
  what    TEXT NOT NULL DEFAULT '',
  text    TEXT NOT NULL DEFAULT '',
  extra   TEXT NOT NULL DEFAULT '',
  at      INTEGER NOT NULL,
  UNIQUE (message, user, kind, what)
) STRICT;

CREATE TABLE gone_messages (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  dialog  BLOB NOT NULL,
  UNIQUE (message, dialog)
) STRICT;

CREATE TABLE wishes (
  seq             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind            INTEGER NOT NULL,
  message         BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  dialog          BLOB NOT NULL,
  emoji           TEXT NOT NULL DEFAULT '',
  is_on           INTEGER NOT NULL DEFAULT 1,
  stanza          BLOB NOT NULL DEFAULT x'',
  before_text     TEXT NOT NULL DEFAULT '',
  before_edited   INTEGER NOT NULL DEFAULT 0,
  before_previous TEXT NOT NULL DEFAULT '',
  told            INTEGER NOT NULL DEFAULT 0,
  attempts        INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,
  UNIQUE (message, kind, emoji)
) STRICT;
CREATE INDEX wishes_by_stanza ON wishes (stanza) WHERE stanza <> x'';
CREATE INDEX wishes_waiting ON wishes (seq) WHERE told = 0;
