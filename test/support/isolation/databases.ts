import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { withDatabase } from '../database-cluster.ts';

/** Runs statements as the superuser. */
export async function asAdmin(text: string, database = 'postgres'): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: withDatabase(inject('cluster').adminUrl, database) });
  await client.connect();
  return client.query(text).finally(() => client.end());
}

/** A name with the prefix of this run, which its clean-up removes. */
export const newName = (): string => `${inject('cluster').prefix}_${randomBytes(4).toString('hex')}`;

/** Creates an empty database without migrations. */
export async function emptyDatabase(owner?: string) {
  const name = newName();
  await asAdmin(`CREATE DATABASE ${name} ${owner ? `OWNER ${owner}` : ''}`);
  return { name, url: withDatabase(inject('cluster').adminUrl, name), drop: () => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Creates a role that can log in. */
export async function newRole(options = '', database = 'postgres') {
  const name = newName();
  const password = randomBytes(8).toString('hex');
  await asAdmin(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${options}`);
  const url = (at = database) => Object.assign(new URL(withDatabase(inject('cluster').adminUrl, at)), { username: name, password }).href;
  return { name, password, url };
}
