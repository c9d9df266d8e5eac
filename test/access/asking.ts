import { expect } from 'vitest';
import { patternOf } from '../../src/access/grouped-refusals.ts';
import type { Answer, TestGateway } from '../support/gateway.ts';
import { type Asking, expectAnswer } from './answer.ts';
import { createChanging } from './changing.ts';
import { enumName, PERMISSION_NAMES, STATUSES } from './expectation.ts';

import { because, type Caller, held, refusal } from './oracle.ts';
import { aliasOf, CAN, EXPLAIN, READ, READ_NODES, READ_OTHER_NODES, READ_STAFF, READ_TRADE } from './questions.ts';
import { type Named, NODES } from './walk.ts';
import { nowhere, type Place, type World } from './world.ts';

/** Whether `READ_NODES` asks for nodes of a type; `READ_OTHER_NODES` asks for the others. */
const isRow = (type: Named['type']): boolean => NODES.indexOf(type) <= NODES.indexOf('Earning');

/** Whether a node is there for callers who may see its type, whatever the tenant context. */
function isThere(type: Named['type'], { kind, roles }: Caller, { own, mine, exists }: { own: boolean; mine: boolean; exists: boolean }) {
  if (type === 'Plan') return true;
  if (type === 'Viewer') return false;
  if (type === 'ViewerApiKey') return own && kind === 'api_key';
  if (type === 'ViewerMembership') return mine && kind === 'user' && roles.length > 0;
  if (type === 'StaffTenant' || type === 'StaffAuditEvent' || type === 'Tombstone') return exists;
  return own;
}

/**
 * Nodes of this tenant, of another, active tenant, and nodes that don't exist. The listings of an
 * active tenant exist for everybody. Without a tenant, the first are those of a tenant of the
 * caller's.
 */
const nodesOf = (place: Place | undefined, caller: Caller): readonly Named[] =>
  [
    { own: place !== undefined, mine: true, exists: true, sold: caller.status === 'active' },
    { own: false, mine: false, exists: true, sold: true },
    { own: false, mine: false, exists: false, sold: false },
  ].flatMap(from => NODES.map(type => ({ type, here: type === 'MarketplaceListing' ? from.sold : isThere(type, caller, from) })));

const offerOf = ({ ids }: Place): string => ids[NODES.indexOf('MarketplaceListing')]!;

/** The bytes of a refusal of everything in a tenant, without the request's id. */
const REFUSED_WHOLE = JSON.stringify({
  errors: [
    {
      message: 'There is no such tenant, or you are not a member of it.',
      extensions: { code: 'TENANT_NOT_FOUND', requestId: '<request id>' },
    },
  ],
});

/**
 * Requests all of the schema, as some caller in some tenant, and compares every response with the
 * expectation.
 */
