import { parse } from 'graphql';
import { v7 as uuid } from 'uuid';
import { expect } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Answer, TestGateway } from '../support/gateway.ts';
import { type Asker, held, refusal } from './oracle.ts';
import { ASKED_ABOUT, CHANGE, READ } from './questions.ts';
import { type Named, walk } from './walk.ts';
import { globalIds, type Place, rowsOf, unfound, type World } from './world.ts';

export const schema = buildSchema();
export const read = parse(READ);
export const change = parse(CHANGE);

const NODES: readonly Named['type'][] = ['Tenant', 'Membership', 'User'];
/** Nine ids: rows here, rows of another tenant, and rows that are nowhere. */
const nodesOf = (here: boolean): readonly Named[] => [true, false, false].flatMap(own => NODES.map(type => ({ type, here: own && here })));

const without = ({ text, headers }: Answer) => text.replaceAll(headers.get('x-request-id')!, '<request id>');

/** Who asks from where; `cell` names it, and `place` is the tenant context, if there is one. */
export type Asking = {
  readonly cell: string;
  readonly asker: Asker;
  readonly token: string | undefined;
  readonly tenant?: string;
  readonly place?: Place;
};

/** Holds an answer's errors, values and their order against the expectation. */
function hold(document: typeof read, { data, errors, status, headers }: Answer, { asker, place }: Asking) {
  expect(status).toBe(200);
  const nodes = nodesOf(place !== undefined);
  const walked = walk({ document, schema, asker, node: nodes[0]!, nodes }, data);
  expect(walked.wrong).toEqual([]);
  const byPath = (error: { path?: unknown }) => JSON.stringify(error.path);
  const told = errors.map(({ path, extensions }) => ({ path, extensions }));
  const due = walked.errors.map(({ path, refusal }) => ({ path, extensions: { ...refusal, requestId: headers.get('x-request-id') } }));
  const sorted = <Item extends { path?: unknown }>(items: Item[]) => items.sort((a, b) => byPath(a).localeCompare(byPath(b)));
  expect(sorted(told)).toEqual(sorted(due));
}

/** Asks all of the schema, as somebody from somewhere, and holds every answer against the expectation. */
export function createAsking(database: TestDatabase, gateway: TestGateway, world: World) {
  /** Who asked where, each counted once, however often it was asked. */
  const asked = new Set<string>();
  let made = 0;

  const idsOf = (place: Place | undefined) => [
    ...(place ?? world.own.active).ids,
    ...world.foreign.active.ids,
    ...globalIds(uuid(), uuid(), uuid()),
  ];

  async function askRead(asking: Asking) {
    const ids = idsOf(asking.place);
    const answer = await gateway.ask(READ, { ...asking, variables: { node: ids[0], ids } });
    hold(read, answer, asking);
    const { viewer } = answer.data;
    const refused = refusal(ASKED_ABOUT, asking.asker);
    expect(viewer.permissions).toEqual(held(asking.asker));
    expect(viewer.can).toBe(refused === null);
    expect(viewer.refusal && { ...viewer.refusal, message: null }).toEqual(
      refused && {
        code: refused.code,
        message: null,
        because: refused.because,
        roles: refused.requires.roles,
        statuses: refused.requires.statuses,
        plans: refused.requires.plans,
        tenantStatus: refused.tenantStatus,
      },
    );
  }

  const changing = () => {
    made += 1;
    return { rename: { name: 'Renamed' }, create: { name: 'Made', slug: `made-${made}` } };
  };

  /** Asks both mutations and puts back what was allowed: what is left must be as before. */
  async function askChange(asking: Asking) {
    const before = await rowsOf(database);
    const variables = changing();
    const answer = await gateway.ask(CHANGE, { ...asking, variables });
    hold(change, answer, asking);
    if (answer.data.createTenant) await unfound(database, variables.create.slug);
    if (answer.data.renameTenant) {
      expect(answer.data.renameTenant.tenant.name).toBe('Renamed');
      const undone = `UPDATE tenant SET name = 'Tenant ' || slug WHERE tenant_id = '${asking.place!.id}' AND name = 'Renamed' RETURNING slug`;
      expect(await database.sql(undone)).toHaveLength(1);
    }
    expect(await rowsOf(database)).toBe(before);
  }

  /** Asks every field: what is to be allowed has a value, what is to be refused says so at its path, and siblings stand. */
  async function askBoth(asking: Asking) {
    await askRead(asking);
    await askChange(asking);
    asked.add(asking.cell);
  }

  /** Nothing of a request runs that names a tenant that isn't there for the asker, and nobody learns whether it is at all. */
  async function refusedWhole(cell: string, token: string, tenant: string) {
    const before = await rowsOf(database);
    const ids = idsOf(undefined);
    for (const [query, variables] of [
      [READ, { node: ids[0], ids }],
      [CHANGE, changing()],
    ] as const) {
      const answer = await gateway.ask(query, { token, tenant, variables });
      expect(answer.status).toBe(403);
      const message = 'There is no such tenant, or you are no member of it.';
      const extensions = { code: 'TENANT_NOT_FOUND', requestId: answer.headers.get('x-request-id') };
      expect(JSON.parse(answer.text)).toEqual({ errors: [{ message, extensions }] });
      const absent = await gateway.ask(query, { token, tenant: uuid(), variables });
      expect(absent.status).toBe(403);
      expect(without(answer)).toBe(without(absent));
    }
    expect(await rowsOf(database)).toBe(before);
    asked.add(cell);
  }

  return { asked, askRead, askBoth, refusedWhole };
}
