-- A telephone number without what people put between its digits: who looks for it does not know how it was written.
ALTER TABLE users ADD COLUMN phone_key TEXT;
UPDATE users SET phone_key =
  replace(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '/', ''), '.', ''), '(', ''), ')', '');
DROP INDEX users_by_phone;
CREATE INDEX users_by_phone ON users (phone_key) WHERE phone_key IS NOT NULL;
