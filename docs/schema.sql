-- The cache of one account, as the migrations leave it (crates/client/src/store/migrations).
-- A test fails when this file and the migrations differ; comments and white space do not count.
--
-- One file per account under accounts/<id>/cache.db, encrypted by SQLCipher with a raw key.
-- Ids of dialogs and messages are blobs of 12 bytes, which sort like their hexadecimal text.
-- People are integers, 0 is nobody. An empty text is an absent one. Dates are unix seconds unless
-- a comment says otherwise.

-- Whose cache this is, and how to sign in again. Exactly one row.
CREATE TABLE account (
  one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  user        INTEGER NOT NULL,
  endpoints   TEXT NOT NULL,              -- JSON of the servers' addresses and the application's key
  credentials TEXT NOT NULL DEFAULT ''    -- JSON of password or token; empty when signed out
) STRICT;

-- How far the cache follows the server, as named numbers. `followed_until`: unix milliseconds of
-- the server's clock up to which every change is in the cache.
CREATE TABLE sync_state (
  key   TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People. A message or dialog may name someone who is not here yet.
CREATE TABLE users (
  id     INTEGER NOT NULL PRIMARY KEY,
  name   TEXT NOT NULL DEFAULT '',        -- full name, else the login
  login  TEXT NOT NULL DEFAULT '',
  avatar TEXT NOT NULL DEFAULT '',        -- blob uid or URL
  email TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '',
  website TEXT NOT NULL DEFAULT '',
  fetched_at INTEGER NOT NULL DEFAULT 0   -- unix milliseconds; when the server last told of them
) STRICT;

-- Dialogs, with what their row in the chat list shows.
CREATE TABLE dialogs (
  id               BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 12),
  kind             INTEGER NOT NULL,              -- 1 broadcast, 2 group, 3 private, 4 public
  name             TEXT NOT NULL DEFAULT '',      -- of a private dialog the other person's name wins
  photo            TEXT NOT NULL DEFAULT '',
  description      TEXT NOT NULL DEFAULT '',
  owner            INTEGER NOT NULL DEFAULT 0,
  opponent         INTEGER NOT NULL DEFAULT 0,    -- the other person of a private dialog
  created_at       INTEGER NOT NULL DEFAULT 0,    -- unix milliseconds
  incomplete       INTEGER NOT NULL DEFAULT 0,    -- 1: only a message is known, the rest is to be fetched
  last_activity    INTEGER NOT NULL DEFAULT 0,    -- unix milliseconds; the order of the list
  last_id          BLOB NOT NULL DEFAULT x'',     -- the newest message known, sent or not
  last_date        INTEGER NOT NULL DEFAULT 0,
  last_sender      INTEGER NOT NULL DEFAULT 0,
  last_text        TEXT NOT NULL DEFAULT '',      -- its beginning
  last_status      INTEGER NOT NULL DEFAULT 0,    -- its status if it is of this person, else 0
  server_last_id   BLOB NOT NULL DEFAULT x'',     -- the newest message the server has told of
  server_last_date INTEGER NOT NULL DEFAULT 0,
  unread_known     INTEGER NOT NULL DEFAULT 0,    -- rows of messages with unread = 1
  unread_elsewhere INTEGER NOT NULL DEFAULT 0,    -- unread messages that the server counts and that are not cached
  occupant_count   INTEGER NOT NULL DEFAULT 0,    -- as the server counts them
  admins           TEXT NOT NULL DEFAULT '',      -- JSON array of people, the owner not among them
  fields           TEXT NOT NULL DEFAULT '',      -- JSON object: fields of the application's own
  allow_preview    INTEGER NOT NULL DEFAULT 0,
  notifications    INTEGER NOT NULL DEFAULT 1,    -- the server's setting for this person, as last known
  last_attachment  TEXT NOT NULL DEFAULT ''       -- JSON of what hangs on the newest message: [kind, count, name, ms]
) STRICT, WITHOUT ROWID;
-- The chat list, and the page after a given dialog.
CREATE INDEX dialogs_by_activity ON dialogs (last_activity, id);
-- Which dialog a message without a dialog id belongs to; whose name a dialog carries.
CREATE INDEX dialogs_by_opponent ON dialogs (opponent) WHERE opponent <> 0;
CREATE INDEX dialogs_incomplete ON dialogs (id) WHERE incomplete = 1;
-- What the badge counts.
CREATE INDEX dialogs_unread ON dialogs (id) WHERE unread_known + unread_elsewhere > 0;

