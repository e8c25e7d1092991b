ALTER TABLE dialogs ADD COLUMN occupant_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dialogs ADD COLUMN admins TEXT NOT NULL DEFAULT '';
ALTER TABLE dialogs ADD COLUMN fields TEXT NOT NULL DEFAULT '';
ALTER TABLE dialogs ADD COLUMN allow_preview INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dialogs ADD COLUMN notifications INTEGER NOT NULL DEFAULT 1;

ALTER TABLE messages ADD COLUMN system TEXT NOT NULL DEFAULT '';

CREATE TABLE early_lines (
  seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id        BLOB NOT NULL UNIQUE CHECK (length(id) = 12),
  dialog    BLOB NOT NULL,
  sender    INTEGER NOT NULL,
  date_sent INTEGER NOT NULL,
  line      TEXT NOT NULL
) STRICT;
CREATE INDEX early_lines_by_dialog ON early_lines (dialog);

CREATE TABLE organised (
  dialog        BLOB NOT NULL PRIMARY KEY CHECK (length(dialog) = 12),
  pinned        INTEGER,
  archived      INTEGER NOT NULL DEFAULT 0,
  marked_unread INTEGER NOT NULL DEFAULT 0,
  muted_until   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX organised_pinned ON organised (pinned) WHERE pinned IS NOT NULL;
CREATE INDEX organised_archived ON organised (archived) WHERE archived = 1;

CREATE TABLE folders (
  id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name  TEXT NOT NULL,
  kinds TEXT NOT NULL DEFAULT '',
  place INTEGER NOT NULL
) STRICT;

CREATE TABLE folder_dialogs (
  dialog BLOB NOT NULL,
  folder INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
  PRIMARY KEY (dialog, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX folder_dialogs_by_folder ON folder_dialogs (folder);
