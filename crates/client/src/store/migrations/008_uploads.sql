-- Files this person sends: chosen ones, kept with the draft, and those on their way to the server.

CREATE TABLE staged (
  id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  dialog         BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  kind           INTEGER NOT NULL,
  name           TEXT NOT NULL,
  content        BLOB NOT NULL CHECK (length(content) = 32),
  size           INTEGER NOT NULL,
  content_type   TEXT NOT NULL,
  width          INTEGER NOT NULL DEFAULT 0,
  height         INTEGER NOT NULL DEFAULT 0,
  duration       INTEGER NOT NULL DEFAULT 0,
  placeholder    TEXT NOT NULL DEFAULT '',
  waveform       BLOB NOT NULL DEFAULT x'',
  picture        BLOB NOT NULL DEFAULT x'',
  picture_size   INTEGER NOT NULL DEFAULT 0,
  picture_type   TEXT NOT NULL DEFAULT '',
  picture_width  INTEGER NOT NULL DEFAULT 0,
  picture_height INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX staged_by_dialog ON staged (dialog, id);

CREATE TABLE uploads (
  seq          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message      BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  place        INTEGER NOT NULL,
  origin       BLOB NOT NULL,
  content      BLOB NOT NULL CHECK (length(content) = 32),
  size         INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  name         TEXT NOT NULL,
  step         INTEGER NOT NULL DEFAULT 0,
  blob         INTEGER NOT NULL DEFAULT 0,
  uid          TEXT NOT NULL DEFAULT '',
  address      TEXT NOT NULL DEFAULT '',
  expires      INTEGER NOT NULL DEFAULT 0,
  paused       INTEGER NOT NULL DEFAULT 0,
  problem      INTEGER NOT NULL DEFAULT 0,
  attempts     INTEGER NOT NULL DEFAULT 0,
  not_before   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (message, place)
) STRICT;
CREATE INDEX uploads_by_content ON uploads (content, origin);
