import { beforeAll, expect } from 'vitest';
import type { Role } from '../../../src/access/vocabulary.ts';
import { fixtures, type Member, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';

// biome-ignore format: a table is read by its columns
const MEMBERS: readonly [name: string, roles: readonly Role[]][] = [
  ['Ada Admin',      ['admin']],
  ['Vic Viewer',     ['viewer']],
  ['Oda Operator',   ['operator']],
  ['Sue Seller',     ['seller_manager', 'viewer']],
  ['100% Pure',      ['buyer_manager']],
  ['under_score',    ['viewer']],
  ['back\\slash',    ['viewer', 'operator']],
  ['Zoë ZOË',        ['buyer_manager', 'viewer']],
];

/** All members of the tenant in the order of joining. */
export const ALL: readonly string[] = ['Olga Owner', ...MEMBERS.map(([name]) => name)];

export const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: MembershipFilter) {
  tenant { memberships(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { user { name } } } } } }`;

type Edge = { cursor: string; node: { user: { name: string } } };

/** A tenant of nine members, and another tenant that must never show up in its lists. */
export function useMembers() {
  const database = useDatabase();
  const gateway = useGateway(database);
  const make = fixtures(database);
  const acme = useResource(async () => make.tenant('acme', await make.person('Olga Owner'), { plan: 'PROFESSIONAL' }));
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    const members: Member[] = [acme.owner];
    for (const [name, roles] of MEMBERS) members.push(await make.member(acme, await make.person(name), roles));
    const other = await make.tenant('other', await make.person('Otto Other'), { plan: 'PROFESSIONAL' });
    await make.member(other, await make.person('Vic Elsewhere'), ['viewer', 'admin']);
    for (const [index, who] of ['owner', 'admin', 'viewer', 'operator', 'seller', 'buyer'].entries())
      tokens[who] = await gateway.tokenOf(members[index]!.person);
  });

  const list = (variables: object = {}) => gateway.ask(LIST, { token: tokens.viewer, variables });
  return {
    database,
    gateway,
    make,
    acme,
    tokens,
    list,
    /** A page as its names, and whether there are others before and after it. */
    async pageOf(variables: object) {
      const { data, errors } = await list(variables);
      expect(errors).toEqual([]);
      const { edges, pageInfo, totalCount } = data.tenant.memberships;
      const [startCursor, endCursor] = [edges[0]?.cursor, edges.at(-1)?.cursor];
      expect(pageInfo).toMatchObject({ startCursor: startCursor ?? null, endCursor: endCursor ?? null });
      const { hasPreviousPage: before, hasNextPage: behind } = pageInfo;
      return { names: edges.map(({ node }: Edge) => node.user.name), before, behind, totalCount, startCursor, endCursor };
    },
    cursorAt: async (index: number): Promise<string> => (await list()).data.tenant.memberships.edges[index].cursor,
  };
}
