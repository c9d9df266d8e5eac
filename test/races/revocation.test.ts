import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { EventStream } from '../../src/http/live/event-stream.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Subscribed, subscribe } from '../support/subscribe.ts';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../support/tenant-actors.ts';
import { PATIENCE, ROUNDS } from './rounds.ts';

/**
 * A right that is lost while events are sent (SPEC G8, S5): once its loss was acknowledged, nothing
 * more is handed to a socket, on any replica; who kept the right misses nothing.
 */
const fixtures = useTenantActors();
/** Another replica, where the subscriptions are. */
let replica: TestGateway;
beforeAll(async () => {
  replica = await startTestGateway(fixtures.database);
});
afterAll(() => replica?.stop());

/** When each event was handed to a connection, by its text. */
const handed: { readonly connection: object; readonly isEvent: boolean; readonly at: number }[] = [];
beforeAll(() => {
  const { next } = EventStream.prototype;
  vi.spyOn(EventStream.prototype, 'next').mockImplementation(function (this: EventStream, result, id) {
    handed.push({ connection: this, isEvent: id !== null, at: performance.now() });
    next.call(this, result, id);
  });
});
afterAll(() => vi.restoreAllMocks());
const open: Subscribed[] = [];
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});

const CHANGES = 10;
const NAMES = 'subscription { tenantChanged { event { type data } } }';
const LEFT = 'subscription { membershipChanged { event { type } } }';

const follow = async ({ person, tenant }: MemberActor, query: string) => {
  const subscribed = await subscribe(replica.url, query, { token: await replica.tokenOf(person), tenant });
  open.push(subscribed);
  return subscribed;
};

/** Renames a tenant again and again, and has a right taken away at a random moment. */
async function race({ owner }: TenantWithMembers, revoke: () => Promise<unknown>): Promise<{ names: string[]; revokedAt: number }> {
  const names: string[] = [];
  const moment = Math.floor(Math.random() * CHANGES);
  let revoked: Promise<number> | undefined;
  for (let n = 0; n < CHANGES; n += 1) {
    // Both at once: which of them is first is left to chance.
    if (n === moment) revoked = revoke().then(() => performance.now());
    names.push(`Name ${n}`);
    await fixtures.must(owner, 'renameTenant', { name: `Name ${n}` });
  }
  return { names, revokedAt: await revoked! };
}

type Revocation = { readonly query: string; readonly revoke: (home: TenantWithMembers, member: MemberActor) => Promise<unknown> };

const globalId = (type: string, { id, tenantId }: MemberActor['member']) => Buffer.from(`${type}:${tenantId}:${id}`).toString('base64url');

test.each<[string, Revocation]>([
  [
    'removed',
    {
      query: NAMES,
      revoke: ({ owner }, { member }) => fixtures.must(owner, 'removeMember', { membershipId: globalId('Membership', member) }),
    },
  ],
  [
    'left with other roles',
    {
      query: LEFT,
      revoke: ({ owner }, { member }) =>
        fixtures.must(owner, 'setMemberRoles', { membershipId: globalId('Membership', member), roles: ['OPERATOR'] }),
    },
  ],
])('a member who is %s gets no event after it was acknowledged', { timeout: PATIENCE }, async (_, { query, revoke }) => {
  let [events, changes] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const [member, keeper] = [await fixtures.join(home, ['viewer']), await fixtures.join(home, ['viewer'])];
    handed.length = 0;
    const [losing, keeping] = [await follow(member, query), await follow(keeper, NAMES)];
    const { names, revokedAt } = await race(home, () => revoke(home, member));

    const sent = await losing.ended();
    expect(sent.at(-1)).toMatchObject({ event: 'complete' });
    const closing = sent.at(-2)!.data.errors[0].extensions;
    expect(closing.code).toBe(query === NAMES ? 'TENANT_NOT_FOUND' : 'FORBIDDEN');
    // The closing message covers exactly what was sent.
    expect(closing.lastEventId).toBe(sent.findLast(({ id }) => id !== null)?.id ?? null);
    for (const { connection, isEvent, at } of handed) {
      const isLosing = handed.some(other => other.connection === connection && !other.isEvent);
      if (isLosing && isEvent) expect(at).toBeLessThanOrEqual(revokedAt);
    }

    const kept: string[] = [];
    while (kept.length < names.length) kept.push((await keeping.next())!.data.data.tenantChanged.event.data.name);
    expect(kept).toEqual(names);
    keeping.close();
    events += handed.filter(({ isEvent }) => isEvent).length;
    changes += names.length;
  }
  // What the assertions counted: none of these was wrong.
  if (ROUNDS > 10)
    console.info(`${ROUNDS} rounds: ${changes} changes, ${events} events handed over, 0 after the revocation was acknowledged, 0 missed`);
});
