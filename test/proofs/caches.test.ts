import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FAULTS } from '../../scripts/faults/all.ts';
import { canonical, type Headers, isEqual } from '../../scripts/oracle/client.ts';
import { type Pair, startPair } from '../../scripts/oracle/pair.ts';
import { useDatabase } from '../support/database.ts';
import { mismatches } from '../support/mismatches.ts';
import { CACHES, cachesIn, NO_CACHES } from './cache-table.ts';
import { createStates, type State, WHATS } from './states.ts';

/**
 * Every cache is asked while it is warm, in both orders, for what differs in one part of its key.
 * Each response is compared with that of a gateway without the fast path, in another process.
 */
const database = useDatabase();
let pair: Pair;
let states: Awaited<ReturnType<typeof createStates>>;
beforeAll(async () => {
  pair = await startPair(database.runtimeUrl, 2);
  states = await createStates(database, pair);
});
beforeEach(() => states.reset());
afterAll(() => pair?.stop());

test('the table lists each cache of the source, with its key', () => {
  const listed = [...CACHES, ...NO_CACHES].map(({ file, name }) => `${file} ${name}`);
  expect(mismatches(cachesIn('src'), listed, 'test/proofs/cache-table.ts')).toEqual([]);
});

test('each file with a cache has a planted fault', () => {
  const planted = FAULTS.map(({ file }) => file);
  expect(CACHES.map(({ file }) => file).filter(file => !planted.includes(file))).toEqual([]);
});

const MARKET = 'marketplace { search { totalCount edges { node { title entitled own } } } }';
const DATASETS = 'datasets { totalCount edges { node { id name listing { status } objects { totalCount } } } }';

const ENTITLEMENTS =
  'entitlements { totalCount edges { node { title availability price { amount } } } } apiKeys { edges { node { name holderLeft } } }';

/** Documents that read rows, pages and moments, and some that read nothing. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'few rows':
    '{ viewer { name principal permissions can(permission: TENANT_RENAME) refusal(permission: DATASET_WRITE) { because } membership { roles } memberships { tenantId name roles } } }',
  'one row': '{ tenant { name status statusReason billingEmail } }',
  'pages and a search': `{ tenant { name billingEmail memberCount plan { code } ${DATASETS} invitations { totalCount } } ${MARKET} }`,
  'refused in a list': '{ tenant { memberships(first: 3) { edges { node { id roles user { name email } } } } } }',
  'a slug': '{ viewer { permissions membership { slug roles } } tenant(slug: "north") { name billingEmail status } }',
  'features and time': `{ tenant { analytics { retrievals byDay { day } } usage { count from until } ${ENTITLEMENTS} } }`,
};

let salt = 0;

/** A document that no cache has met. */
const unmet = (query: string): string => {
  salt += 1;
  return `${query}\n# ${salt}`;
};

type Body = Readonly<Record<string, unknown>>;

/** Asks both gateways, the fast one `times`, and compares. Returns the response. */
async function ask(body: Body, headers: Headers, times: number): Promise<string> {
  const text = JSON.stringify(body);
  const expected = await pair.reference.post(text, headers);
  for (let time = 1; time <= times; time += 1) {
    const actual = await pair.fast.post(text, headers);
    if (!isEqual(actual, expected)) expect(canonical(actual), `${body.query}, time ${time}`).toBe(canonical(expected));
  }
  return canonical(expected);
}

describe('a warm cache answers as none, whatever of the caller differs:', () => {
  test.each(WHATS)('%s', async what => {
    const [one, other] = states.differences[what];
    for (const order of [
      [one, other, one],
      [other, one, other],
    ])
      await askInOrder(order);
  });

  /** Asks all documents in each state, and sees that the first two differ. */
  async function askInOrder(order: readonly State[]): Promise<void> {
    const queries = Object.values(DOCUMENTS).map(unmet);
    const responses: string[][] = [];
    for (const [at, state] of order.entries()) {
      const headers = await state();
      responses.push(await Promise.all(queries.map(query => ask({ query }, headers, 3 - at))));
    }
    expect(responses[1]).not.toEqual(responses[0]);
    expect(responses.flat().join()).not.toContain('GRAPHQL_VALIDATION_FAILED');
  }
});

const PAGE =
  'query ($first: Int, $search: String) { tenant { memberships(first: $first, filter: { search: $search }) { edges { node { id roles } } } } }';
