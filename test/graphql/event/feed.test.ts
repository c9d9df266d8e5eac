import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Member, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

/** The feed of events (SPEC E1, E3). */
const database = useDatabase();
const gateway = useGateway(database);

let tenant: Tenant;
let owner: Person;
let viewer: Member;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  const rows = fixtures(database);
  owner = await rows.person('Olga');
  tenant = await rows.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  viewer = await rows.member(tenant, await rows.person('Vic'), ['viewer']);
  await rows.member(tenant, await rows.person('Otto'), ['operator']);
  tokens.owner = await gateway.tokenOf(owner);
  tokens.viewer = await gateway.tokenOf(viewer.person);
  tokens.operator = await gateway.tokenOf({ subject: 'otto@people.example' });
});

const FIELDS = 'number eventId type version at subjectType subjectId data payload salt digest hash';
const FEED = `query ($after: String, $types: [EventType!], $first: Int, $wait: Int) {
  tenant { events(after: $after, types: $types, first: $first, wait: $wait) { previousHash next hasMore events { ${FIELDS} } } } }`;

type Event = Record<'eventId' | 'type' | 'payload' | 'salt' | 'digest' | 'hash' | 'subjectId', string> & { number: number; data: object };
type Feed = { previousHash: string; next: string; hasMore: boolean; events: Event[] };

const read = async (variables: object = {}, token = tokens.owner): Promise<Feed> =>
  (await gateway.ask(FEED, { token, variables })).data.tenant.events;
const rename = (name: string) =>
  gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, { token: tokens.owner });

const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');
const hex = (text: string) => Buffer.from(text, 'hex');

/** The hash of an event, as its receiver computes it. */
function hashOf({ number, payload, salt, digest }: Event, previous: string): string {
  if (payload !== null) expect(sha256(hex(salt), Buffer.from(payload))).toBe(digest);
  const counted = Buffer.alloc(4);
  counted.writeInt32BE(number);
  return sha256(counted, hex(previous), hex(digest));
}

describe('E1: a change is an event', () => {
  test('with the next number, its data, and the JSON that is hashed', async () => {
    await rename('First');
    await rename('Second');
    const { events } = await read();
    expect(events.map(({ number, type, data }) => ({ number, type, data }))).toEqual([
      { number: 1, type: 'TENANT_RENAMED', data: { name: 'First' } },
      { number: 2, type: 'TENANT_RENAMED', data: { name: 'Second' } },
    ]);
    expect(JSON.parse(events[0]!.payload)).toEqual({
      id: events[0]!.eventId,
      type: 'tenant.renamed',
      version: 1,
      at: expect.any(String),
      tenant: Buffer.from(`Tenant:${tenant.id}`).toString('base64url'),
      subject: { type: 'Tenant', id: events[0]!.subjectId },
      data: { name: 'First' },
    });
    const { data } = await gateway.ask(`{ node(id: "${events[0]!.subjectId}") { ... on Tenant { name } } }`, { token: tokens.owner });
    expect(data.node).toEqual({ name: 'Second' });
  });

  test('that a change which fails, or changes nothing, does not write', async () => {
    const before = await read({ first: 100 });
    await rename('Second');
    expect((await rename('')).errors).toHaveLength(1);
    const refused = await gateway.ask('mutation { renameTenant(input: { name: "No" }) { tenant { name } } }', { token: tokens.viewer });
    expect(refused.errors).toHaveLength(1);
    expect(await read({ first: 100 })).toEqual(before);
  });

  test('and names its audit event', async () => {
    const [row] = await database.sql<{ action: string; number: number }>(
      `SELECT a.action, e.seq AS number FROM event e JOIN audit_event a ON a.tenant_id = e.tenant_id AND a.id = e.audit_event_id ORDER BY e.seq`,
    );
    expect(row).toEqual({ action: 'tenant.rename', number: 1 });
  });
});

