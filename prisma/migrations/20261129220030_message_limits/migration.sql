-- The messages to an address, and those by a person, in all tenants (SPEC R5). The audit logs count them.
CREATE INDEX audit_event_invited_idx ON audit_event ((state_after ->> 'email'), at)
  WHERE action IN ('invitation.create', 'invitation.replace') AND outcome = 'done';
CREATE INDEX audit_event_inviter_idx ON audit_event (actor_id, at)
  WHERE action IN ('invitation.create', 'invitation.replace') AND outcome = 'done';

-- Whether an address got so many messages since a moment, from whichever tenants; and when the bound person sent the message that is so many before the
-- next, or null. Senders to one address wait here for each other, as those by one person do, until their transactions end: so the limits are exact.
CREATE FUNCTION crossing_messages(address text, most_to integer, most_by integer, since timestamptz)
RETURNS TABLE (is_full boolean, sent_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('messages to ' || address, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('messages by ' || public.app_person()::text, 0));
  RETURN QUERY SELECT
    (SELECT count(*) FROM (SELECT FROM public.audit_event e
      WHERE e.action IN ('invitation.create', 'invitation.replace') AND e.outcome = 'done' AND e.state_after ->> 'email' = address AND e.at > since
      LIMIT most_to) x) >= most_to,
    (SELECT e.at FROM public.audit_event e
      WHERE e.action IN ('invitation.create', 'invitation.replace') AND e.outcome = 'done' AND e.actor_id = public.app_person()::text AND e.at > since
      ORDER BY e.at DESC OFFSET most_by - 1 LIMIT 1);
END $$;
REVOKE ALL ON FUNCTION crossing_messages(text, integer, integer, timestamptz) FROM PUBLIC;
