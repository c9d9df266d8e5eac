import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, type Query, type UnitOfWork } from '../../../src/database/index.ts';
import { newSecret } from '../../../src/domain/api-key/secret.ts';
import { provenKey } from '../../../src/domain/api-key/sign-in.ts';
import { fixtures, useDatabase } from '../../support/database.ts';

const database = useDatabase();
let opened: Database;
/** Keys that are refused, by why. */
let refused: Record<string, string>;
let good: string;
let tenantId: string;
beforeAll(async () => {
  opened = openDatabase(database.runtimeUrl, { poolSize: 1 });
  const make = fixtures(database);
  const [north, south] = [await make.tenant('north', await make.person('Ann')), await make.tenant('south', await make.person('Sue'))];
  tenantId = north.id;
  const keep = async (tenant: string, columns: Readonly<Record<string, string>> = {}) => {
    const name = { tenantId: tenant, id: randomUUID() };
    const { text, hash } = newSecret(name);
    await database.sql(
      `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name, revoked_at, expires_at)
       VALUES ($1, $2, 'Key', '{tenant:read}', $3, $2, 'Ann', ${columns.revoked ?? 'NULL'}, ${columns.expires ?? 'NULL'})`,
      [name.tenantId, name.id, Buffer.from(hash)],
    );
    return { ...name, text };
  };
  const kept = await keep(north.id);
  good = kept.text;
  refused = {
    'a wrong secret': newSecret(kept).text,
    'an id that nothing has': newSecret({ ...kept, id: randomUUID() }).text,
    'a tenant that is none': newSecret({ ...kept, tenantId: randomUUID() }).text,
    'a revoked one': (await keep(north.id, { revoked: 'now()' })).text,
    'an expired one': (await keep(north.id, { expires: "now() - interval '1 day'" })).text,
    "a deleted tenant's": (await keep(south.id)).text,
  };
  await make.setStatus(south, 'deleted');
});
afterAll(() => opened?.close());

/** The same work, whose hand-written statements go another way. */
const withQuery = (work: UnitOfWork, wrap: (query: Query) => Query): UnitOfWork =>
  Object.defineProperty(work, 'query', { value: wrap(work.query) });

/**
 * What the database is asked on the way of a key, under which tenant, and the columns and sizes of
 * what it answers.
 */
async function wayOf(text: string) {
  const asked: object[] = [];
  const bind: Database['bind'] = binding =>
    withQuery(opened.bind(binding), query => (statement, values) => ask(query, binding.tenantId, statement, values));
  const ask = async <Row>(query: Query, boundTo: string | null, statement: string, values: readonly unknown[]) => {
    const rows = await query<Row>(statement, values);
    const shape = rows.map(row =>
      Object.entries(row as object).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.length : typeof value]),
    );
    asked.push({ statement, values: values.length, bound: boundTo === values[0], rows: shape });
    return rows;
  };
  const outcome = await provenKey(bind, text, new Date()).then(
    () => 'proven',
    error => `${error.code}: ${error.message}`,
  );
  return { outcome, asked };
}

test("K1: every well-formed invalid key takes the same path: one statement bound to the key's tenant, and one row of the same shape", async () => {
  const proven = await wayOf(good);
  expect(proven.outcome).toBe('proven');
  expect(proven.asked).toEqual([
    {
      statement: expect.stringContaining('LEFT JOIN api_key'),
      values: 2,
      bound: true,
      rows: [
        [
          ['hash', 32],
          ['earlierHash', 32],
          ['earlierUntil', 'object'],
          ['key', 'string'],
        ],
      ],
    },
  ]);
  for (const [why, text] of Object.entries(refused))
    expect([why, await wayOf(text)]).toEqual([why, { outcome: 'UNAUTHENTICATED: The API key is not valid.', asked: proven.asked }]);
});

test('K1: a malformed key causes no query', async () => {
  expect(await wayOf('ipto_nothing')).toEqual({ outcome: 'UNAUTHENTICATED: The API key is not valid.', asked: [] });
});

test('T4: the statement bound to another tenant finds no key, whatever its parameters', async () => {
  const statements: string[] = [];
  const bind: Database['bind'] = binding =>
    withQuery(opened.bind(binding), query => (statement, values) => {
      statements.push(statement);
      return query(statement, values);
    });
  await provenKey(bind, good, new Date());
  const id = Buffer.from(good.slice(5), 'base64url').subarray(0, 16).toString('hex');
  // bound to nobody
  const [row] = await opened.query<{ key: string }>(statements[0]!, [tenantId, id]);
  expect(JSON.parse(row!.key)).toMatchObject({ name: null, slug: null, status: null });
});
