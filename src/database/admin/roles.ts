import pg from 'pg';
import { setTimeLimits } from './time-limits.ts';

/** The gateway's role. It owns no table and doesn't bypass row-level security. */
export type RuntimeRole = {
  readonly name: string;
  /** The password of a new role; an existing role keeps its own. */
  readonly password: string;
};

/** The role that owns the tables if a superuser migrates. It can't log in. */
export const OWNER = 'ipto_owner';

/**
 * Creates the owner and the runtime role if they are missing, and continues as the owner. A
 * superuser becomes {@link OWNER}, so that SECURITY DEFINER functions don't run as a superuser; any
 * other role is the owner itself.
 *
 * @returns whether the runtime role was created.
 */
export async function ensureRoles(client: pg.Client, runtime: RuntimeRole): Promise<boolean> {
  const {
    rows: [me],
  } = await client.query<{ superuser: boolean; database: string }>(
    'SELECT rolsuper AS superuser, current_database() AS database FROM pg_roles WHERE rolname = current_user',
  );
  if (me!.superuser) await ensureRole(client, OWNER, 'NOLOGIN');
  const isCreated = await ensureRole(client, runtime.name, `LOGIN PASSWORD ${pg.escapeLiteral(runtime.password)}`);
  await setTimeLimits(client, runtime.name);
  if (me!.superuser) {
    const database = pg.escapeIdentifier(me!.database);
    await client.query(
      `GRANT CREATE ON DATABASE ${database} TO ${OWNER}; GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER}; SET ROLE ${OWNER}`,
    );
  }
  return isCreated;
}

/** The attributes of both roles. */
const UNPRIVILEGED = 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT';

async function ensureRole(client: pg.Client, name: string, rest: string): Promise<boolean> {
  const exists = async () => (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount;
  if (await exists()) return false;
  try {
    await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} ${UNPRIVILEGED} ${rest}`);
    return true;
  } catch (error) {
    // Roles are shared by the cluster, but the migration lock belongs to one database: another
    // database's migration may have created the role meanwhile.
    if (!(await exists())) throw error;
    return false;
  }
}
