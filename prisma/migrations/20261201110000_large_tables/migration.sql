-- The large tables in 16 partitions by a hash of the tenant (docs/decisions/0071-large-tables.md). An empty database gets them here. One with rows keeps its tables until an operator runs
-- `ipto partition`, which calls the same functions while the gateway serves: a twin of each table in the schema tenant_hash, a trigger that repeats every write there, a copy of the
-- rows in pages, and one short transaction in which the twins take the places of the tables. Everything that a table has is read from the catalogue, so that what later migrations add comes along.

-- The partitions' schema: no role but the owner has a privilege in it.
CREATE SCHEMA tenant_hash;

-- Which tables, in the order in which they are copied: what another one refers to comes first.
CREATE FUNCTION tenant_hash.large_tables() RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN ARRAY['usage_record', 'charge', 'earning', 'audit_event'];

-- The tables that are being converted, and the last row that was copied; empty before and afterwards.
CREATE TABLE tenant_hash.conversion (
  name      text    NOT NULL,
  tenant_id uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  id        uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  is_copied boolean NOT NULL DEFAULT false,
  CONSTRAINT conversion_pkey PRIMARY KEY (name)
);

-- From here to the end of the transaction, a lock is waited for an eighth of deadlock_timeout; then the statement fails with lock_not_available and has done nothing. So nobody waits behind it until
-- PostgreSQL looks for a deadlock, and ends a request.
CREATE FUNCTION tenant_hash.wait_briefly() RETURNS void LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT set_config('lock_timeout', (s.setting::integer / 8)::text, true) FROM pg_settings s WHERE s.name = 'deadlock_timeout'
$$;

