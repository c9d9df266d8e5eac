import { fixtures, type Person, type TestDatabase } from '../support/database.ts';
import { type Role, STATUSES, type Status } from './expectation.ts';

export type Place = { readonly id: string; readonly slug: string; readonly ids: readonly string[] };

/** Tenants in every status: four that the asker is a member of, four that they are not, each with a keeper who owns it for the rest of the time. */
export type World = {
  readonly asker: Person;
  /** Known, and a member nowhere. */
  readonly stranger: Person;
  readonly own: Readonly<Record<Status, Place>>;
  readonly foreign: Readonly<Record<Status, Place>>;
  /** Gives the asker these roles in each tenant of their own, which keeps exactly one owner. */
  setRoles(roles: readonly Role[]): Promise<unknown>;
};

const globalId = (type: string, ...ids: readonly string[]) => Buffer.from([type, ...ids].join(':')).toString('base64url');

/** The global ids of a tenant, of a membership in it and of a person in it. */
export const globalIds = (tenant: string, membership: string, person: string): readonly string[] => [
  globalId('Tenant', tenant),
  globalId('Membership', tenant, membership),
  globalId('User', person),
];

export async function createWorld(database: TestDatabase): Promise<World> {
  const make = fixtures(database);
  const [asker, stranger] = [await make.person('Asker'), await make.person('Stranger')];
  const place = async (status: Status, side: 'own' | 'foreign'): Promise<[Status, Place]> => {
    const keeper = await make.person(`Keeper ${side} ${status}`);
    const tenant = await make.tenant(`${side}-${status.replace('_', '-')}`, keeper, { plan: 'PROFESSIONAL' });
    if (side === 'own') await make.member(tenant, asker, ['viewer']);
    await make.setStatus(tenant, status, 'for the matrix');
    return [status, { id: tenant.id, slug: tenant.slug, ids: globalIds(tenant.id, tenant.owner.id, keeper.id) }];
  };
  const places = async (side: 'own' | 'foreign') => {
    const made: [Status, Place][] = [];
    for (const status of STATUSES) made.push(await place(status, side));
    return Object.fromEntries(made) as Record<Status, Place>;
  };
  const own = await places('own');
  const inOwn = `tenant_id IN (${STATUSES.map(status => `'${own[status].id}'`).join(', ')})`;
  const give = (roles: readonly string[], who: '=' | '<>') =>
    `UPDATE membership SET roles = '{${roles.join(',')}}' WHERE ${inOwn} AND person_id ${who} '${asker.id}';`;
  return {
    asker,
    stranger,
    own,
    foreign: await places('foreign'),
    setRoles: roles =>
      database.sql(
        [
          give(['viewer'], '='),
          give([roles.includes('owner') ? 'admin' : 'owner'], '<>'), // the keeper first steps down, or takes back
          give(roles, '='),
        ].join(' '),
      ),
  };
}

/** Every row that there is, as one text: what must not change when a mutation is refused. */
export async function rowsOf({ sql }: Pick<TestDatabase, 'sql'>): Promise<string> {
  const rows = ['tenant', 'membership', 'person', 'slug_claim'].map(
    table => `(SELECT string_agg(to_jsonb(r)::text, chr(10) ORDER BY to_jsonb(r)::text) FROM ${table} r)`,
  );
  const [row] = await sql<{ all: string }>(`SELECT concat_ws(chr(10), ${rows.join(', ')}) AS all`);
  return row!.all;
}

/** Takes away a tenant that was founded, as if it had never been. */
export const unfound = ({ sql }: Pick<TestDatabase, 'sql'>, slug: string) =>
  sql(`DELETE FROM membership m USING tenant t WHERE t.tenant_id = m.tenant_id AND t.slug = '${slug}';
    DELETE FROM tenant WHERE slug = '${slug}'; DELETE FROM slug_claim WHERE slug = '${slug}'`);
