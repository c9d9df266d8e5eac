-- A person's name and address are those of their latest sign-in (SPEC R9): `signed_in_at` is when the token was issued that they come from.
ALTER TABLE person ADD COLUMN signed_in_at timestamptz(3);

-- Refreshes a known person from a verified token, unless a newer one was seen. A token without a name of its own leaves the name, and only a verified
-- address replaces an address. A name that is just the old address goes with it. Each condition reads the row itself, so that of two replicas the newer
-- token wins. The same token writes nothing twice.
CREATE FUNCTION crossing_refresh_person(of_issuer text, of_subject text, token_name text, is_named boolean, token_email text, is_verified boolean,
  issued_at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.person p SET
    name = CASE WHEN is_named OR is_verified AND p.name = p.email THEN token_name ELSE p.name END,
    email = CASE WHEN is_verified THEN token_email ELSE p.email END,
    email_verified = p.email_verified OR is_verified,
    signed_in_at = coalesce(issued_at, p.signed_in_at)
  WHERE p.issuer = of_issuer AND p.subject = of_subject
    AND (p.signed_in_at IS NULL OR p.signed_in_at <= issued_at)
    AND (p.signed_in_at IS DISTINCT FROM issued_at OR is_named AND p.name <> token_name
      OR is_verified AND (p.email, p.email_verified) IS DISTINCT FROM (token_email, true))
$$;

-- Makes the row of a person who signs up or accepts an invitation, or refreshes it, and holds it until the transaction ends. The previous version of the
-- gateway calls it without the last two.
DROP FUNCTION crossing_register_person(uuid, text, text, text, text, boolean);
CREATE FUNCTION crossing_register_person(candidate uuid, of_issuer text, of_subject text, token_name text, token_email text, is_verified boolean,
  is_named boolean DEFAULT true, issued_at timestamptz DEFAULT NULL) RETURNS uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.person (id, issuer, subject, name, email, email_verified, signed_in_at)
  VALUES (candidate, of_issuer, of_subject, token_name, token_email, is_verified, issued_at)
  ON CONFLICT (issuer, subject) DO UPDATE SET issuer = EXCLUDED.issuer;
  SELECT public.crossing_refresh_person(of_issuer, of_subject, token_name, is_named, token_email, is_verified, issued_at);
  SELECT p.id FROM public.person p WHERE p.issuer = of_issuer AND p.subject = of_subject
$$;

REVOKE ALL ON FUNCTION crossing_refresh_person(text, text, text, boolean, text, boolean, timestamptz),
  crossing_register_person(uuid, text, text, text, text, boolean, boolean, timestamptz) FROM PUBLIC;
