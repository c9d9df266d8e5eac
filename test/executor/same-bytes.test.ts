import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { useWorld } from '../support/isolation/isolation.ts';
import { poolOf, randomOperation } from '../support/isolation/operations.ts';

/**
 * Random queries of the whole schema, to a gateway that answers them by plans and reads by one
 * statement, to one that leaves the execution to GraphQL.js, and to one that leaves reads to
 * Prisma, too. Each is asked twice: plans are for documents that were executed before.
 */
const RUNS = Number(process.env.READ_RUNS ?? 150);
const database = useDatabase();
const world = useWorld(database);
let gateways: TestGateway[];
beforeAll(async () => {
  const settings = [{}, { compiled: false }, { compiled: false, reads: { naming: false, singly: false } }];
  gateways = await Promise.all(settings.map(how => startTestGateway(database, { poolSize: 3, ...how })));
  for (const { clock } of gateways) clock.set(gateways[0]!.clock.now());
});
afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.stop();
});

test('a random query has the same bytes from GraphQL.js and the executor, for every kind of caller', { timeout: 300_000 }, async () => {
  const pool = poolOf(world.a, world.b);
  const queries = fc.gen().map(g => randomQuery(g, pool));
  const people = [world.a.ownerId, world.a.userId, world.shared.id, world.stranger.id];
  let [useful, flawless] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      queries,
      fc.constantFrom(...people),
      fc.constantFrom(undefined, world.a.slug, world.b.tenantId),
      async (query, id, tenant) => {
        const [one, ...others] = await Promise.all(
          gateways.map(async gateway => {
            const { subject } = world.rows.person.find(row => row.id === id)! as { subject: string };
            const token = await gateway.tokenOf({ subject });
            const ask = () => gateway.ask(query, { token, ...(tenant && { tenant }), headers: { 'x-request-id': 'the-same' } });
            const first = await ask();
            const { status, text, data, errors } = await ask();
            expect(inOrder(text)).toBe(inOrder(first.text));
            return { told: { status, text: inOrder(text) }, data, errors };
          }),
        );
        for (const other of others) expect(one!.told).toEqual(other.told);
        expect(one!.told.text).not.toContain('INTERNAL_SERVER_ERROR');
        if (one!.data?.tenant?.memberships?.edges) useful += 1;
        if (one!.data && !one!.errors.length) flawless += 1;
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(useful).toBeGreaterThan(0);
  expect(flawless).toBeGreaterThan(0);
  const { answered, unexpected } = gateways[0]!.counts().queries;
  expect(answered).toBeGreaterThan(0);
  expect(unexpected).toBe(0);
  expect(gateways[0]!.counts().reads.some(({ outcome }) => outcome === 'json')).toBe(true);
  expect(gateways[1]!.counts().queries).toMatchObject({ answered: 0 });
});

/** Queries of a tenant as a dashboard sends them, with random selections. */
const PARTS: readonly ((size: number) => string)[] = [
  size =>
    `datasetCount datasets(first: ${size}) { totalCount edges { cursor node { id name listing { title tags price { amount currency } dataset { id } } objects(first: 2) { totalCount edges { node { size sha256 } } } earnings(first: 2) { totalCount edges { node { at title amount { amount currency } } } } } } }`,
  size =>
    `entitlements(first: ${size}) { totalCount edges { node { id title availability price { amount } } } } earnings(last: ${size}) { edges { node { id at } } }`,
  () => 'usage { count byDay { day count } } retrievalUse { used limit }',
  () => 'id name slug status createdAt statusReason billingEmail',
  () => 'plan { code features memberLimit } nextPlan { name } nextPlanAt',
  () => 'memberCount limits { memberLimit } memberUse { used limit }',
  size =>
    `memberships(first: ${size}) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id roles joinedAt user { id name email } } } }`,
  size => `last: memberships(last: ${size}, filter: { search: "o" }) { totalCount edges { node { roles user { name } } } }`,
  size => `viewers: memberships(filter: { role: VIEWER }, first: ${size}) { edges { node { id } } }`,
  size => `auditEvents(first: ${size}) { totalCount edges { cursor node { at action outcome before after actorName } } }`,
  () => 'invitations { totalCount edges { node { email roles expiresAt } } }',
  () => 'ownershipTransfer { expiresAt to { user { name } } }',
];

/** Half of the queries select the usual fields, half any field of the schema. */
function randomQuery(g: fc.GeneratorValue, pool: ReturnType<typeof poolOf>): string {
  if (g(fc.boolean)) {
    const parts = g(fc.shuffledSubarray, [...PARTS], { minLength: 1 });
    return `query { viewer { name } tenant { ${parts.map(part => part(g(fc.nat, 4))).join(' ')} } plans { code name features } }`;
  }
  for (;;) {
    const operation = randomOperation(g, pool);
    if (operation.startsWith('query')) return operation;
  }
}

/** A response with sorted errors: their order depends on the execution. */
function inOrder(text: string): string {
  const { errors, ...answer } = JSON.parse(text) as { errors?: unknown[] };
  return JSON.stringify({ ...answer, errors: errors?.map(error => JSON.stringify(error)).sort() });
}
