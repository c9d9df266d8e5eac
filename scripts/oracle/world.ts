import { randomUUID } from 'node:crypto';
import { isScope } from '../../src/access/grant.ts';
import { PERMISSIONS } from '../../src/access/policy.ts';
import { PLAN_CODES, ROLES, type Role } from '../../src/access/vocabulary.ts';
import { newSecret } from '../../src/domain/api-key/secret.ts';
import { fixtures, type Member, type Person, type Tenant, type TestDatabase } from '../../test/support/database.ts';
import { insertLifecycleRows, lifecycleValues } from '../../test/support/isolation/lifecycle-rows.ts';
import { insertMarketRows, marketValues } from '../../test/support/isolation/market.ts';
import { marketFixtures } from '../../test/support/market.ts';
import type { Random } from './random.ts';

export type Sql = Pick<TestDatabase, 'sql'>;

/** An API key with its secret. */
export type Key = { readonly tenantId: string; readonly id: string; readonly secret: string };

export type World = {
  readonly tenants: readonly Tenant[];
  readonly members: readonly Member[];
  /** People who are members of nothing. */
  readonly strangers: readonly Person[];
  readonly keys: readonly Key[];
};

const MARKS = ['Alpaca', 'Bison', 'Cobra', 'Dingo'];

/** Four tenants, one for each plan, that sell to each other, with members of every role. */
export async function createWorld(database: Sql, random: Random): Promise<World> {
  const make = fixtures(database);
  const shared = [await make.person('Shared Admin'), await make.person('Shared Viewer')];
  const tenants: Tenant[] = [];
  const members: Member[] = [];
  for (const [at, mark] of MARKS.entries()) {
    const tenant = await make.tenant(`${mark.toLowerCase()}-slug`, await make.person(`${mark} Owner`), { plan: PLAN_CODES[at]! });
    tenants.push(tenant);
    members.push(tenant.owner);
    for (const roles of [...ROLES.slice(1).map(role => [role]), rolesFrom(random), rolesFrom(random)])
      members.push(await make.member(tenant, await make.person(`${mark} ${roles.join(' ')} ${members.length}`), roles));
    // In two tenants, and in all of them, with other roles in each.
    if (at < 2) members.push(await make.member(tenant, shared[0]!, [ROLES[at + 1]!]));
    members.push(await make.member(tenant, shared[1]!, rolesFrom(random)));
    await insertLifecycleRows(
      database,
      { id: tenant.id, ownerMembershipId: tenant.owner.id, recipientMembershipId: members.at(-2)!.id },
      lifecycleValues(mark),
    );
    await insertMarketRows(database, tenant.id, marketValues(mark));
  }
  await trade(database, tenants);
  const keys: Key[] = [];
  for (const tenant of tenants) for (let at = 0; at < 3; at += 1) keys.push(await key(database, tenant, random));
  await database.sql(`UPDATE tenant SET sells = true, buys = true`);
  return { tenants, members, strangers: [await make.person('Stranger')], keys };
}

/** One to three roles, never the owner's. */
export function rolesFrom(random: Random): readonly Role[] {
  const roles = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(ROLES.slice(1))));
  return [...roles];
}

/** A listing of each tenant, which each other tenant may use; of one, no longer. */
async function trade(database: Sql, tenants: readonly Tenant[]): Promise<void> {
  const make = marketFixtures(database);
  for (const [at, tenant] of tenants.entries()) {
    const listing = await make.listing(tenant, { title: `Weather of ${tenant.slug}`, tags: ['weather', tenant.slug], price: `${at}.50` });
    await make.object(tenant, { id: listing.datasetId }, { name: `weather-${at}.csv` });
    for (const buyer of tenants)
      if (buyer !== tenant) await make.entitlement(buyer, listing, at ? {} : { endedAt: new Date('2026-11-01T00:00:00Z') });
  }
}

/** Scopes that a key may have, some of them. */
export const scopesFrom = (random: Random): readonly string[] => random.some(PERMISSIONS.filter(isScope), 20 + random.below(70));

/** A key whose use is noted as far in the future, so that no request writes it. */
async function key({ sql }: Sql, { id: tenantId }: Tenant, random: Random): Promise<Key> {
  const name = { tenantId, id: randomUUID() };
  const { text, hash } = newSecret(name);
  await sql(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name, last_used_at)
     VALUES ($1, $2, 'Oracle', $3, $4, $2, 'Somebody', now() + interval '10 years')`,
    [tenantId, name.id, scopesFrom(random), Buffer.from(hash)],
  );
  return { ...name, secret: text };
}
