import { localeFault } from '../admin/locale.ts';
import { migrationsIn } from '../admin/migrate.ts';
import type { Query } from '../driver/query.ts';

/**
 * The database wouldn't isolate tenants, or lacks this build's migrations. The message lists every
 * reason.
 */
export class UnsafeDatabaseError extends Error {
  override name = 'UnsafeDatabaseError';
}

const ROLE = `
  SELECT r.rolname AS role, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
    EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relnamespace = 'public'::regnamespace)
      OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid AND pronamespace = 'public'::regnamespace) AS owns,
    ARRAY(SELECT o.rolname::text FROM pg_roles o WHERE o.oid <> r.oid AND pg_has_role(r.oid, o.oid, 'MEMBER')
      AND (o.rolsuper OR o.rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = o.oid AND relnamespace = 'public'::regnamespace))) AS may_become
  FROM pg_roles r WHERE r.rolname = current_user`;

/** The readable tables, except the public plan catalogue, whose policies don't bind the owner. */
const UNFORCED = `
  SELECT c.relname::text AS name FROM pg_class c
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(c.oid, 'SELECT') AND c.relname <> 'plan'
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`;

const MIGRATIONS = 'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL';

type Role = { role: string; superuser: boolean; bypasses: boolean; owns: boolean; may_become: string[] };

/**
 * Refuses a connection that row-level security wouldn't restrict (SPEC T6), and a database without
 * this build's migrations.
 *
 * @throws {UnsafeDatabaseError} naming each reason.
 */
export async function checkDatabase(query: Query): Promise<void> {
  const reasons = await roleFaults(query);
  if (reasons.length) throw refusal(reasons);
  const fault = await localeFault(query);
  if (fault) throw refusal([fault]);
  const pending = await pendingMigrations(query);
  if (pending.length) throw refusal([`the database lacks the migration ${pending.join(', ')}: run \`npm run migrate\``]);
  const unforced = await unforcedTables(query);
  if (unforced.length) throw refusal(unforced.map(name => `table ${name} does not force row-level security`));
}

/** Why row-level security wouldn't restrict the connection's role. */
export const roleFaults = async (query: Query): Promise<readonly string[]> => roleReasons((await query<Role>(ROLE, []))[0]!);

/** The readable tables that don't force row-level security. */
export const unforcedTables = async (query: Query): Promise<readonly string[]> =>
  (await query<{ name: string }>(UNFORCED, [])).map(({ name }) => name);

const refusal = (reasons: readonly string[]) =>
  new UnsafeDatabaseError(`The gateway does not start on this database: ${reasons.join('; ')}.`);

const roleReasons = ({ role, superuser, bypasses, owns, may_become }: Role): readonly string[] => [
  ...(superuser
    ? [`role ${role} is a superuser, which row-level security does not restrict; \`npm run migrate\` creates a role for the gateway`]
    : []),
  ...(bypasses && !superuser ? [`role ${role} has BYPASSRLS`] : []),
  ...(owns && !superuser ? [`role ${role} owns tables or functions, and could switch their policies off`] : []),
  ...(superuser ? [] : may_become.map(other => `role ${role} can become ${other}, which row-level security does not restrict`)),
];

/** This build's migrations that the database lacks. */
export async function pendingMigrations(query: Query): Promise<readonly string[]> {
  const applied = await query<{ name: string }>(MIGRATIONS, []).catch(error => {
    // no such table, or no privilege to read it yet: nothing is applied
    if (['42P01', '42501'].includes(error.code)) return [];
    throw error;
  });
  const names = new Set(applied.map(({ name }) => name));
  return migrationsIn().filter(name => !names.has(name));
}
