import pg from 'pg';

/** graphile-worker's schema. */
export const JOBS = 'graphile_worker';

/**
 * Migrates graphile-worker's tables and lets the gateway's role add and run jobs. The tables have
 * row-level security without policies, so each gets a policy for this role. Jobs contain ids alone
 * (SPEC T1); the rows are read under a tenant's binding.
 *
 * @param client a connection that acts as the owner.
 */
export async function ensureJobSchema(client: pg.Client, url: string, runtime: string): Promise<void> {
  // No start waits for it.
  const { Logger, runMigrations } = await import('graphile-worker');
  const { rows } = await client.query<{ owner: string }>('SELECT current_user AS owner');
  const pool = new pg.Pool({ connectionString: url, max: 1, options: `-c role=${rows[0]!.owner}`, application_name: 'ipto-migrate' });
  pool.on('error', () => {}); // the running statement throws
  pool.on('connect', connection => connection.on('error', () => {}));
  try {
    // Its messages are discarded, its errors thrown.
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) });
  } finally {
    await pool.end();
  }
  const to = pg.escapeIdentifier(runtime);
  const { rows: tables } = await client.query<{ name: string; open: boolean }>(
    `SELECT c.relname::text AS name, EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND $1::regrole = ANY (p.polroles)) AS open
     FROM pg_class c WHERE c.relkind = 'r' AND c.relrowsecurity AND c.relnamespace = '${JOBS}'::regnamespace`,
    [to],
  );
  await client.query(
    [
      `GRANT USAGE ON SCHEMA ${JOBS} TO ${to}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOBS} TO ${to}`,
      `REVOKE INSERT, UPDATE, DELETE ON ${JOBS}.migrations FROM ${to}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${JOBS} TO ${to}`,
      ...tables
        .filter(({ open }) => !open)
        .map(
          ({ name }) =>
            `CREATE POLICY ${pg.escapeIdentifier(`gateway_${runtime}`)} ON ${JOBS}.${name} TO ${to} USING (true) WITH CHECK (true)`,
        ),
    ].join(';\n'),
  );
}