-- Who is in which dialog; nobody for public ones, whose occupants are paged from the server.
CREATE TABLE occupants (
  dialog BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  user   INTEGER NOT NULL,
  PRIMARY KEY (dialog, user)
) STRICT, WITHOUT ROWID;

-- The groups one shares with someone.
CREATE INDEX occupants_by_user ON occupants (user);

-- What was typed and not sent.
CREATE TABLE drafts (
  dialog BLOB NOT NULL PRIMARY KEY REFERENCES dialogs (id) ON DELETE CASCADE,
  text   TEXT NOT NULL,
  reply TEXT NOT NULL DEFAULT '',         -- JSON of what it answers
  edit TEXT NOT NULL DEFAULT ''           -- JSON of the message that is being changed, and its new words
) STRICT, WITHOUT ROWID;

-- Messages, each once. The order within a dialog is (date_sent, id).
CREATE TABLE messages (
  row          INTEGER NOT NULL PRIMARY KEY,  -- date_sent * 2^29 + n: grows with the date, so a walk along
                                              -- the search index is newest first without sorting. (Therefore
                                              -- no AUTOINCREMENT; whatever refers to a row goes with it.)
  id           BLOB NOT NULL UNIQUE CHECK (length(id) = 12),
  dialog       BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  sender       INTEGER NOT NULL,
  text         TEXT NOT NULL DEFAULT '',
  date_sent    INTEGER NOT NULL,
  status       INTEGER NOT NULL,              -- 0 failed, 1 pending, 2 sent, 3 delivered, 4 read
  failure      INTEGER NOT NULL DEFAULT 0,    -- why it failed; 0 when it did not
  failure_text TEXT NOT NULL DEFAULT '',      -- the server's words
  in_history   INTEGER NOT NULL DEFAULT 1,    -- 0: live only, the server does not keep it
  unread       INTEGER NOT NULL DEFAULT 0,    -- 1: of someone else and not seen yet
  attempts     INTEGER NOT NULL DEFAULT 0,    -- how often the server asked to try later
  extra        TEXT NOT NULL DEFAULT '',      -- JSON of parameters without a column
  system       TEXT NOT NULL DEFAULT '',      -- JSON of what happened to the dialog, when the row tells of that
  edited_at INTEGER NOT NULL DEFAULT 0,       -- unix milliseconds; 0: the text is the first one
  previous_text TEXT NOT NULL DEFAULT '',     -- before the last change that was seen here
  deleted INTEGER NOT NULL DEFAULT 0,         -- 1 for everyone, 2 being deleted for this person, 3 for everyone
  reactions TEXT NOT NULL DEFAULT '',         -- JSON array of [emoji, count, mine], the first used first
  hold INTEGER NOT NULL DEFAULT 0,            -- why it waits on purpose: 1 can be taken back, 2 is to be sent later
  hold_until INTEGER NOT NULL DEFAULT 0,      -- unix milliseconds
  mentions_me INTEGER NOT NULL DEFAULT 0      -- 1: names this person
) STRICT;
CREATE INDEX messages_in_order ON messages (dialog, date_sent, id);
CREATE INDEX messages_unread ON messages (dialog, date_sent, id) WHERE unread = 1;
CREATE INDEX messages_failed ON messages (dialog, date_sent, id) WHERE status = 0;
CREATE INDEX messages_held ON messages (dialog, hold_until, id) WHERE hold <> 0;
CREATE INDEX messages_mentions ON messages (dialog) WHERE mentions_me = 1 AND unread = 1;

