-- People with all that their profile shows, pictures, and who is blocked.

ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN website TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN fetched_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX occupants_by_user ON occupants (user);

CREATE TABLE pictures (
  name    TEXT NOT NULL PRIMARY KEY,
  kind    INTEGER NOT NULL,
  size    INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  bytes   BLOB NOT NULL
) STRICT;
CREATE INDEX pictures_by_use ON pictures (seen_at, size);

CREATE TABLE privacy_lists (
  name       TEXT NOT NULL PRIMARY KEY,
  is_default INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_items (
  list   TEXT NOT NULL REFERENCES privacy_lists (name) ON DELETE CASCADE,
  place  INTEGER NOT NULL,
  user   INTEGER NOT NULL,
  action INTEGER NOT NULL,
  mutual INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (list, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_restore (
  one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL
) STRICT;
