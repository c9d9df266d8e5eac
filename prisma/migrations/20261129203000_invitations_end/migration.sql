-- The membership that made an invitation: the invitation ends when that membership, or its right to grant, does (SPEC R5). Null for older invitations.
-- No foreign key: the invitation's end is an event, which only the gateway can record.
ALTER TABLE invitation ADD COLUMN inviter_membership_id uuid;
