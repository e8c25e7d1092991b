-- A field is a text; what is an object stands in it as JSON (the picture of a link's preview, say). Files that are named there
-- are in use, too.
DROP TRIGGER message_names_files;
DROP TRIGGER message_names_other_files;

CREATE TRIGGER message_names_files AFTER INSERT ON messages
WHEN NEW.attachments <> '[]' OR NEW.extra <> '{}'
BEGIN
  INSERT OR IGNORE INTO file_uses (uid, message)
    SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), NEW.key
    FROM
        (SELECT value FROM json_tree(NEW.attachments) WHERE type = 'text'
          UNION ALL SELECT value FROM json_tree(NEW.extra) WHERE type = 'text'
          UNION ALL SELECT part.value
            FROM json_tree(NEW.extra) AS field,
                 json_tree(iif(field.type = 'text' AND json_valid(field.value), field.value, '[]')) AS part
            WHERE part.type = 'text')
    WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;
END;

CREATE TRIGGER message_names_other_files AFTER UPDATE OF attachments, extra ON messages
BEGIN
  DELETE FROM file_uses WHERE message = NEW.key;
  INSERT OR IGNORE INTO file_uses (uid, message)
    SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), NEW.key
    FROM
        (SELECT value FROM json_tree(NEW.attachments) WHERE type = 'text'
          UNION ALL SELECT value FROM json_tree(NEW.extra) WHERE type = 'text'
          UNION ALL SELECT part.value
            FROM json_tree(NEW.extra) AS field,
                 json_tree(iif(field.type = 'text' AND json_valid(field.value), field.value, '[]')) AS part
            WHERE part.type = 'text')
    WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;
END;

INSERT OR IGNORE INTO file_uses (uid, message)
  SELECT lower(substr(value, instr(value, '/blobs/') + iif(instr(value, '/blobs/') > 0, 7, 1), 36)), key
  FROM (SELECT m.key AS key, part.value AS value
        FROM messages m, json_tree(m.extra) AS field,
             json_tree(iif(field.type = 'text' AND json_valid(field.value), field.value, '[]')) AS part
        WHERE m.extra <> '{}' AND part.type = 'text')
  WHERE length(value) = 36 OR instr(value, '/blobs/') > 0;
