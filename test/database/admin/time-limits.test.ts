import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { setTimeLimits, TIME_LIMITS } from '../../../src/database/admin/time-limits.ts';
import { withDatabase } from '../../support/database-cluster.ts';
import { asAdmin, emptyDatabase, newRole } from '../../support/isolation/databases.ts';

type Role = Awaited<ReturnType<typeof newRole>>;
const made: Role[] = [];
const role = async (options = '') => {
  const created = await newRole(options);
  made.push(created);
  return created;
};
afterEach(async () => {
  for (const { name } of made.splice(0)) await asAdmin(`DROP ROLE ${name}`);
});

async function as<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return run(client).finally(() => client.end());
}
const setAs = (url: string, name: string) => as(url, client => setTimeLimits(client, name));
const admin = (database = 'postgres') => withDatabase(inject('cluster').adminUrl, database);

/** The limits of a new session of a role. */
const limitsOf = ({ url }: Role) =>
  as(url(), async client => {
    const { rows } = await client.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
      [Object.keys(TIME_LIMITS)],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  });

const ALL = { statement_timeout: '30s', lock_timeout: '20s', idle_in_transaction_session_timeout: '1min' };

test('each session of the role has the limits', async () => {
  const gateway = await role();
  await setAs(admin(), gateway.name);
  expect(await limitsOf(gateway)).toEqual(ALL);
});

test('what an operator has set stays, also 0', async () => {
  const gateway = await role();
  await asAdmin(
    `ALTER ROLE ${gateway.name} SET lock_timeout = '5s'; ALTER ROLE ${gateway.name} IN DATABASE postgres SET statement_timeout = 0`,
  );
  for (let times = 0; times < 2; times += 1) await setAs(admin(), gateway.name);
  expect(await limitsOf(gateway)).toEqual({ ...ALL, lock_timeout: '5s', statement_timeout: '0' });
});

test('a migrator that made the role may set them; another one leaves the role as it is', async () => {
  const [gateway, stranger] = [await role(), await role()];
  await setAs(stranger.url(), gateway.name);
  expect(await limitsOf(gateway)).toEqual({ statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' });
});

test('migrations of several databases set them at the same time', async () => {
  const gateway = await role();
  const databases = await Promise.all(Array.from({ length: 4 }, () => emptyDatabase()));
  await Promise.all(databases.map(({ name }) => setAs(admin(name), gateway.name)));
  expect(await limitsOf(gateway)).toEqual(ALL);
  for (const { drop } of databases) await drop();
});
