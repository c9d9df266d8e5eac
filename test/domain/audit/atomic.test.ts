import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { nodeId, type Scene, setScene } from './scene.ts';

let database: TestDatabase;
let gateway: TestGateway;
let scene: Scene;
beforeAll(async () => {
  database = await createDatabase();
  gateway = await startTestGateway(database);
  await database.sql(`CREATE FUNCTION jam() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'jammed'; END $$`);
});
beforeEach(async () => {
  scene = await setScene(database, gateway);
});
afterEach(() => database.sql('DROP TRIGGER IF EXISTS jammed ON audit_event'));
afterAll(async () => {
  await gateway?.stop();
  await database?.drop();
});

/** From here on no event can be kept. */
const jam = () => database.sql('CREATE TRIGGER jammed BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION jam()');

const TABLES = [
  'tenant',
  'membership',
  'invitation',
  'ownership_transfer',
  'contract',
  'idempotency_key',
  'audit_event',
  'audit_head',
  'slug_claim',
];
/** Every row of the tables that operations write. */
const everything = async () => {
  const read = TABLES.map(name => `SELECT '${name}' AS name, to_jsonb(t)::text AS row FROM ${name} t`).join(' UNION ALL ');
  return database.sql<{ name: string; row: string }>(`${read} ORDER BY 1, 2`);
};

const viewer = () => ({ membershipId: nodeId('Membership', scene.viewer) });
type Try = () => Promise<{ code: unknown }>;

// biome-ignore format: a table is read by its columns
const OPERATIONS: readonly (readonly [string, () => Promise<Try>])[] = [
  ['createTenant',             async () => () => scene.act(scene.stranger, 'createTenant', { name: 'Never', slug: `never-${scene.tenant.slug}` }, { key: '0123456789abcdef' })],
  ['renameTenant',             async () => () => scene.act(scene.owner, 'renameTenant', { name: 'Never' }, { key: '0123456789abcdef' })],
  ['setBillingEmail',          async () => () => scene.act(scene.owner, 'setBillingEmail', { email: 'never@bills.example' })],
  ['inviteMember',             async () => () => scene.act(scene.owner, 'inviteMember', { email: 'never@people.example', roles: ['VIEWER'] })],
  ['acceptInvitation',         async () => { const { code } = await scene.invite(scene.stranger.email); return () => scene.act(scene.stranger, 'acceptInvitation', { code }); }],
  ['setMemberRoles',           async () => () => scene.act(scene.owner, 'setMemberRoles', { ...viewer(), roles: ['ADMIN'] })],
  ['removeMember',             async () => () => scene.act(scene.owner, 'removeMember', viewer())],
  ['leaveTenant',              async () => () => scene.act(scene.viewer, 'leaveTenant')],
  ['requestOwnershipTransfer', async () => () => scene.act(scene.owner, 'requestOwnershipTransfer', viewer())],
  ['confirmOwnershipTransfer', async () => { const { data } = await scene.act(scene.owner, 'requestOwnershipTransfer', viewer()); return () => scene.act(scene.owner, 'confirmOwnershipTransfer', { code: data.code }); }],
  ['a wrong code',             async () => { await scene.act(scene.owner, 'requestOwnershipTransfer', viewer()); return () => scene.act(scene.owner, 'confirmOwnershipTransfer', { code: 'AAAA-AAAA-AAAA' }); }],
  ['changePlan',               async () => () => scene.act(scene.owner, 'changePlan', { plan: 'PROFESSIONAL' })],
  ['staffArrangeEnterprise',   async () => () => scene.staff('staffArrangeEnterprise', { memberLimit: 9 })],
  ['requestTenantDeletion',    async () => () => scene.act(scene.owner, 'requestTenantDeletion', { confirmation: scene.tenant.name })],
  ['staffSuspendTenant',       async () => { await scene.act(scene.owner, 'requestOwnershipTransfer', viewer()); return () => scene.staff('staffSuspendTenant', { reason: 'Never' }); }],
];

describe('A1: both or neither', () => {
  test.each(OPERATIONS)('%s: a change whose event can’t be kept is not made; once it can, both are', async (_what, prepare) => {
    const attempt = await prepare();
    const before = await everything();
    await jam();
    expect((await attempt()).code).toBe('INTERNAL_SERVER_ERROR');
    expect(await everything()).toEqual(before);
    await database.sql('DROP TRIGGER jammed ON audit_event');
    await attempt();
    expect(await everything()).not.toEqual(before);
  });

  test('a refusal that can’t be kept is no answer that looks like one', async () => {
    await jam();
    expect((await scene.act(scene.viewer, 'renameTenant', { name: 'X' })).code).toBe('INTERNAL_SERVER_ERROR');
  });

  test('jobs: what falls due waits until it can be told', async () => {
    const { id } = await scene.invite('late@people.example');
    gateway.clock.advance({ days: 8 });
    await jam();
    await expect(gateway.settle()).rejects.toThrow('jammed');
    expect(await database.sql('SELECT id FROM invitation WHERE id = $1', [id])).toEqual([{ id }]);
    await database.sql('DROP TRIGGER jammed ON audit_event');
    await gateway.settle();
    expect((await scene.events()).at(-1)).toMatchObject({ action: 'invitation.expire', target: `Invitation:${id}` });
  });
});
