import pg from 'pg';

/** The role that the gateway serves under. It owns nothing and bypasses nothing. */
export type RuntimeRole = {
  readonly name: string;
  /** Given to the role if it has to be made; an existing role keeps its own. */
  readonly password: string;
};

/** The role that owns the tables where a superuser migrates: nobody logs in as it. */
export const OWNER = 'ipto_owner';

/**
 * Makes sure that there are an owner and a runtime role, as far as the connection may make them,
 * and goes on as the owner: a superuser becomes {@link OWNER}, so that functions that run as their
 * owner aren't a superuser's; any other role is the owner itself.
 *
 * @returns whether the runtime role had to be made.
 */
export async function ensureRoles(client: pg.Client, runtime: RuntimeRole): Promise<boolean> {
  const {
    rows: [me],
  } = await client.query<{ superuser: boolean; database: string }>(
    'SELECT rolsuper AS superuser, current_database() AS database FROM pg_roles WHERE rolname = current_user',
  );
  if (me!.superuser) await ensureRole(client, OWNER, 'NOLOGIN');
  const made = await ensureRole(client, runtime.name, `LOGIN PASSWORD ${pg.escapeLiteral(runtime.password)}`);
  if (me!.superuser) {
    const database = pg.escapeIdentifier(me!.database);
    await client.query(
      `GRANT CREATE ON DATABASE ${database} TO ${OWNER}; GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER}; SET ROLE ${OWNER}`,
    );
  }
  return made;
}

/** What no role of the gateway's may do. */
const HARMLESS = 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT';

async function ensureRole(client: pg.Client, name: string, rest: string): Promise<boolean> {
  const known = async () => (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).rowCount;
  if (await known()) return false;
  try {
    await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} ${HARMLESS} ${rest}`);
    return true;
  } catch (error) {
    // Roles belong to the whole cluster, the migration lock to one database: another database's
    // migration may have been faster.
    if (!(await known())) throw error;
    return false;
  }
}