-- What messages are found by, by row: the words of the text and of the names of attachments without case and
-- accents, writing without spaces as pairs of characters; and one private character each for dialog, author and
-- what is carried (crates/client/src/store/search). The texts themselves stand in messages alone.
CREATE VIRTUAL TABLE messages_fts USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = 'ascii',
  prefix = '2 3'
);

-- Messages below this row wait to be indexed, after an update. One row at most, and none when nothing waits.
CREATE TABLE search_backlog (
  one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  below INTEGER NOT NULL
) STRICT;

-- Who has received (3) and who has seen (4) a message of this account's person.
CREATE TABLE message_states (
  message BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  user    INTEGER NOT NULL,
  status  INTEGER NOT NULL,
  received_at INTEGER NOT NULL DEFAULT 0,     -- unix milliseconds; 0: this device was not told when
  seen_at INTEGER NOT NULL DEFAULT 0,         -- the same
  PRIMARY KEY (message, user)
) STRICT, WITHOUT ROWID;

-- Markers that came before their message. The newest thousand are kept.
CREATE TABLE early_markers (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  user    INTEGER NOT NULL,
  status  INTEGER NOT NULL,
  at INTEGER NOT NULL DEFAULT 0,              -- unix milliseconds
  UNIQUE (message, user)
) STRICT;

-- Lines about a dialog that is not here yet: its first description takes them in. The newest 200 are kept.
CREATE TABLE early_lines (
  seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id        BLOB NOT NULL UNIQUE CHECK (length(id) = 12),
  dialog    BLOB NOT NULL,
  sender    INTEGER NOT NULL,
  date_sent INTEGER NOT NULL,
  line      TEXT NOT NULL                     -- as in messages.system
) STRICT;
CREATE INDEX early_lines_by_dialog ON early_lines (dialog);

-- Of whom the line has told by name that they reacted (is_on = 1) or took it back (0).
CREATE TABLE reactors (
  message BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  emoji   TEXT NOT NULL,
  user    INTEGER NOT NULL,
  is_on   INTEGER NOT NULL,
  PRIMARY KEY (message, emoji, user)
) STRICT, WITHOUT ROWID;

-- Messages of which the server must be asked who reacted: a count and a name may speak of the same person.
-- A further doubt gets a new number, so that an answer to an older question does not settle it.
CREATE TABLE reaction_doubts (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE
) STRICT;

-- Corrections (kind 1) and reactions (2) that came before their message. The newest thousand are kept.
CREATE TABLE early_changes (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  user    INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  dialog  BLOB NOT NULL,
  what    TEXT NOT NULL DEFAULT '',           -- the emoji
  text    TEXT NOT NULL DEFAULT '',           -- the new text, or 1 and 0 for a reaction that comes and goes
  extra   TEXT NOT NULL DEFAULT '',           -- as in messages.extra
  at      INTEGER NOT NULL,                   -- unix milliseconds
  UNIQUE (message, user, kind, what)
) STRICT;

-- Messages that are not to come back: deleted, with nothing left to show. The newest ten thousand are kept.
CREATE TABLE gone_messages (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message BLOB NOT NULL,
  dialog  BLOB NOT NULL,
  UNIQUE (message, dialog)
) STRICT;

-- What this person wants to change and the server does not know yet: 1 another text, 2 deleted for this person,
-- 3 deleted for everyone, 4 a reaction.
CREATE TABLE wishes (
  seq             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind            INTEGER NOT NULL,
  message         BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  dialog          BLOB NOT NULL,
  emoji           TEXT NOT NULL DEFAULT '',
  is_on           INTEGER NOT NULL DEFAULT 1,   -- whether the reaction is to be there
  stanza          BLOB NOT NULL DEFAULT x'',    -- the id under which a new text goes over the line
  before_text     TEXT NOT NULL DEFAULT '',     -- what the message goes back to when the server refuses
  before_edited   INTEGER NOT NULL DEFAULT 0,
  before_previous TEXT NOT NULL DEFAULT '',
  told            INTEGER NOT NULL DEFAULT 0,   -- 1: acknowledged; a refusal can still come, so some are kept
  attempts        INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,   -- unix milliseconds
  UNIQUE (message, kind, emoji)
) STRICT;
CREATE INDEX wishes_by_stanza ON wishes (stanza) WHERE stanza <> x'';
CREATE INDEX wishes_waiting ON wishes (seq) WHERE told = 0;

