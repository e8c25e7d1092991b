-- The order of chosen files, and whether pictures among them go as they are, outlive the window.
ALTER TABLE staged ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staged ADD COLUMN as_file INTEGER NOT NULL DEFAULT 0;
DROP INDEX staged_by_dialog;
CREATE INDEX staged_by_dialog ON staged (dialog, place, id);
-- The poster of a film may be drawn only after its message stands.
ALTER TABLE uploads ADD COLUMN staged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX uploads_by_staged ON uploads (staged) WHERE staged <> 0;
