import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { type Served, serve } from './serve.ts';

/** Statements that hang: each ends by a limit of the role, and no request waits for ever. */
const database = useDatabase();
let gateway: Served;
let token: string;
beforeAll(async () => {
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  const { username } = new URL(database.runtimeUrl);
  await database.sql(`ALTER ROLE ${username} IN DATABASE ${database.name} SET lock_timeout = '2s'`);
  gateway = await serve({ databaseUrl: database.runtimeUrl });
  token = await gateway.tokens.sign({ sub: ann.subject });
});
afterAll(() => gateway?.stop());

const TENANT = '{ tenant { slug name } }';
const RENAME = 'mutation { renameTenant(input: { name: "Renamed" }) { tenant { name } } }';
const DATASETS = '{ tenant { datasets(first: 1) { edges { node { name } } } } }';
const nameNow = async () => (await gateway.ask(TENANT, { token })).data.tenant.name;

/** Asks while others hold a lock on a table. */
async function askBeside(lock: string, document: string) {
  const other = new pg.Client({ connectionString: database.adminUrl });
  await other.connect();
  try {
    await other.query(`BEGIN; ${lock}`);
    return await gateway.ask(document, { token });
  } finally {
    await other.end();
  }
}

const UNAVAILABLE = { extensions: { code: 'UNAVAILABLE' }, message: 'The database is out of reach or too slow. Try again.' };
beforeEach(async () => expect(await nameNow()).toBe('Tenant north'));

test('a read that waits too long for a lock is UNAVAILABLE, and the next one succeeds', async () => {
  const since = performance.now();
  const { status, errors, text, headers } = await askBeside('LOCK TABLE tenant', TENANT);
  expect({ status, errors, retry: headers.get('retry-after') }).toMatchObject({ status: 503, errors: [UNAVAILABLE], retry: '1' });
  expect(text).not.toMatch(/lock|timeout|55P03/);
  expect(performance.now() - since).toBeGreaterThan(1_900);
  expect(await nameNow()).toBe('Tenant north');
});

test('a command that waits too long for its tenant is UNAVAILABLE, and changes nothing', async () => {
  const { data, errors } = await askBeside('SELECT FROM tenant FOR UPDATE', RENAME);
  expect({ data, errors }).toMatchObject({ data: { renameTenant: null }, errors: [{ path: ['renameTenant'], ...UNAVAILABLE }] });
});

test('what waited too long is not read again by GraphQL.js, whose error would have a path', async () => {
  await gateway.ask(DATASETS, { token });
  const { status, errors } = await askBeside('LOCK TABLE dataset', DATASETS);
  expect({ status, errors }).toMatchObject({ status: 503, errors: [UNAVAILABLE] });
  expect(errors![0]).not.toHaveProperty('path');
});
