-- Which messages of a dialog somebody is told of on this computer; 0 is what they chose for all.
ALTER TABLE organised ADD COLUMN alerts INTEGER NOT NULL DEFAULT 0;
