-- Messages that a dialog keeps in sight, in the order in which they were pinned.
CREATE TABLE pinned_messages (
  key     INTEGER PRIMARY KEY AUTOINCREMENT,
  dialog  INTEGER NOT NULL REFERENCES dialogs (key) ON DELETE CASCADE,
  message INTEGER NOT NULL UNIQUE REFERENCES messages (key) ON DELETE CASCADE
) STRICT;
CREATE INDEX pinned_by_dialog ON pinned_messages (dialog, key);