const TWO = 'query A { tenant { name billingEmail } } query B { tenant { status memberCount } viewer { name } }';
const COMPLEX = `query A { tenant { name } } query B { ${Array.from({ length: 20 }, (_, at) => `t${at}: tenant { memberships(first: 100) { edges { node { id roles user { name email id } } } } }`).join(' ')} }`;
const SIZED = `query ($first: Int) { ${Array.from({ length: 20 }, (_, at) => `t${at}: tenant { memberships(first: $first) { edges { node { id user { name email id } } } } }`).join(' ')} }`;

/** Bodies that differ in one thing, for the same caller. */
// biome-ignore format: a table is read by its columns
const BODIES: readonly (readonly [what: string, one: Body, other: Body])[] = [
  ['the variables',                  { query: PAGE, variables: { first: 1 } },            { query: PAGE, variables: { first: 2 } }],
  ['a variable, or none',            { query: PAGE, variables: { search: 'owner' } },     { query: PAGE }],
  ['a variable that is refused',     { query: PAGE, variables: { first: 1 } },            { query: PAGE, variables: { first: -1 } }],
  ['a variable that is no such',     { query: PAGE, variables: { first: 1 } },            { query: PAGE, variables: { first: 'x' } }],
  ['a variable with a NUL',          { query: PAGE, variables: { search: 'o' } },         { query: PAGE, variables: { search: 'o\0' } }],
  ['the operation',                  { query: TWO, operationName: 'A' },                  { query: TWO, operationName: 'B' }],
  ['an operation that is not there', { query: TWO, operationName: 'A' },                  { query: TWO, operationName: 'C' }],
  ['an operation that is too complex',  { query: COMPLEX, operationName: 'A' },                 { query: COMPLEX, operationName: 'B' }],
  ['a size that is too complex',        { query: SIZED, variables: { first: 1 } },           { query: SIZED, variables: { first: 100 } }],
  ['where a field stands',           { query: '{ tenant { name billingEmail } }' },       { query: '{ tenant { name\n billingEmail } }' }],
  ['a literal',                      { query: '{ tenant { memberships(first: 1) { edges { node { id } } } } }' }, { query: '{ tenant { memberships(first: 2) { edges { node { id } } } } }' }],
  ['a literal with a NUL',           { query: '{ tenant { memberships(filter: { search: "o" }) { totalCount } } }' }, { query: '{ tenant { memberships(filter: { search: "o\\u0000" }) { totalCount } } }' }],
  ['the slug',                       { query: '{ tenant(slug: "north") { name } }' },    { query: '{ tenant(slug: "south") { name } }' }],
  ['the slug, in a variable',        { query: 'query ($slug: String) { tenant(slug: $slug) { name } }', variables: { slug: 'north' } }, { query: 'query ($slug: String) { tenant(slug: $slug) { name } }', variables: { slug: 'south' } }],
  ['whether it parses',              { query: '{ tenant { name } }' },                    { query: '{ tenant { name } ' }],
  ['whether it is valid',            { query: '{ tenant { name } }' },                    { query: '{ tenant { names } }' }],
];

test.each(BODIES)('a warm cache answers as none, whatever of the request differs: %s', async (_what, one, other) => {
  const headers = await states.asMember();
  for (const order of [
    [one, other, one],
    [other, one, other],
  ]) {
    salt += 1;
    const responses: string[] = [];
    for (const body of order) responses.push(await ask({ ...body, query: `${body.query}\n# ${salt}` }, headers, 3));
    expect(responses[1]).not.toBe(responses[0]);
  }
});

test('T3: a command goes to the tenant that the header names, however warm', async () => {
  const query = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }';
  const slugs = ['north', 'south'];
  for (let time = 0; time < 3; time += 1)
    for (const slug of slugs)
      await pair.fast.post(JSON.stringify({ query, variables: { name: `${slug} ${time}` } }), await states.asBoth(slug));
  const rows = await database.sql<{ name: string }>('SELECT name FROM tenant WHERE slug = ANY ($1) ORDER BY slug', [slugs]);
  expect(rows.map(({ name }) => name)).toEqual(['north 2', 'south 2']);
});

test('the fast path did answer: with JSON by the database, and by query plans', () => {
  const { reads, queries } = pair.counts();
  expect(reads.some(({ outcome, count }) => outcome === 'json' && count > 100)).toBe(true);
  expect(queries.answered).toBeGreaterThan(500);
});