describe('E3: a receiver', () => {
  test('can check that it missed none, whatever it filters and may read', async () => {
    const roles = `mutation { setMemberRoles(input: { membershipId: "${Buffer.from(`Membership:${tenant.id}:${viewer.id}`).toString('base64url')}", roles: [VIEWER, OPERATOR] }) { membership { id } } }`;
    expect((await gateway.ask(roles, { token: tokens.owner })).errors).toEqual([]);
    await rename('Third');
    for (const [token, types] of [
      [tokens.owner, null],
      [tokens.owner, ['MEMBER_ROLES_CHANGED']],
      [tokens.operator, null],
    ] as const) {
      const all = await read({ types, first: 100 }, token);
      let previous = all.previousHash;
      expect(previous).toBe('0'.repeat(64));
      for (const event of all.events) {
        expect(event.hash).toBe(hashOf(event, previous));
        previous = event.hash;
      }
      expect(all.events.map(({ type }) => type)).toEqual(
        token === tokens.operator
          ? ['TENANT_RENAMED', 'TENANT_RENAMED', null, 'TENANT_RENAMED']
          : types
            ? [null, null, 'MEMBER_ROLES_CHANGED', null]
            : ['TENANT_RENAMED', 'TENANT_RENAMED', 'MEMBER_ROLES_CHANGED', 'TENANT_RENAMED'],
      );
    }
  });

  test('goes on after the cursor, part by part, each with the hash before it', async () => {
    const all = await read({ first: 100 });
    const parts: Feed[] = [];
    for (let after: string | undefined; parts.at(-1)?.hasMore !== false; after = parts.at(-1)!.next)
      parts.push(await read({ after, first: 3 }));
    expect(parts.flatMap(({ events }) => events)).toEqual(all.events);
    expect(parts[1]!.previousHash).toBe(parts[0]!.events.at(-1)!.hash);
    expect(await read({ after: parts.at(-1)!.next })).toEqual({ ...all, previousHash: expect.any(String), hasMore: false, events: [] });
  });

  test('gets a stub without any text', async () => {
    const { events } = await read({ types: [] });
    expect(events[0]).toEqual({
      ...Object.fromEntries(FIELDS.split(' ').map(name => [name, null])),
      ...{ number: 1, digest: expect.any(String), hash: expect.any(String) },
    });
  });

  test('waits for an event, and gets it when it comes', async () => {
    const { next } = await read({ first: 100 });
    const waiting = read({ after: next, wait: 20 });
    await rename('Fourth');
    expect((await waiting).events).toMatchObject([{ type: 'TENANT_RENAMED', data: { name: 'Fourth' } }]);
    expect((await read({ after: (await waiting).next, wait: 1 })).events).toEqual([]);
  });

  test('who lost the right while waiting gets none', async () => {
    const rows = fixtures(database);
    const leaver = await rows.member(tenant, await rows.person('Lea'), ['viewer']);
    const token = await gateway.tokenOf(leaver.person);
    const { next } = await read({ first: 100 });
    const waiting = gateway.ask(FEED, { token, variables: { after: next, wait: 20 } });
    const id = Buffer.from(`Membership:${tenant.id}:${leaver.id}`).toString('base64url');
    await gateway.ask(`mutation { removeMember(input: { membershipId: "${id}" }) { removedMembershipId } }`, { token: tokens.owner });
    const { data, errors } = await waiting;
    expect(data.tenant.events).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test.each([
    ['not a cursor', { after: 'x' }],
    ['a number that is none', { after: Buffer.from('-1').toString('base64url') }],
    ['too many', { first: 101 }],
    ['fewer than none', { first: -1 }],
    ['too long', { wait: 21 }],
  ])('learns what is wrong: %s', async (_, variables) => {
    const { errors } = await gateway.ask(FEED, { token: tokens.owner, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test.each([
    ['of events to come', 999],
    ['of events that are no longer kept', 1],
  ])('learns to start anew after a cursor %s', async (_, number) => {
    await database.sql('DELETE FROM event WHERE seq = 2');
    const { errors } = await gateway.ask(FEED, {
      token: tokens.owner,
      variables: { after: Buffer.from(String(number)).toString('base64url') },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'RESYNC' } }]);
  });
});
