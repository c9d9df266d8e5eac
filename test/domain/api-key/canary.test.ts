import { expect, test } from 'vitest';
import { useServer } from '../../http/server/serve.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { movableClock } from '../../support/gateway.ts';
import { testServices } from '../../support/services.ts';

const database = useDatabase();
const gateway = useServer(database, { services: testServices({ clock: movableClock() }) });

/** Every row of every table, texts as they are and bytes in hexadecimal digits. */
async function dump(): Promise<string> {
  const tables = await database.sql<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'graphile_worker')",
  );
  const rows = await Promise.all(tables.map(({ name }) => database.sql(`SELECT t::text AS row FROM ${name} t`)));
  return rows.flatMap(of => of.map(({ row }) => row)).join('\n');
}

/**
 * The ways in which a secret could be written down: as it is, as bytes, and each of them encoded.
 */
function forms(key: string): readonly string[] {
  const bytes = Buffer.from(key.slice(5), 'base64url');
  const secret = bytes.subarray(32);
  return [
    key,
    key.slice(5),
    key.slice(-40),
    ...[bytes, secret].flatMap(part => ['hex', 'base64', 'base64url'].map(as => part.toString(as as 'hex'))),
  ];
}

test('A4, K1: the secret of an API key is in no table, event, stored response or log line', async () => {
  const make = fixtures(database);
  const person = await make.person('Olga');
  const tenant = await make.tenant('north', person, { plan: 'PROFESSIONAL' });
  const token = await gateway.tokens.sign({ sub: person.subject, name: person.name });
  const send = (query: string, as = token, headers: Record<string, string> = {}) => gateway.ask(query, { token: as, headers });
  const made = await send(
    'mutation { createApiKey(input: { name: "Canary", scopes: [TENANT_READ, USAGE_READ] }) { secret apiKey { id prefix } } }',
    token,
    { 'idempotency-key': 'canary-create-0001' },
  );
  const { secret, apiKey } = made.data.createApiKey;
  const rotate = `mutation { rotateApiKey(input: { apiKeyId: "${apiKey.id}" }) { secret } }`;
  const rotated = await send(rotate, token, { 'idempotency-key': 'canary-rotate-0002' });
  const second: string = rotated.data.rotateApiKey.secret;
  const keyed = 'mutation { renameTenant(input: { name: "New" }) { __typename } }';
  expect((await send('{ tenant { name } }', secret)).errors).toEqual([]);
  expect((await send(keyed, second, { 'idempotency-key': 'canary-refused-0003' })).errors).toHaveLength(1);
  const wrong = `${secret.slice(0, -10)}${'A'.repeat(10)}`;
  expect((await send('{ tenant { name } }', wrong)).status).toBe(401);
  expect((await send('{ tenant { name } }', second, { 'x-tenant-id': 'elsewhere' })).status).toBe(400);
  await send(`mutation { narrowApiKey(input: { apiKeyId: "${apiKey.id}", scopes: [TENANT_READ] }) { __typename } }`);
  await make.setStatus(tenant, 'suspended');
  expect((await send('{ tenant { name } }', second)).status).toBe(403);
  await make.setStatus(tenant, 'active');
  // What fails inside, with a key at hand.
  await database.sql('ALTER TABLE tenant RENAME COLUMN name TO hidden');
  expect((await send('{ tenant { name } }', second)).errors).toHaveLength(1);
  await database.sql('ALTER TABLE tenant RENAME COLUMN hidden TO name; ALTER TABLE api_key RENAME COLUMN name TO hidden');
  expect((await send('{ tenant { name } }', second)).status).toBe(500);
  await database.sql('ALTER TABLE api_key RENAME COLUMN hidden TO name');

  const places = { 'a table': await dump(), 'the log': gateway.text() };
  expect(places['a table']).toContain('Canary');
  expect(places['a table']).toContain('api_key.rotate');
  expect(places['the log']).toContain('a request failed');
  const leaks = Object.entries(places).flatMap(([place, text]) =>
    Object.entries({ 'the first': secret, 'the second': second, 'the wrong one': wrong })
      .filter(([, key]) => forms(key).some(form => text.includes(form)))
      .map(([what]) => `${what} in ${place}`),
  );
  expect(leaks).toEqual([]);

  // The stored hash is in no event and no log line either.
  const [row] = await database.sql<{ now: string; then: string }>(
    "SELECT encode(secret_hash, 'hex') AS now, encode(earlier_hash, 'hex') AS then FROM api_key",
  );
  const events = `${(await database.sql('SELECT e::text AS row FROM audit_event e')).map(({ row: text }) => text).join('\n')}\n${places['the log']}`;
  for (const hash of [row!.now, row!.then]) {
    expect(places['a table']).toContain(hash);
    expect(events).not.toContain(hash);
  }
});
