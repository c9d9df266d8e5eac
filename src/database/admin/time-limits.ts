import pg from 'pg';

/**
 * What ends statements, waits for locks and open transactions that hang. They are settings of the
 * gateway's role, so that they hold behind PgBouncer, too. A transaction that the gateway still
 * follows ends earlier, after 15 s.
 */
export const TIME_LIMITS = {
  statement_timeout: '30s',
  lock_timeout: '20s',
  idle_in_transaction_session_timeout: '60s',
} as const;

const NAMES = Object.keys(TIME_LIMITS) as readonly (keyof typeof TIME_LIMITS)[];

/** The limits that neither an operator nor {@link setTimeLimits} has set for a role. */
async function missingLimits(client: pg.Client, role: string): Promise<readonly (keyof typeof TIME_LIMITS)[]> {
  const { rows } = await client.query<{ setting: string }>(
    `SELECT split_part(unnest(setconfig), '=', 1) AS setting FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
     WHERE r.rolname = $1 AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
    [role],
  );
  return NAMES.filter(name => !rows.some(({ setting }) => setting === name));
}

/**
 * A role of the cluster is changed by the migration of another database at this moment: "tuple
 * concurrently updated", or its first setting was stored by the other.
 */
const CHANGED_MEANWHILE: readonly (string | undefined)[] = ['XX000', '23505'];
const NOT_PERMITTED = '42501';

/**
 * Sets the limits of a role, except those that are set. A migrator that may not alter the role
 * leaves it as it is; `ipto doctor` says so.
 */
export async function setTimeLimits(client: pg.Client, role: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const missing = await missingLimits(client, role);
    if (!missing.length) return;
    const statements = missing.map(name => `ALTER ROLE ${pg.escapeIdentifier(role)} SET ${name} = '${TIME_LIMITS[name]}'`);
    try {
      await client.query(statements.join(';'));
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === NOT_PERMITTED) return;
      if (!CHANGED_MEANWHILE.includes(code) || tries === 5) throw error;
    }
  }
}