-- Parts of the history without a hole, ends included; they never touch one another.
CREATE TABLE ranges (
  dialog    BLOB NOT NULL REFERENCES dialogs (id) ON DELETE CASCADE,
  from_date INTEGER NOT NULL,
  from_id   BLOB NOT NULL,
  to_date   INTEGER NOT NULL,
  to_id     BLOB NOT NULL,
  PRIMARY KEY (dialog, from_date, from_id)
) STRICT, WITHOUT ROWID;

-- Messages on their way, in the order of sending. A row exists as long as its message is pending.
CREATE TABLE outbox (
  seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message    BLOB NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  dialog     BLOB NOT NULL,
  not_before INTEGER NOT NULL DEFAULT 0       -- unix milliseconds
) STRICT;

-- Markers owed to others: 1 received, 2 displayed, 3 everything in the dialog displayed.
CREATE TABLE receipts (
  seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind    INTEGER NOT NULL,
  dialog  BLOB NOT NULL,
  message BLOB NOT NULL,
  author  INTEGER NOT NULL,
  UNIQUE (message, kind)
) STRICT;
CREATE INDEX receipts_by_dialog ON receipts (dialog, kind);

-- Pictures of people and dialogs, small and encoded by the engine. Those seen longest ago make room.
CREATE TABLE pictures (
  name    TEXT NOT NULL PRIMARY KEY,      -- blob uid or URL
  kind    INTEGER NOT NULL,               -- 1 JPEG, 2 PNG
  size    INTEGER NOT NULL,               -- length of bytes
  seen_at INTEGER NOT NULL,               -- unix milliseconds, to the day
  bytes   BLOB NOT NULL
) STRICT;
CREATE INDEX pictures_by_use ON pictures (seen_at, size);

