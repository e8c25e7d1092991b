-- The words of messages come folded and cut to the index, so that it finds what is written without
-- spaces, and dialogs, authors and contents are among them. What the old index held is made anew
-- behind whatever else is written.

DROP TABLE messages_fts;
CREATE VIRTUAL TABLE messages_fts USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = 'ascii',
  prefix = '2 3'
);

CREATE TABLE search_backlog (
  one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  below INTEGER NOT NULL
) STRICT;
INSERT INTO search_backlog (one, below)
  SELECT 1, newest + 1 FROM (SELECT max(row) AS newest FROM messages) WHERE newest IS NOT NULL;