-- The names of a table's columns, each in a format, with commas.
CREATE FUNCTION tenant_hash.columns_of(source regclass, pattern text) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  RETURN (SELECT string_agg(format(pattern, a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped);

-- Makes the empty twin of a table: its columns, checks, indexes and foreign keys to other twins. A foreign key to another table comes with the swap: it would refuse a purge that has removed
-- the rows here. From here on a trigger repeats each write in the twin, in the same transaction. The twin's own triggers come with the swap, so that nothing is chained twice.
CREATE FUNCTION tenant_hash.begin_copy(subject text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source CONSTANT regclass := format('public.%I', subject);
  twin CONSTANT text := format('tenant_hash.%I', subject);
  part text;
  each record;
BEGIN
  PERFORM tenant_hash.wait_briefly();
  SELECT k.conname, k.conrelid::regclass AS referring INTO each FROM pg_constraint k
    WHERE k.contype = 'f' AND k.confrelid = source AND k.conrelid NOT IN (SELECT to_regclass(format('public.%I', t)) FROM unnest(tenant_hash.large_tables()) t);
  IF FOUND THEN
    RAISE EXCEPTION '% refers to % by %: a conversion would lose this foreign key', each.referring, source, each.conname USING ERRCODE = 'dependent_objects_still_exist';
  END IF;
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES) PARTITION BY HASH (tenant_id)', twin, source);
  FOR n IN 0..15 LOOP
    part := format('tenant_hash.%I', subject || to_char(n, '"_"FM00'));
    EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, twin, n);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
  END LOOP;
  FOR each IN SELECT pg_get_indexdef(i.indexrelid) AS definition, k.conname, pg_get_constraintdef(k.oid) AS condef
    FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u') WHERE i.indrelid = source ORDER BY i.indexrelid
  LOOP
    EXECUTE CASE WHEN each.conname IS NULL THEN replace(each.definition, format(' ON %s ', source), format(' ON %s ', twin))
      ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', twin, each.conname, each.condef) END;
  END LOOP;
  FOR each IN SELECT k.conname, replace(pg_get_constraintdef(k.oid), ' REFERENCES public.', ' REFERENCES tenant_hash.') AS condef
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = source AND c.relname = ANY (tenant_hash.large_tables())
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', twin, each.conname, each.condef);
  END LOOP;
  EXECUTE format($trigger$
    CREATE FUNCTION tenant_hash.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        DELETE FROM %2$s t WHERE t.tenant_id = OLD.tenant_id AND t.id = OLD.id;
        RETURN NULL;
      END IF;
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM %2$s t WHERE t.tenant_id = OLD.tenant_id AND t.id = OLD.id AND OLD.id <> NEW.id;
      END IF;
      INSERT INTO %2$s (%3$s) VALUES (%4$s) ON CONFLICT (tenant_id, id) DO UPDATE SET %5$s;
      RETURN NULL;
    END $body$;
    CREATE TRIGGER repeat_write AFTER INSERT OR UPDATE OR DELETE ON %6$s FOR EACH ROW EXECUTE FUNCTION tenant_hash.%1$I()
    $trigger$, 'repeat_' || subject, twin, tenant_hash.columns_of(source, '%I'), tenant_hash.columns_of(source, 'NEW.%I'), tenant_hash.columns_of(source, '%1$I = EXCLUDED.%1$I'), source);
  INSERT INTO tenant_hash.conversion (name) VALUES (subject);
END $$;

-- Copies the rows of one tenant between two ids; a null upper end is none. It holds each row meanwhile, so that none is changed or removed between here and the twin, and waits for nobody: a row that is
-- being written is passed over, for its writer repeats the write. If the writer gives up, compare() finds the row missing.
CREATE FUNCTION tenant_hash.copy_between(subject text, tenant uuid, above uuid, up_to uuid) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  many integer;
BEGIN
  PERFORM set_config('app.tenant_id', tenant::text, true);
  EXECUTE format('INSERT INTO tenant_hash.%1$I (%2$s) SELECT %2$s FROM public.%1$I WHERE tenant_id = $1 AND id > $2 %3$s FOR SHARE SKIP LOCKED ON CONFLICT (tenant_id, id) DO NOTHING',
    subject, tenant_hash.columns_of(format('public.%I', subject), '%I'), CASE WHEN up_to IS NULL THEN '' ELSE 'AND id <= $3' END) USING tenant, above, up_to;
  GET DIAGNOSTICS many = ROW_COUNT;
  RETURN many;
END $$;

-- Copies about so many of the next rows. Null when all are copied. A page that is interrupted is copied again.
CREATE FUNCTION tenant_hash.copy_rows(subject text, at_most integer) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place tenant_hash.conversion;
  next uuid;
  last uuid;
  many integer := 0;
  room integer := at_most;
BEGIN
  SELECT * INTO place FROM tenant_hash.conversion c WHERE c.name = subject AND NOT c.is_copied FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  WHILE room > 0 LOOP
    EXECUTE format('SELECT t.tenant_id FROM public.%I t WHERE (t.tenant_id, t.id) > ($1, $2) ORDER BY t.tenant_id, t.id LIMIT 1', subject) INTO next USING place.tenant_id, place.id;
    IF next IS NULL THEN
      UPDATE tenant_hash.conversion c SET is_copied = true WHERE c.name = subject;
      RETURN many;
    END IF;
    IF next <> place.tenant_id THEN
      place.id := '00000000-0000-0000-0000-000000000000';
    END IF;
    EXECUTE format('SELECT t.id FROM public.%I t WHERE t.tenant_id = $1 AND t.id > $2 ORDER BY t.id OFFSET $3 LIMIT 1', subject) INTO last USING next, place.id, room - 1;
    many := many + tenant_hash.copy_between(subject, next, place.id, last);
    -- Each tenant counts as some rows, so that a page of small tenants ends as soon as others.
    room := CASE WHEN last IS NULL THEN least(room - 5, at_most - many) ELSE 0 END;
    place.tenant_id := next;
    place.id := coalesce(last, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  END LOOP;
  UPDATE tenant_hash.conversion c SET tenant_id = place.tenant_id, id = place.id WHERE c.name = subject;
  RETURN many;
END $$;

-- The tenants of whom a table and its twin have different rows: their number or the hash of their columns. One statement sees both at one moment, whatever is being written.
CREATE FUNCTION tenant_hash.compare(subject text) RETURNS TABLE (tenant_id uuid, rows_here bigint, rows_there bigint) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT coalesce(o.tenant_id, n.tenant_id), coalesce(o.many, 0), coalesce(n.many, 0)
    FROM (SELECT r.tenant_id, count(*) AS many, sum(hashtextextended(r::text, 0)) AS digest FROM public.%1$I r GROUP BY 1) o
    FULL JOIN (SELECT r.tenant_id, count(*) AS many, sum(hashtextextended(r::text, 0)) AS digest FROM tenant_hash.%1$I r GROUP BY 1) n ON n.tenant_id = o.tenant_id
    WHERE (o.many, o.digest) IS DISTINCT FROM (n.many, n.digest)', subject);
END $$;

-- The statements that give a twin, once it has its table's name, what else the table has: triggers, policies, privileges, and foreign keys to other tables. Those hold for new rows at once; that the
-- rows before meet them is looked at afterwards, because that takes time.
CREATE FUNCTION tenant_hash.definitions(subject text) RETURNS SETOF text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source CONSTANT regclass := format('public.%I', subject);
BEGIN
  RETURN QUERY SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = source AND NOT t.tgisinternal AND t.tgname <> 'repeat_write' ORDER BY t.tgname;
  RETURN QUERY SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, source, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', ') FROM unnest(p.polroles) AS role))
    || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM pg_policy p WHERE p.polrelid = source ORDER BY p.polname;
  RETURN QUERY SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', source) FROM pg_class c WHERE c.oid = source AND c.relrowsecurity;
  RETURN QUERY SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', source) FROM pg_class c WHERE c.oid = source AND c.relforcerowsecurity;
  RETURN QUERY SELECT format('GRANT %s ON %s TO %s', x.privilege_type, source, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END)
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x WHERE c.oid = source AND x.grantee <> c.relowner;
  RETURN QUERY SELECT format('GRANT %s (%I) ON %s TO %s', x.privilege_type, a.attname, source, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END)
    FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) x WHERE a.attrelid = source AND NOT a.attisdropped;
  RETURN QUERY SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', i.inhrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid CROSS JOIN pg_inherits i
    WHERE k.contype = 'f' AND k.conrelid = source AND NOT c.relname = ANY (tenant_hash.large_tables()) AND i.inhparent = format('tenant_hash.%I', subject)::regclass;
