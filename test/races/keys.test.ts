import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyActs } from '../support/key-commands.ts';
import { type Keys, keysOf } from '../support/keys.ts';
import { useTenantActors } from '../support/tenant-actors.ts';
import { invariants, PATIENCE, POOL, ROUNDS, SOUND, tally } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });
let keys: Keys;
let acts: ReturnType<typeof keyActs>;
beforeAll(async () => {
  keys = keysOf(fixtures);
  acts = keyActs(fixtures, POOL);
});
afterAll(() => acts?.close());

const AT_ONCE = 40;

test(`P3: of ${AT_ONCE} concurrent API keys by two creators, exactly as many are created as places are left`, {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home('STARTER');
    const buyer = await fixtures.join(home, ['buyer_manager']);
    const places = 1 + (round % 4);
    for (let n = places; n < 5; n += 1) await keys.make(home.owner);
    const outcomes = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        fixtures.run(n % 2 ? buyer : home.owner, 'createApiKey', { name: `Key ${n}`, scopes: ['TENANT_READ'] }),
      ),
    );
    expect(tally(outcomes)).toEqual({ done: places, LIMIT_REACHED: AT_ONCE - places });
    expect(await keys.list(home.owner)).toHaveLength(5);
    const works = await Promise.all(outcomes.flatMap(({ payload }) => (payload ? [keys.ask(payload.secret)] : [])));
    expect(works.map(({ status }) => status)).toEqual(Array.from({ length: places }, () => 200));
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test('G6: one idempotency key sent many times at once creates one key, and all responses have the same secret', {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const again = { 'idempotency-key': `a-key-made-at-once-${round}` };
    const make = () => fixtures.must(home.owner, 'createApiKey', { name: 'Once', scopes: ['TENANT_READ'] }, again);
    const results = await Promise.all(Array.from({ length: 10 }, make));
    expect(new Set(results.map(({ secret }) => secret)).size).toBe(1);
    expect(await keys.list(home.owner)).toHaveLength(1);
  }
});

test('R7: no write of a key is committed after a concurrent revocation', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const key = await keys.make(home.owner, ['dataset:write']);
    const act = await acts.signIn(key.secret);
    const write = (n: number) =>
      act('dataset:write', `write ${n}`).then(
        () => ({ code: null }),
        error => ({ code: String(error.code) }),
      );
    const [before, revoked, after] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, (_, n) => write(n))),
      fixtures.run(home.owner, 'revokeApiKey', { apiKeyId: key.id }),
      Promise.all(Array.from({ length: 10 }, (_, n) => write(10 + n))),
    ]);
    expect(revoked.errors).toEqual([]);
    const { done = 0, UNAUTHENTICATED = 0, ...others } = tally([...before, ...after]);
    expect([done + UNAUTHENTICATED, others]).toEqual([20, {}]);
    const events = await fixtures.events(home);
    const at = events.findIndex(({ action }) => action === 'api_key.revoke');
    const written = (some: typeof events) => some.filter(({ after: state }) => String(state?.note).startsWith('write')).length;
    expect([written(events.slice(0, at)), written(events.slice(at))]).toEqual([done, 0]);
    expect((await keys.ask(key.secret)).status).toBe(401);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test('K1: of two concurrent rotations both new secrets work, and the original secret does not', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const key = await keys.make(home.owner);
    const rotate = () => fixtures.must(home.owner, 'rotateApiKey', { apiKeyId: key.id });
    const [one, other] = await Promise.all([rotate(), rotate()]);
    const statuses = await Promise.all([key.secret, one.secret, other.secret].map(async secret => (await keys.ask(secret)).status));
    expect(statuses).toEqual([401, 200, 200]);
  }
});
