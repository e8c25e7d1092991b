-- The lower-case form in which names are searched, as people have theirs. Of names that are there already only ASCII
-- letters can be folded here; the others follow when they are next changed.
ALTER TABLE dialogs ADD COLUMN name_key TEXT;
UPDATE dialogs SET name_key = lower(name);