-- Privacy lists (XEP-0016) as the server has them; the default one is in force.
CREATE TABLE privacy_lists (
  name       TEXT NOT NULL PRIMARY KEY,
  is_default INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_items (
  list   TEXT NOT NULL REFERENCES privacy_lists (name) ON DELETE CASCADE,
  place  INTEGER NOT NULL,
  user   INTEGER NOT NULL,
  action INTEGER NOT NULL,                -- 1 lets through, 2 keeps out
  mutual INTEGER NOT NULL DEFAULT 0,      -- 1: kept out both ways
  PRIMARY KEY (list, place)
) STRICT, WITHOUT ROWID;

-- The list that must be in force again after a change that did not end. One row at most.
CREATE TABLE privacy_restore (
  one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL
) STRICT;

-- How the person has arranged a dialog. It belongs to nobody else, and stays when the dialog goes: a private
-- one comes back with the next message.
CREATE TABLE organised (
  dialog        BLOB NOT NULL PRIMARY KEY CHECK (length(dialog) = 12),
  pinned        INTEGER,                      -- place among the pinned ones; NULL when not pinned
  archived      INTEGER NOT NULL DEFAULT 0,
  marked_unread INTEGER NOT NULL DEFAULT 0,
  muted_until   INTEGER NOT NULL DEFAULT 0,   -- unix milliseconds; 0: not muted, 2^63 - 1: for good
  alerts        INTEGER NOT NULL DEFAULT 0    -- what is told: 0 as for all dialogs, 1 all, 2 mentions, 3 nothing
) STRICT, WITHOUT ROWID;
CREATE INDEX organised_pinned ON organised (pinned) WHERE pinned IS NOT NULL;
CREATE INDEX organised_archived ON organised (archived) WHERE archived = 1;
CREATE INDEX organised_unread ON organised (dialog) WHERE marked_unread = 1;

-- Folders of the chat list.
CREATE TABLE folders (
  id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name  TEXT NOT NULL,
  kinds TEXT NOT NULL DEFAULT '',             -- JSON array of the kinds in it; empty: by hand
  place INTEGER NOT NULL
) STRICT;

-- What was put into a folder by hand. A dialog in here has a row in organised.
CREATE TABLE folder_dialogs (
  dialog BLOB NOT NULL,
  folder INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
  PRIMARY KEY (dialog, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX folder_dialogs_by_folder ON folder_dialogs (folder);

-- What was shared in a dialog: an index of the messages' attachments and links.
CREATE TABLE shared (
  message   BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  kind      INTEGER NOT NULL,             -- 1 pictures and films, 2 sound and other files, 3 links, 4 places
  place     INTEGER NOT NULL,             -- of the attachment on its message, or of the link in its text
  dialog    BLOB NOT NULL,
  date_sent INTEGER NOT NULL,
  source    TEXT NOT NULL DEFAULT '',     -- the file; empty for links and places
  PRIMARY KEY (message, kind, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_in_order ON shared (dialog, kind, date_sent, message, place);
CREATE INDEX shared_by_source ON shared (source, dialog) WHERE source <> '';

-- Files of messages that somebody asked for. One without a row is on the server.
CREATE TABLE files (
  source     TEXT NOT NULL PRIMARY KEY,   -- blob uid or URL
  state      INTEGER NOT NULL,            -- 0 on the server, 1 to be downloaded, 2 here, 3 given up
  problem    INTEGER NOT NULL DEFAULT 0,  -- why it was given up
  content    BLOB NOT NULL DEFAULT x'',   -- what is in it, when that is here
  total      INTEGER NOT NULL DEFAULT 0,  -- bytes, as the server said
  etag       TEXT NOT NULL DEFAULT '',    -- the version of the part that is here
  size_limit INTEGER                      -- the largest size that is downloaded; NULL: the person asked for it
) STRICT, WITHOUT ROWID;
CREATE INDEX files_queued ON files (source, size_limit) WHERE state = 1;
CREATE INDEX files_failed ON files (problem) WHERE state = 3;
CREATE INDEX files_by_content ON files (content) WHERE content <> x'';
CREATE INDEX files_in_part ON files (etag) WHERE etag <> '';

-- Contents in the folder files/, each once however many files it is. Their names on the disk are made
-- from the hash and the key of this cache.
CREATE TABLE contents (
  hash         BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  size         INTEGER NOT NULL,
  derived      INTEGER NOT NULL DEFAULT 0,   -- bytes of what was made from it, as smaller pictures
  content_type TEXT NOT NULL DEFAULT '',     -- by its bytes, not by what anybody says
  used_at      INTEGER NOT NULL              -- unix milliseconds, to the hour
) STRICT, WITHOUT ROWID;
CREATE INDEX contents_by_use ON contents (used_at, hash, size, derived);

-- Files that are chosen for a dialog and not sent yet: kept with its draft. `content` is the file as it was chosen,
-- `picture` what is made of a picture for sending; both lie in the folder `outgoing`. `place` is their order; with
-- `as_file` pictures go as they are.
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
  picture_height INTEGER NOT NULL DEFAULT 0,
  place          INTEGER NOT NULL DEFAULT 0,
  as_file        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX staged_by_dialog ON staged (dialog, place, id);

-- Files on their way to the server. A message with rows here is not due in the outbox. `origin` is the message a file
-- was first sent with; copies of it share the upload. `step`: 0 new, 1 announced, 2 uploaded, 3 complete. `attempts`
-- says how long to wait next, `failures` when to ask the person, `refusals` when not to ask for one more address.
-- `staged` is the chosen file that it was, for a poster that comes late; 0 of copies.
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
  failures     INTEGER NOT NULL DEFAULT 0,
  refusals     INTEGER NOT NULL DEFAULT 0,
  staged       INTEGER NOT NULL DEFAULT 0,
  UNIQUE (message, place)
) STRICT;
CREATE INDEX uploads_by_content ON uploads (content, origin);
CREATE INDEX uploads_by_staged ON uploads (staged) WHERE staged <> 0;
