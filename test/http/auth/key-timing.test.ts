import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { keyFound } from '../../../src/database/queries/api-key.ts';
import { newSecret } from '../../../src/domain/api-key/secret.ts';
import { provenKey } from '../../../src/domain/api-key/sign-in.ts';
import { fixtures, useDatabase } from '../../support/database.ts';

const database = useDatabase();
let opened: Database;
/** Keys that are refused, by why. */
let refused: Record<string, string>;
/** The same for those that nobody has: their ids, or their secret, are none of a key's. */
let guessed: Record<string, string>;
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
  guessed = {
    'a wrong secret': newSecret(kept).text,
    'an id that nothing has': newSecret({ ...kept, id: randomUUID() }).text,
    'a tenant that is none': newSecret({ ...kept, tenantId: randomUUID() }).text,
  };
  refused = {
    'a revoked one': (await keep(north.id, { revoked: 'now()' })).text,
    'an expired one': (await keep(north.id, { expires: "now() - interval '1 day'" })).text,
    "a deleted tenant's": (await keep(south.id)).text,
  };
  await make.setStatus(south, 'deleted');
});
afterAll(() => opened?.close());

/**
 * What the database is asked on the way of a key, under which tenant, how long the part of its
 * answer is that is the same for all, and whether the key itself follows.
 */
async function wayOf(text: string) {
  const asked: object[] = [];
  const queryText: Database['queryText'] = async (query, binding) => {
    const answer = await opened.queryText(query, binding);
    const [hashes, key] = [answer!.slice(0, answer!.indexOf(' ')), answer!.slice(answer!.indexOf(' ') + 1)];
    asked.push({
      statement: query.text,
      values: query.values.length,
      bound: binding!.tenantId === query.values[0],
      hashes: hashes.length,
      key: key && 'the key',
    });
    return answer;
  };
  const outcome = await provenKey(queryText, text, new Date()).then(
    () => 'proven',
    error => `${error.code}: ${error.message}`,
  );
  return { outcome, asked };
}

test("K1: every well-formed invalid key takes the same path: one statement bound to the key's tenant, and an answer of the same shape", async () => {
  const proven = await wayOf(good);
  expect(proven.outcome).toBe('proven');
  expect(proven.asked).toEqual([
    { statement: expect.stringContaining('LEFT JOIN api_key'), values: 3, bound: true, hashes: 2 * 64, key: 'the key' },
  ]);
  const outcome = 'UNAUTHENTICATED: The API key is not valid.';
  for (const [why, text] of Object.entries(refused)) expect([why, await wayOf(text)]).toEqual([why, { outcome, asked: proven.asked }]);
  // Whether the key or its tenant exists, nothing is built that takes time.
  for (const [why, text] of Object.entries(guessed))
    expect([why, await wayOf(text)]).toEqual([why, { outcome, asked: [{ ...proven.asked[0], key: '' }] }]);
});

test('K1: a malformed key causes no query', async () => {
  expect(await wayOf('ipto_nothing')).toEqual({ outcome: 'UNAUTHENTICATED: The API key is not valid.', asked: [] });
});

test('T4: the statement bound to another tenant finds no key, whatever its parameters', async () => {
  const { sent, statement } = await provenKey(opened.queryText, good, new Date());
  expect(sent.tenantId).toBe(tenantId);
  for (const binding of [undefined, { tenantId: randomUUID(), personId: null }]) {
    const { hash, key } = keyFound((await opened.queryText(statement, binding))!);
    expect([hash, key]).toEqual([Buffer.alloc(32), '']);
  }
});
