import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { type Served, serve } from './serve.ts';

const database = useDatabase();
let gateway: Served;
let token: string;
beforeAll(async () => {
  const url = new URL(database.runtimeUrl);
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  gateway = await serve({ databaseUrl: url.href });
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  token = await gateway.tokens.sign({ sub: ann.subject, email: 'ann@people.example', email_verified: true });
});
afterAll(() => gateway?.stop());

test('a database that takes no changes answers queries, and changes are UNAVAILABLE', async () => {
  const { data } = await gateway.ask('{ tenant { slug } }', { token });
  expect(data).toEqual({ tenant: { slug: 'north' } });
  for (const mutation of ['renameTenant(input: { name: "Renamed" })', 'createTenant(input: { name: "South" })']) {
    const { status, data, errors } = await gateway.ask(`mutation { ${mutation} { __typename } }`, { token });
    const told = { message: 'The database is out of reach or too slow. Try again.', extensions: { code: 'UNAVAILABLE' } };
    expect({ status, data, errors }).toMatchObject({ status: 200, data: { [mutation.split('(')[0]!]: null }, errors: [told] });
  }
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
});