export function createAsking(gateway: TestGateway, world: World) {
  /** The callers and tenants of all requests, without duplicates. */
  const asked = new Set<string>();
  /** The callers and tenants of queries alone, without mutations. */
  const looked = new Set<string>();
  const changing = createChanging(gateway, world);

  const idsOf = (place: Place | undefined) => [...(place ?? world.own.active).ids, ...world.foreign.active.ids, ...nowhere()];

  /** `can` and `refusal` agree, for every permission, with what the fields do (SPEC G3). */
  async function askCan(asking: Asking) {
    const { caller } = asking;
    for (const { names, query } of CAN) {
      const { data, errors } = await gateway.ask(query, asking);
      expect(errors).toEqual([]);
      const due = names.flatMap(name => {
        const refused = refusal(name, caller);
        const { code, because, requires, tenantStatus } = refused ?? { requires: {} };
        const told = refused && {
          code,
          message: expect.stringMatching(/\S/),
          permission: enumName(name),
          because,
          ...requires,
          tenantStatus,
        };
        return [
          [`can_${aliasOf(name)}`, refused === null],
          [`refusal_${aliasOf(name)}`, told],
        ];
      });
      expect(data.viewer).toEqual(Object.fromEntries(due));
    }
  }

  /** An explanation of a query lists the refusals of its response, no other (SPEC G10). */
  async function askExplained(asking: Asking, query: string, { errors }: Answer, variables = {}) {
    const { data } = await gateway.ask(EXPLAIN, { ...asking, variables: { document: query, variables } });
    const due = errors.map(({ path, message, extensions: { code, permission, because, requires, tenantStatus } }) => ({
      pattern: patternOf(path!),
      refusal: { code, message, permission: enumName(permission as string), because, ...(requires as object), tenantStatus },
    }));
    const texts = (refusals: readonly object[]) => [...new Set(refusals.map(refusal => JSON.stringify(refusal)))].sort();
    expect(texts(data.explain.refusals)).toEqual(texts(due));
    expect(data.explain.cost).toBeGreaterThan(0);
  }

  async function askRead(asking: Asking) {
    const { caller, place } = asking;
    const answer = await gateway.ask(READ, asking);
    expectAnswer(READ, answer, { caller });
    expect(answer.data.viewer.permissions).toEqual(held(caller).map(enumName));
    await askExplained(asking, READ, answer);
    const trade = await gateway.ask(READ_TRADE, asking);
    expectAnswer(READ_TRADE, trade, { caller });
    await askExplained(asking, READ_TRADE, trade);
    const nodes = nodesOf(place, caller).map((named, at) => ({ ...named, id: idsOf(place)[at]! }));
    const [rows, others] = [nodes.filter(({ type }) => isRow(type)), nodes.filter(({ type }) => !isRow(type))];
    const variables = { node: rows[0]!.id, ids: rows.map(({ id }) => id), offer: offerOf(world.foreign.active) };
    const read = await gateway.ask(READ_NODES, { ...asking, variables });
    expectAnswer(READ_NODES, read, { caller, node: rows[0]!, nodes: rows });
    await askExplained(asking, READ_NODES, read, variables);
    others.push({ type: 'Viewer', here: true, id: answer.data.viewer.id });
    const found = await gateway.ask(READ_OTHER_NODES, { ...asking, variables: { ids: others.map(({ id }) => id) } });
    expectAnswer(READ_OTHER_NODES, found, { caller, nodes: others });
    for (const named of because('staff:read-tenant', caller) ? (['active'] as const) : STATUSES) {
      const variables = { tenant: world.foreign[named].id, gone: world.gone };
      expectAnswer(READ_STAFF, await gateway.ask(READ_STAFF, { ...asking, variables }), { caller, named });
    }
    await askCan(asking);
  }

  /**
   * Requests every field: allowed fields have a value, refused ones have an error at their path,
   * and siblings are answered.
   */
  async function askAll(asking: Asking) {
    await askRead(asking);
    await changing.ask(asking);
    asked.add(asking.cell);
  }

  /** Requests every field except the mutations. */
  async function askReads(asking: Asking) {
    await askRead(asking);
    looked.add(asking.cell);
  }

  /**
   * A request for a tenant of which the caller isn't a member doesn't run. Its bytes are the same
   * for each tenant, one that doesn't exist among them.
   */
  async function refusedWhole(cell: string, token: string, tenant: string) {
    const ids = idsOf(undefined);
    for (const [query, variables] of [
      [READ, {}],
      [READ_TRADE, {}],
      [READ_NODES, { node: ids[0], ids, offer: offerOf(world.foreign.active) }],
      [READ_OTHER_NODES, { ids }],
      [READ_STAFF, { tenant: world.foreign.active.id, gone: world.gone }],
      ...changing.everything(),
    ] as const) {
      const answer = await gateway.ask(query, { token, tenant, variables });
      expect(answer.status).toBe(403);
      expect(answer.text.replaceAll(answer.headers.get('x-request-id')!, '<request id>')).toBe(REFUSED_WHOLE);
    }
    expect(await world.rows.differences()).toEqual([]);
    asked.add(cell);
  }

  /**
   * A request with an API key of a tenant that isn't active doesn't run. It reports the status,
   * unless the tenant is deleted (SPEC K2).
   */
  async function refusedKey(cell: string, { text }: Place['apiKey'], status: 'suspended' | 'pending_deletion' | 'deleted') {
    const ids = idsOf(undefined);
    for (const [query, variables] of [
      [READ, {}],
      [READ_NODES, { node: ids[0], ids }],
      [READ_OTHER_NODES, { ids }],
      ...changing.everything(),
    ] as const) {
      const answer = await gateway.ask(query, { token: text, variables });
      const requires = { principals: ['API_KEY'], roles: [], statuses: ['ACTIVE'], plans: null };
      const told = { code: 'TENANT_STATUS', because: 'TENANT_STATUS', requires, tenantStatus: status.toUpperCase() };
      const due = status === 'deleted' ? { code: 'UNAUTHENTICATED' } : told;
      expect(answer.status).toBe(status === 'deleted' ? 401 : 403);
      expect(JSON.parse(answer.text)).toEqual({
        errors: [{ message: expect.any(String), extensions: { ...due, requestId: answer.headers.get('x-request-id') } }],
      });
    }
    expect(await world.rows.differences()).toEqual([]);
    asked.add(cell);
  }

  /**
   * The number of cells: fields and mutations by caller, tenant and target; `reads` are the fields
   * outside of mutations.
   */
  const cells = (fields: number, reads: number) =>
    asked.size * (fields + PERMISSION_NAMES.length) + looked.size * (reads + PERMISSION_NAMES.length) + changing.named.size;

  return { askAll, askReads, refusedWhole, refusedKey, cells, overAbsent: changing.overAbsent };
}
