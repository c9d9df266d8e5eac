import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../../src/access/vocabulary.ts';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { append } from './chains.ts';
import { type Scene, STAFF, setScene } from './scene.ts';

const database = useDatabase();
const gateway = useGateway(database);
let scene: Scene;
let token: string;
beforeAll(async () => {
  const other = await setScene(database, gateway);
  await append(database, other.tenant.id, 1, 10);
  scene = await setScene(database, gateway);
  token = await scene.tokenOf(scene.owner);
  await append(database, scene.tenant.id, 1, 60);
});

const PAGE = `query ($filter: AuditFilter, $first: Int, $last: Int, $after: String, $before: String) { tenant { auditEvents(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { sequence } } } } }`;

type Connection = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  edges: { cursor: string; node: { sequence: number } }[];
};

async function page(variables: object, as = token) {
  const { data, errors } = await gateway.ask(PAGE, { token: as, tenant: scene.tenant.id, variables });
  expect(errors).toEqual([]);
  const connection: Connection = data.tenant.auditEvents;
  return { ...connection, seqs: connection.edges.map(({ node }) => node.sequence) };
}
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, place) => from - place);
/**
 * The numbers up to 60, newest first, for which something holds, as the fixture makes its events.
 */
const where = (holds: (n: number) => boolean) => down(60, 1).filter(holds);
/** The moment of an event, as the fixture has it. */
const at = (n: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 61_007).toISOString();

describe('A3: tenant.auditEvents', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, object | null, number[]]>([
    ['no filter',               null,                                                          where(() => true)],
    ['an empty filter',         {},                                                            where(() => true)],
    ['one action',              { action: ['MEMBER_REMOVE'] },                                 where(n => n % 4 === 1)],
    ['two actions',             { action: ['MEMBER_REMOVE', 'PLAN_UPGRADE'] },                 where(n => n % 4 === 1 || n % 4 === 2)],
    ['an action without events', { action: ['MEMBER_LEAVE'] },                                  []],
    ['an empty list of actions', { action: [] },                                                []],
    ['an actor',                { actorId: 'actor-3' },                                        where(n => n % 7 === 3)],
    ['an unknown actor',        { actorId: "actor-3' OR true" },                               []],
    ['refused',                 { outcome: 'REFUSED' },                                        where(n => n % 5 === 0)],
    ['done',                    { outcome: 'DONE' },                                           where(n => n % 5 !== 0)],
    ['from, inclusive',         { from: at(41) },                                              where(n => n >= 41)],
    ['until, exclusive',        { until: at(41) },                                             where(n => n < 41)],
    ['all filters together',    { action: ['MEMBER_REMOVE'], outcome: 'REFUSED', from: at(5), until: at(45), actorId: 'actor-4' }, [25]],
  ])('%s', async (_what, filter, seqs) => {
    const all = await page({ filter, first: 100 });
    expect({ seqs: all.seqs, count: all.totalCount }).toEqual({ seqs, count: seqs.length });
  });

  test('pages in both directions, and cursors stay valid while new events arrive', async () => {
    const filter = { outcome: 'DONE' };
    const expected = where(n => n % 5 !== 0);
    const forth: number[] = [];
    const pages: Awaited<ReturnType<typeof page>>[] = [];
    let after: string | null = null;
    let appended = 60;
    do {
      const next: Awaited<ReturnType<typeof page>> = await page({ filter, first: 7, after });
      pages.push(next);
      forth.push(...next.seqs);
      after = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
      await append(database, scene.tenant.id, appended + 1, appended + 3);
      appended += 3;
    } while (after);
    expect(forth).toEqual(expected);
    expect(pages[0]!.totalCount).toBe(expected.length);
    expect(pages.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([...Array(6).fill(true), false]);

    const back: number[] = [];
    let before: string | null = pages.at(-1)!.pageInfo.endCursor;
    for (let left = Math.ceil((expected.length - 1) / 7); left > 0; left--) {
      const previous: Awaited<ReturnType<typeof page>> = await page({ filter: { ...filter, until: at(61) }, last: 7, before });
      back.unshift(...previous.seqs);
      expect(previous.pageInfo.hasPreviousPage).toBe(left > 1);
      before = previous.pageInfo.startCursor;
    }
    expect(back).toEqual(expected.slice(0, -1));
    expect((await page({ filter, before: pages[0]!.edges[0]!.cursor, last: 100 })).seqs).toEqual(
      down(appended, 61).filter(n => n % 5 !== 0),
    );
  });

  test('a cursor past the highest possible position is invalid', async () => {
    const [last, past] = [2 ** 31 - 1, 2 ** 31].map(place => Buffer.from(String(place)).toString('base64url'));
    const token = await scene.tokenOf(scene.owner);
    const ask = (after: string) => gateway.ask(`{ tenant { auditEvents(first: 1, after: "${after}") { edges { cursor } } } }`, { token });
    expect((await ask(last!)).errors).toEqual([]);
    expect((await ask(past!)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[Role, boolean]>([['admin', true], ['seller_manager', false], ['buyer_manager', false], ['operator', false], ['viewer', false]])('%s: %j', async (role, may) => {
    const { make, tenant } = scene;
    const member = await make.member(tenant, await make.person(`Reader ${role}`), [role]);
    const { data, errors } = await gateway.ask('{ tenant { slug auditEvents(first: 1) { totalCount edges { node { actorName } } } } }', { token: await scene.tokenOf(member) });
    expect(data.tenant.slug).toBe(tenant.slug);
    if (may) expect({ errors, count: data.tenant.auditEvents.totalCount > 0 }).toEqual({ errors: [], count: true });
    else {
      expect(data.tenant.auditEvents).toBeNull();
      expect(errors).toMatchObject([{ path: ['tenant', 'auditEvents'], extensions: { code: 'FORBIDDEN', because: 'ROLE', permission: 'audit:read' } }]);
    }
  });

  test('shows what staff do to the tenant, under their name', async () => {
    await scene.staff('staffRenameTenant', { name: 'By staff' });
    const { data } = await gateway.ask(
      '{ tenant { auditEvents(first: 1) { edges { node { action outcome actorKind actorId actorName targetType before after } } } } }',
      { token },
    );
    expect(data.tenant.auditEvents.edges[0].node).toEqual({
      action: 'TENANT_STAFF_RENAME',
      outcome: 'DONE',
      actorKind: 'STAFF',
      actorId: STAFF.subject,
      actorName: STAFF.name,
      targetType: 'Tenant',
      before: { name: scene.tenant.name },
      after: { name: 'By staff' },
    });
  });
});
