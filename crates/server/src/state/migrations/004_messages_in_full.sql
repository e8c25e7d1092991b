-- What becomes of messages after they were sent, and who is alerted of them.

-- Messages that somebody deleted for themselves.
CREATE TABLE hidden_messages (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  dialog  INTEGER NOT NULL,
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  PRIMARY KEY (user_id, dialog, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_by_message ON hidden_messages (message);

-- Messages of open dialogs that were deleted for everyone. There `message_count` and `seen` count them on, and an unread
-- count leaves them out: taking them from `seen` would write the row of every reader.
CREATE TABLE removed_messages (
  dialog INTEGER NOT NULL REFERENCES dialogs (key) ON DELETE CASCADE,
  key    INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  PRIMARY KEY (dialog, key)
) STRICT, WITHOUT ROWID;

-- Deleting a message for everyone asks who cleared it away; nearly nobody did.
CREATE INDEX occupants_who_cleared ON occupants (dialog, cleared_to) WHERE cleared_to > 0;

CREATE TABLE reactions (
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (message, user_id, kind)
) STRICT, WITHOUT ROWID;

-- A page of a history shows totals, which must not cost one row per person.
CREATE TABLE reaction_totals (
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  kind    TEXT NOT NULL,
  total   INTEGER NOT NULL,
  PRIMARY KEY (message, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER reaction_added AFTER INSERT ON reactions BEGIN
  INSERT INTO reaction_totals (message, kind, total) VALUES (NEW.message, NEW.kind, 1)
    ON CONFLICT (message, kind) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER reaction_removed AFTER DELETE ON reactions BEGIN
  UPDATE reaction_totals SET total = total - 1 WHERE message = OLD.message AND kind = OLD.kind;
  DELETE FROM reaction_totals WHERE message = OLD.message AND kind = OLD.kind AND total <= 0;
END;

-- Every run of three characters, letter case kept: finds any part of a text without reading all texts.
CREATE VIRTUAL TABLE message_search USING fts5 (
  body, content = 'messages', content_rowid = 'key', detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO message_search (message_search) VALUES ('rebuild');
CREATE TRIGGER message_search_added AFTER INSERT ON messages BEGIN
  INSERT INTO message_search (rowid, body) VALUES (NEW.key, NEW.body);
END;
CREATE TRIGGER message_search_changed AFTER UPDATE OF body ON messages BEGIN
  INSERT INTO message_search (message_search, rowid, body) VALUES ('delete', OLD.key, OLD.body);
  INSERT INTO message_search (rowid, body) VALUES (NEW.key, NEW.body);
END;
CREATE TRIGGER message_search_removed AFTER DELETE ON messages BEGIN
  INSERT INTO message_search (message_search, rowid, body) VALUES ('delete', OLD.key, OLD.body);
END;

-- Devices to alert of what their owners miss.
CREATE TABLE subscriptions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  channel    TEXT NOT NULL,
  platform   TEXT NOT NULL,
  udid       TEXT NOT NULL,
  token      TEXT NOT NULL,        -- JSON, as the device gave it
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, channel, udid)
) STRICT;
