-- How long to wait, when to ask the person, and when an address is given up are three questions: a network that was
-- away for days says nothing about the address.
ALTER TABLE uploads ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
