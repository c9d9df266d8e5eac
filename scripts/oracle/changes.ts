import { PLAN_CODES, type TenantStatus } from '../../src/access/vocabulary.ts';
import { fixtures } from '../../test/support/database.ts';
import type { Random } from './random.ts';
import { rolesFrom, type Sql, scopesFrom, type World } from './world.ts';

/** Changes that caches must notice, by SQL, so that no gateway takes part in them. */
type Change = (database: Sql, world: World, random: Random) => Promise<unknown>;

const STATUSES: readonly TenantStatus[] = ['active', 'active', 'suspended', 'pending_deletion'];

const withoutOwners = ({ members }: World) => members.filter(({ roles }) => !roles.includes('owner'));

const CHANGES: readonly Change[] = [
  ({ sql }, { tenants }, random) =>
    sql('UPDATE tenant SET name = $2 WHERE tenant_id = $1', [random.pick(tenants).id, `Name ${random.below(1e6)}`]),
  ({ sql }, world, random) =>
    sql('UPDATE membership SET roles = $2 WHERE id = $1', [random.pick(withoutOwners(world)).id, rolesFrom(random)]),
  ({ sql }, world, random) =>
    sql('UPDATE membership SET roles = $2 WHERE id = $1', [random.pick(withoutOwners(world)).id, rolesFrom(random)]),
  (database, { tenants }, random) => {
    const status = random.pick(STATUSES);
    return fixtures(database).setStatus(random.pick(tenants), status, status === 'active' ? null : 'for the oracle');
  },
  ({ sql }, { tenants }, random) =>
    sql('UPDATE tenant SET plan_code = $2 WHERE tenant_id = $1', [random.pick(tenants).id, random.pick(PLAN_CODES)]),
  ({ sql }, { tenants }, random) =>
    sql('UPDATE tenant SET sells = $2, buys = $3 WHERE tenant_id = $1', [random.pick(tenants).id, random.chance(80), random.chance(80)]),
  ({ sql }, world, random) => sql('DELETE FROM membership WHERE id = $1', [random.pick(withoutOwners(world)).id]),
  restoreMember,
  ({ sql }, { members }, random) =>
    sql('UPDATE person SET name = $2 WHERE id = $1', [random.pick(members).person.id, `Person ${random.below(1e6)}`]),
  ({ sql }, { keys }, random) => sql('UPDATE api_key SET scopes = $2 WHERE id = $1', [random.pick(keys).id, scopesFrom(random)]),
  ({ sql }, { keys }, random) =>
    sql(`UPDATE api_key SET revoked_at = CASE WHEN $2 THEN now() END WHERE id = $1`, [random.pick(keys).id, random.chance(30)]),
  ({ sql }, { tenants }, random) =>
    sql(`UPDATE dataset SET name = $2, updated_at = now() WHERE tenant_id = $1`, [random.pick(tenants).id, `Data ${random.below(1e6)}`]),
];

/** Lets a member that was removed be one again, with the same id. */
async function restoreMember({ sql }: Sql, world: World, random: Random): Promise<void> {
  for (const { tenantId, id, person } of withoutOwners(world))
    await sql('INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
      ...[tenantId, id, person.id, rolesFrom(random)],
    ]);
}

/** Makes one random change. */
export const change: Change = (database, world, random) => random.pick(CHANGES)(database, world, random);
