import { v7 as uuid } from 'uuid';
import { expect } from 'vitest';
import type { Answer, TestGateway } from '../support/gateway.ts';
import { type Asking, expectAnswer } from './answer.ts';
import { createChanging } from './changing.ts';
import { PERMISSION_NAMES, STATUSES } from './expectation.ts';

import { type Asker, because, held, refusal } from './oracle.ts';
import { aliasOf, CAN, READ, READ_NODES, READ_STAFF, READ_TRADE } from './questions.ts';
import { type Named, NODES } from './walk.ts';
import { nowhere, type Place, type World } from './world.ts';

/**
 * Nodes here, nodes of another, active tenant, and nodes that are nowhere. What an active tenant
 * sells is there for everybody.
 */
const nodesOf = (place: Place | undefined, { status }: Asker): readonly Named[] =>
  [
    { own: place !== undefined, sold: status === 'active' },
    { own: false, sold: true },
    { own: false, sold: false },
  ].flatMap(({ own, sold }) => NODES.map(type => ({ type, here: type === 'MarketplaceListing' ? sold : own })));

const offerOf = ({ ids }: Place): string => ids[NODES.indexOf('MarketplaceListing')]!;

const without = ({ text, headers }: Answer) => text.replaceAll(headers.get('x-request-id')!, '<request id>');

/**
 * Asks all of the schema, as somebody from somewhere, and holds every answer against the
 * expectation.
 */
export function createAsking(gateway: TestGateway, world: World) {
  /** Who asked where, each counted once, however often it was asked. */
  const asked = new Set<string>();
  /** Who read where, but asked for no change. */
  const looked = new Set<string>();
  const changing = createChanging(gateway, world);

  const idsOf = (place: Place | undefined) => [...(place ?? world.own.active).ids, ...world.foreign.active.ids, ...nowhere()];

  /** Tells beforehand, for every permission, what the fields then do (SPEC G3). */
  async function askCan(asking: Asking) {
    const { asker } = asking;
    for (const { names, query } of CAN) {
      const { data, errors } = await gateway.ask(query, asking);
      expect(errors).toEqual([]);
      const due = names.flatMap(name => {
        const refused = refusal(name, asker);
        const { code, because, requires, tenantStatus } = refused ?? { requires: {} };
        const { roles, statuses, plans } = requires as Record<string, unknown>;
        const told = refused && { code, message: expect.stringMatching(/\S/), because, roles, statuses, plans, tenantStatus };
        return [
          [`can_${aliasOf(name)}`, refused === null],
          [`refusal_${aliasOf(name)}`, told],
        ];
      });
      expect(data.viewer).toEqual(Object.fromEntries(due));
    }
  }

  async function askRead(asking: Asking) {
    const { asker, place } = asking;
    const answer = await gateway.ask(READ, asking);
    expectAnswer(READ, answer, { asker });
    expect(answer.data.viewer.permissions).toEqual(held(asker));
    expectAnswer(READ_TRADE, await gateway.ask(READ_TRADE, asking), { asker });
    const ids = idsOf(place);
    const nodes = nodesOf(place, asker);
    const found = await gateway.ask(READ_NODES, { ...asking, variables: { node: ids[0], ids, offer: offerOf(world.foreign.active) } });
    expectAnswer(READ_NODES, found, { asker, node: nodes[0]!, nodes });
    for (const named of because('staff:read-tenant', asker) ? (['active'] as const) : STATUSES) {
      const variables = { tenant: world.foreign[named].id, gone: world.gone };
      expectAnswer(READ_STAFF, await gateway.ask(READ_STAFF, { ...asking, variables }), { asker, named });
    }
    await askCan(asking);
  }

  /**
   * Asks every field: what is to be allowed has a value, what is to be refused says so at its path,
   * and siblings stand.
   */
  async function askAll(asking: Asking) {
    await askRead(asking);
    await changing.ask(asking);
    asked.add(asking.cell);
  }

  /** Asks every field but the mutations. */
  async function askReads(asking: Asking) {
    await askRead(asking);
    looked.add(asking.cell);
  }

  /**
   * Nothing of a request runs that names a tenant that isn't there for the asker, and nobody learns
   * whether it is at all.
   */
  async function refusedWhole(cell: string, token: string, tenant: string) {
    const ids = idsOf(undefined);
    for (const [query, variables] of [
      [READ, {}],
      [READ_TRADE, {}],
      [READ_NODES, { node: ids[0], ids, offer: offerOf(world.foreign.active) }],
      [READ_STAFF, { tenant: world.foreign.active.id, gone: world.gone }],
      ...changing.everything(),
    ] as const) {
      const answer = await gateway.ask(query, { token, tenant, variables });
      expect(answer.status).toBe(403);
      const message = 'There is no such tenant, or you are not a member of it.';
      const extensions = { code: 'TENANT_NOT_FOUND', requestId: answer.headers.get('x-request-id') };
      expect(JSON.parse(answer.text)).toEqual({ errors: [{ message, extensions }] });
      const absent = await gateway.ask(query, { token, tenant: uuid(), variables });
      expect(absent.status).toBe(403);
      expect(without(answer)).toBe(without(absent));
    }
    expect(await world.rows.differences()).toEqual([]);
    asked.add(cell);
  }

  /**
   * Nothing of a request runs whose API key is of a tenant that isn't active: only a tenant that is
   * there still says so (SPEC K2).
   */
  async function refusedKey(cell: string, { text }: Place['apiKey'], status: 'suspended' | 'pending_deletion' | 'deleted') {
    const ids = idsOf(undefined);
    for (const [query, variables] of [[READ, {}], [READ_NODES, { node: ids[0], ids }], ...changing.everything()] as const) {
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
   * How many fields and mutations were asked, by whom, where, and of what; `reads` of the fields
   * are no mutation's.
   */
  const cells = (fields: number, reads: number) =>
    asked.size * (fields + PERMISSION_NAMES.length) + looked.size * (reads + PERMISSION_NAMES.length) + changing.named.size;

  return { askAll, askReads, refusedWhole, refusedKey, cells, overAbsent: changing.overAbsent };
}
