-- Which messages name which files, so that files nobody refers to can be told from the others.
-- The uids of this backend have 36 characters; they may also stand at the end of a link.
CREATE TABLE file_uses (
  uid     TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  PRIMARY KEY (uid, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_uses_by_message ON file_uses (message);

CREATE TRIGGER message_names_files AFTER INSERT ON messages
WHEN NEW.attachments <> '[]' OR NEW.extra <> '{}'
BEGIN
  INSERT OR IGNORE INTO file_uses (uid, message)
    SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), NEW.key
    FROM (SELECT value FROM json_tree(NEW.attachments) WHERE type = 'text'
          UNION ALL SELECT value FROM json_tree(NEW.extra) WHERE type = 'text')
    WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;
END;

CREATE TRIGGER message_names_other_files AFTER UPDATE OF attachments, extra ON messages
BEGIN
  DELETE FROM file_uses WHERE message = NEW.key;
  INSERT OR IGNORE INTO file_uses (uid, message)
    SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), NEW.key
    FROM (SELECT value FROM json_tree(NEW.attachments) WHERE type = 'text'
          UNION ALL SELECT value FROM json_tree(NEW.extra) WHERE type = 'text')
    WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;
END;

INSERT OR IGNORE INTO file_uses (uid, message)
  SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), key
  FROM (SELECT m.key AS key, t.value AS value FROM messages m, json_tree(m.attachments) t
        WHERE m.attachments <> '[]' AND t.type = 'text'
        UNION ALL SELECT m.key, t.value FROM messages m, json_tree(m.extra) t
        WHERE m.extra <> '{}' AND t.type = 'text')
  WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;

-- When it was last seen that somebody refers to a complete file; the oldest look is the next one.
ALTER TABLE blobs ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX blobs_by_check ON blobs (checked_at) WHERE completed_at IS NOT NULL;
CREATE INDEX users_by_avatar ON users (avatar) WHERE avatar IS NOT NULL;
CREATE INDEX users_by_blob ON users (blob_id) WHERE blob_id IS NOT NULL;
CREATE INDEX dialogs_by_photo ON dialogs (photo) WHERE photo IS NOT NULL;
