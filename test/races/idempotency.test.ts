import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type TenantWithMembers, useTenantActors, type Verb } from '../support/tenant-actors.ts';
import { invariants, PATIENCE, POOL, ROUNDS, SOUND } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });

const AT_ONCE = 100;

/**
 * One whose answer is shown once, and one that takes its caller's permission with it: a round of
 * each in turn.
 */
// biome-ignore format: a table is read by its columns
const KINDS: readonly [Verb, string, (home: TenantWithMembers) => Promise<object>][] = [
  ['requestOwnershipTransfer', 'ownership.request', async home => ({ membershipId: (await fixtures.join(home, ['viewer'])).membershipId })],
  ['requestTenantDeletion',    'deletion.request',  async home => ({ confirmation: home.tenant.name })],
];

test(`G6: ${AT_ONCE} concurrent requests with one key run once, and all get the same response`, { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const [verb, action, given] = KINDS[round % KINDS.length]!;
    const home = await fixtures.home();
    const input = { ...(await given(home)), idempotencyKey: randomUUID() };
    const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => fixtures.run(home.owner, verb, input)));
    expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(outcomes.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    expect((await fixtures.events(home)).map(event => [event.action, event.code])).toEqual([[action, null]]);
    expect(await fixtures.database.sql('SELECT FROM idempotency_key WHERE tenant_id = $1', [home.tenant.id])).toHaveLength(1);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});
