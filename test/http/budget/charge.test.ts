import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { poolOf, randomOperation } from '../../support/isolation/operations.ts';

/** Operations of a world of rows, answered by query plans and by GraphQL.js. */
const RUNS = Number(process.env.COST_RUNS ?? 80);
const database = useDatabase();
const world = useWorld(database);
let gateways: TestGateway[];
beforeAll(async () => {
  gateways = await Promise.all([true, false].map(compiled => startTestGateway(database, { poolSize: 3, compiled })));
});
afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.stop();
});

/** Pages that query plans answer, one in another, with fields that some roles are refused. */
const PARTS: readonly ((size: number) => string)[] = [
  size => `memberships(first: ${size}) { totalCount edges { node { roles user { name email } } } }`,
  size => `datasets(first: ${size}) { edges { node { name earnings(first: 3) { edges { node { at } } } } } }`,
  size => `auditEvents(first: ${size}) { edges { node { action } } }`,
  size => `apiKeys(first: ${size}) { edges { node { name } } }`,
  () => 'billingEmail plan { code }',
];

/** A random operation that changes nothing. */
function randomQuery(g: fc.GeneratorValue, pool: ReturnType<typeof poolOf>): string {
  if (g(fc.boolean)) {
    const parts = g(fc.shuffledSubarray, [...PARTS], { minLength: 1 });
    return `query { viewer { name } tenant { name ${parts.map(part => part(1 + g(fc.nat, 20))).join(' ')} } }`;
  }
  for (;;) {
    const operation = randomOperation(g, pool);
    if (operation.startsWith('query')) return operation;
  }
}

type Cost = { readonly requested: number; readonly charged: number; readonly remaining: null };

/** The cost of an operation at a gateway, on its first and on a repeated request. */
async function costAt(gateway: TestGateway, query: string, personId: string, tenant?: string): Promise<readonly [Cost, Cost] | null> {
  const { subject } = world.rows.person.find(row => row.id === personId)! as { subject: string };
  const token = await gateway.tokenOf({ subject });
  const ask = async (): Promise<Cost> => {
    const { text } = await gateway.ask(query, { token, ...(tenant && { tenant }), headers: { 'x-cost': '1' } });
    return JSON.parse(text).extensions?.cost;
  };
  const costs = [await ask(), await ask()] as const;
  return costs[0] && costs;
}

test('G7: an operation is charged the same by query plans and by GraphQL.js, and never more than it asked for', {
  timeout: 300_000,
}, async () => {
  const pool = poolOf(world.a, world.b);
  const operations = fc.gen().map(g => randomQuery(g, pool));
  const people = fc.constantFrom(world.a.ownerId, world.a.userId, world.shared.id, world.stranger.id);
  let refunded = 0;
  await fc.assert(
    fc.asyncProperty(operations, people, fc.constantFrom(undefined, world.a.slug), async (query, person, tenant) => {
      const [plans, graphqlJs] = await Promise.all(gateways.map(gateway => costAt(gateway, query, person, tenant)));
      expect(plans?.map(({ requested, charged }) => [requested, charged])).toEqual(
        graphqlJs?.map(({ requested, charged }) => [requested, charged]),
      );
      if (!plans) return;
      const [first, second] = plans;
      expect(second).toEqual(first);
      expect(first.charged).toBeLessThanOrEqual(first.requested);
      expect(first.charged).toBeGreaterThanOrEqual(0);
      if (first.charged < first.requested) refunded += 1;
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(refunded).toBeGreaterThan(RUNS / 10);
  expect(gateways[0]!.counts().queries.answered).toBeGreaterThan(0);
});
