-- Every kind of dialog, privacy lists, files, data records.

-- Counting the rows of a large public dialog would read them all for each line of a list.
ALTER TABLE dialogs ADD COLUMN occupant_count INTEGER NOT NULL DEFAULT 0;
UPDATE dialogs SET occupant_count = (SELECT count(*) FROM occupants o WHERE o.dialog = dialogs.key);
CREATE TRIGGER occupant_added AFTER INSERT ON occupants BEGIN
  UPDATE dialogs SET occupant_count = occupant_count + 1 WHERE key = NEW.dialog;
END;
CREATE TRIGGER occupant_removed AFTER DELETE ON occupants BEGIN
  UPDATE dialogs SET occupant_count = occupant_count - 1 WHERE key = OLD.dialog;
END;
CREATE INDEX public_dialogs ON dialogs (created_at) WHERE kind = 4;
CREATE INDEX broadcasts ON dialogs (created_at) WHERE kind = 1;
-- Deleting a message asks which dialog has it as its newest; without an index that reads all dialogs.
CREATE INDEX dialogs_by_last_message ON dialogs (last_message);

-- A person's row in a public dialog is their subscription; in a broadcast everyone has one.
ALTER TABLE occupants ADD COLUMN notifications INTEGER NOT NULL DEFAULT 1;
-- Key of the newest message that this person cleared away for themselves, with all before it.
ALTER TABLE occupants ADD COLUMN cleared_to INTEGER NOT NULL DEFAULT 0;
-- In open dialogs, key of the newest message this person read: one number instead of a mark per message and person.
ALTER TABLE occupants ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE former_occupants ADD COLUMN cleared_to INTEGER NOT NULL DEFAULT 0;
CREATE INDEX admins_by_dialog ON occupants (dialog, user_id) WHERE is_admin;

-- How many people saw a message of an open dialog; NULL in all others, whose marks say who.
ALTER TABLE messages ADD COLUMN views INTEGER;
CREATE INDEX messages_of_open_dialogs ON messages (dialog, key, sender) WHERE views IS NOT NULL;

-- XEP-0016. A list is read and replaced as a whole, so its items are one text.
CREATE TABLE privacy_lists (
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0,
  items      TEXT NOT NULL,        -- JSON, by order
  PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX default_privacy_lists ON privacy_lists (user_id) WHERE is_default;

-- What is known of a file; its bytes are in the folder `blobs`.
CREATE TABLE blobs (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  uid          TEXT NOT NULL UNIQUE,
  owner        INTEGER NOT NULL,
  name         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  is_public    INTEGER NOT NULL,
  -- Who knows it may upload; gone when the file is complete.
  upload_key   TEXT,
  -- Bytes that arrived; NULL before the upload.
  size         INTEGER,
  completed_at INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX blobs_by_owner ON blobs (owner, id);
CREATE INDEX unfinished_blobs ON blobs (created_at) WHERE completed_at IS NULL;
CREATE INDEX unfinished_blobs_by_owner ON blobs (owner) WHERE completed_at IS NULL;

-- Records of the data API, reports among them.
CREATE TABLE records (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  class      TEXT NOT NULL,
  author     INTEGER NOT NULL,
  fields     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX records_by_author ON records (class, author, key);