END $$;

-- Puts the twins in the places of the tables, and removes the tables. Functions that take a row of a table are made again for the new row type.
CREATE FUNCTION tenant_hash.swap() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  names CONSTANT text[] := tenant_hash.large_tables();
  tables CONSTANT text := (SELECT string_agg(format('public.%I', n), ', ') FROM unnest(names) n);
  referred CONSTANT text := (SELECT string_agg(DISTINCT k.confrelid::regclass::text, ', ') FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid IN (SELECT format('public.%I', n)::regclass FROM unnest(names) n) AND NOT c.relname = ANY (names));
  later text[] := ARRAY(SELECT d FROM unnest(names) WITH ORDINALITY AS n (name, place) CROSS JOIN LATERAL tenant_hash.definitions(n.name) WITH ORDINALITY AS s (d, rank) ORDER BY n.place, s.rank);
  functions text;
  makes text[];
  waiting text[];
  statement text;
BEGIN
  SELECT string_agg(p.oid::regprocedure::text, ', '), array_agg(pg_get_functiondef(p.oid) ORDER BY p.oid),
    array_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', p.oid::regprocedure)) FILTER (WHERE p.proacl IS NOT NULL)
      || array_agg((SELECT string_agg(format('GRANT EXECUTE ON FUNCTION %s TO %s', p.oid::regprocedure, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END), '; ')
        FROM aclexplode(p.proacl) x WHERE x.grantee <> p.proowner)) FILTER (WHERE p.proacl IS NOT NULL)
    INTO functions, makes, waiting
    FROM pg_proc p WHERE EXISTS (SELECT FROM unnest(names) n JOIN pg_type t ON t.typrelid = format('public.%I', n)::regclass
      WHERE ARRAY[t.oid, t.typarray] && (p.proargtypes::oid[] || p.proallargtypes || p.prorettype));
  later := later || array_remove(waiting, NULL);
  PERFORM tenant_hash.wait_briefly();
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tables);
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', referred);
  IF functions IS NOT NULL THEN
    EXECUTE 'DROP FUNCTION ' || functions;
  END IF;
  EXECUTE 'DROP TABLE ' || tables;
  FOREACH statement IN ARRAY names LOOP
    EXECUTE format('DROP FUNCTION tenant_hash.%I', 'repeat_' || statement);
    EXECUTE format('ALTER TABLE tenant_hash.%I SET SCHEMA public', statement);
  END LOOP;
  -- A function whose body is parsed when it is made comes after those that it calls.
  WHILE cardinality(makes) > 0 LOOP
    waiting := '{}';
    FOREACH statement IN ARRAY makes LOOP
      BEGIN
        EXECUTE statement;
      EXCEPTION WHEN undefined_function THEN
        waiting := waiting || statement;
      END;
    END LOOP;
    IF cardinality(waiting) = cardinality(makes) THEN
      RAISE EXCEPTION 'cannot make these functions again: %', waiting;
    END IF;
    makes := waiting;
  END LOOP;
  FOREACH statement IN ARRAY later LOOP
    EXECUTE statement;
  END LOOP;
