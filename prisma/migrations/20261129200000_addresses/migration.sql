-- Addresses are stored in their canonical form (SPEC R9): ASCII letters in lower case, the domain as an A-label. Only the gateway can make A-labels;
-- a person's address that has other letters is replaced at their next sign-in.
UPDATE person SET email = lower(email COLLATE "C") WHERE email <> lower(email COLLATE "C");

-- In a locale other than C, lower() changes letters beyond ASCII too, which are part of an address.
ALTER TABLE invitation DROP CONSTRAINT invitation_email_check;
ALTER TABLE invitation ADD CONSTRAINT invitation_email_check CHECK (email = lower(email COLLATE "C") AND length(email) <= 254);
