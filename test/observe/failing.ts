/**
 * A trigger by which a tenant's renaming to `Fails…` fails in the database, with the code P0001.
 * The error's details have the name, as those of PostgreSQL's own errors have values.
 */
export const FAILING = `
  CREATE OR REPLACE FUNCTION fail_renaming() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'this renaming fails' USING ERRCODE = 'P0001', DETAIL = NEW.name, HINT = NEW.name; END $$;
  CREATE OR REPLACE TRIGGER fail_renaming BEFORE UPDATE OF name ON tenant FOR EACH ROW WHEN (NEW.name LIKE 'Fails%')
  EXECUTE FUNCTION fail_renaming()`;