END $$;

-- The foreign keys of partitions whose earlier rows are still to be looked at.
CREATE FUNCTION tenant_hash.unvalidated() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'f' AND NOT k.convalidated AND c.relnamespace = 'tenant_hash'::regnamespace ORDER BY 1
$$;

-- Makes one foreign key of a table of those of its partitions, once they are validated: no row is read.
CREATE FUNCTION tenant_hash.join_keys() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  statement text;
BEGIN
  PERFORM tenant_hash.wait_briefly();
  FOR statement IN SELECT DISTINCT format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.inhparent::regclass, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_inherits i ON i.inhrelid = k.conrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated AND c.relnamespace = 'tenant_hash'::regnamespace ORDER BY 1
  LOOP
    EXECUTE statement;
  END LOOP;
  DELETE FROM tenant_hash.conversion;
END $$;

-- Ends a conversion before the swap. The tables are as they were.
CREATE FUNCTION tenant_hash.cancel() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  subject text;
BEGIN
  PERFORM tenant_hash.wait_briefly();
  FOR subject IN SELECT c.name FROM tenant_hash.conversion c ORDER BY array_position(tenant_hash.large_tables(), c.name) DESC LOOP
    EXECUTE format('DROP TRIGGER repeat_write ON public.%I', subject);
    EXECUTE format('DROP FUNCTION tenant_hash.%I', 'repeat_' || subject);
    EXECUTE format('DROP TABLE tenant_hash.%I', subject);
  END LOOP;
  DELETE FROM tenant_hash.conversion;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenant_hash FROM PUBLIC;

-- A database without rows gets partitions here.
CREATE FUNCTION tenant_hash.is_empty() RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM public.usage_record) AND NOT EXISTS (SELECT FROM public.charge) AND NOT EXISTS (SELECT FROM public.earning) AND NOT EXISTS (SELECT FROM public.audit_event)
$$;
DO $$
DECLARE
  statement text;
BEGIN
  IF tenant_hash.is_empty() THEN
    LOCK TABLE public.usage_record, public.charge, public.earning, public.audit_event IN ACCESS EXCLUSIVE MODE;
    IF tenant_hash.is_empty() THEN
      FOREACH statement IN ARRAY tenant_hash.large_tables() LOOP
        PERFORM tenant_hash.begin_copy(statement);
      END LOOP;
      PERFORM tenant_hash.swap();
      FOR statement IN SELECT tenant_hash.unvalidated() LOOP
        EXECUTE statement;
      END LOOP;
      PERFORM tenant_hash.join_keys();
    END IF;
  END IF;
END $$;
DROP FUNCTION tenant_hash.is_empty();
