import { describe, expect, test } from 'vitest';
import { Client } from '../../../packages/client/src/index.ts';
import { rateLimitIn } from '../../../packages/client/src/rate-limit.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database, { budget: { withoutTenant: 40, trustedProxies: ['loopback'] } });
const make = fixtures(database);

/** Two seconds are left of the minute in which the tests begin. */
const START = new Date('2026-03-01T12:00:58Z');
const NEXT = new Date('2026-03-01T12:01:00Z');
const LEFT = 2_000;
/** Costs 302 of the 1,000 points that a Free tenant has in a minute. */
const QUERY = '{ tenant { memberships(first: 60) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } }';

let names = 0;

/**
 * A client of a new tenant, and the status of each response.
 *
 * @param isOver whether the gateway's next minute begins, by the milliseconds that have passed.
 */
async function clientOf({ isOver, ...options }: { isOver: (ms: number, statuses: readonly number[]) => boolean; pace?: boolean }) {
  names += 1;
  const owner = await make.person(`Owner ${names}`);
  const tenant = await make.tenant(`paced-${names}`, owner, { plan: 'FREE' });
  const start = performance.now();
  gateway.clock.set(START);
  const statuses: number[] = [];
  const send = async (url: string, init: RequestInit) => {
    if (isOver(performance.now() - start, statuses)) gateway.clock.set(NEXT);
    const response = await fetch(url, init);
    statuses.push(response.status);
    return response;
  };
  const token = await gateway.tokenOf(owner);
  const client = new Client({ url: `${gateway.url}/graphql`, tenant: tenant.slug, fetch: send, token, ...options });
  return { client, statuses };
}

/** The minute is over once it has passed for the client. */
const paced = { isOver: (ms: number) => ms >= LEFT };

test('K1: a client paces an API key by its cap, if that leaves less than the budget of its tenant', () => {
  const headers = (cost: number, key: number) =>
    new Headers({ 'ratelimit-policy': '"cost";q=1000;w=60, "key";q=20;w=60', ratelimit: `"cost";r=${cost};t=59, "key";r=${key};t=59` });
  expect(rateLimitIn(headers(900, 8))).toEqual({ limit: 20, window: 60_000, remaining: 8, endsIn: 59_000 });
  expect(rateLimitIn(headers(7, 8))).toMatchObject({ limit: 1_000, remaining: 7 });
  expect(rateLimitIn(new Headers())).toBeNull();
});

describe('G7: a client that has used up its budget', () => {
  test('waits for the next minute, so that nothing is refused', async () => {
    const { client, statuses } = await clientOf(paced);
    for (let times = 0; times < 5; times += 1) await client.data(QUERY);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });

  test('waits as well with requests that are sent together, once it knows what they cost', async () => {
    const { client, statuses } = await clientOf(paced);
    await client.data(QUERY);
    await Promise.all([1, 2, 3, 4].map(() => client.data(QUERY)));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });

  test('is refused without pacing, and retries when the gateway says so', async () => {
    const { client, statuses } = await clientOf({ pace: false, isOver: (_, statuses) => statuses.includes(429) });
    for (let times = 0; times < 4; times += 1) await client.data(QUERY);
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
  });

  test('does not wait for an operation that costs more than the whole budget', async () => {
    const { client, statuses } = await clientOf(paced);
    const dear = QUERY.replace('60', '100').replace('totalCount', 'totalCount edges { cursor node { id roles user { name email } } }');
    await client.data(QUERY);
    for (let times = 0; times < 2; times += 1)
      await expect(client.data(dear)).rejects.toMatchObject({ code: 'COST_TOO_HIGH', details: { limit: 1000 } });
    expect(statuses).toEqual([200, 400, 400]);
  });
});
