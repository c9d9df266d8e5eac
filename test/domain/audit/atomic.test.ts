import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { useDatabase } from '../../support/database.ts';
import { manifestOf } from '../../support/documents.ts';
import { useGateway } from '../../support/gateway.ts';
import { marketFixtures } from '../../support/market.ts';
import { mismatches } from '../../support/mismatches.ts';
import { announced, PRICE, send, type Upload } from '../../support/provider.ts';
import { WEBHOOK } from '../../support/webhooks.ts';
import { nodeId, type Scene, setScene } from './scene.ts';

const database = useDatabase();
const gateway = useGateway(database);
let scene: Scene;
beforeAll(async () => {
  await database.sql(`CREATE FUNCTION jam() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'jammed'; END $$`);
});
beforeEach(async () => {
  scene = await setScene(database, gateway);
  await marketFixtures(database).setSides(scene.tenant, { sells: true, buys: true });
});
afterEach(() => database.sql('DROP TRIGGER IF EXISTS jammed ON audit_event'));

/** From here on no event can be kept. */
const jam = () => database.sql('CREATE TRIGGER jammed BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION jam()');

/** Every row of every table, so that no table that an operation writes is left out. */
const everything = async () => {
  const tables = await database.sql<{ name: string }>("SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'");
  const read = tables.map(({ name }) => `SELECT '${name}' AS name, to_jsonb(t)::text AS row FROM ${name} t`).join(' UNION ALL ');
  return database.sql<{ name: string; row: string }>(`${read} ORDER BY 1, 2`);
};

const viewer = () => ({ membershipId: nodeId('Membership', scene.viewer) });
type Try = () => Promise<{ code: unknown }>;

/** What the scene's owner made of the marketplace, as it is to work. */
const make = async (name: string, input: Readonly<Record<string, unknown>>) => {
  const { data, answer } = await scene.act(scene.owner, name, input);
  if (answer.errors.length) throw new Error(answer.text);
  return data;
};
const dataset = async () => (await make('createDataset', { name: 'Rows' })).dataset.id as string;
async function object() {
  const datasetId = await dataset();
  const { id, upload } = (await make('addObject', { datasetId, ...announced('rows') })).object as { id: string; upload: Upload };
  await send(upload, 'rows');
  return { datasetId, objectId: id };
}
async function listing() {
  const { datasetId, objectId } = await object();
  await make('completeObject', { objectId });
  return { listingId: (await make('draftListing', { datasetId, title: 'Rows', price: PRICE })).listing.id as string };
}
async function published() {
  const named = await listing();
  await make('publishListing', named);
  return named;
}
const apiKey = async () => ({
  apiKeyId: (await make('createApiKey', { name: 'Key', scopes: ['TENANT_READ', 'USAGE_READ'] })).apiKey.id as string,
});

const registration = { app: 'Web', version: '1', documents: manifestOf('{ __typename }') };
async function appVersion() {
  await make('registerDocuments', registration);
  return { app: 'Web', version: '1' };
}

/** The id of an event of the tenant. */
async function anyEvent(): Promise<string> {
  await database.sql('SELECT crossing_number_events(500)');
  const [event] = await database.sql<{ id: string }>('SELECT id FROM event WHERE tenant_id = $1 LIMIT 1', [scene.tenant.id]);
  return event!.id;
}
const webhook = async () => ({ webhookId: (await make('createWebhook', WEBHOOK)).webhook.id as string });
/** The marketplace id of a provider's listing. */
async function offer() {
  const seller = await scene.make.tenant(`seller-of-${scene.tenant.slug}`, scene.stranger);
  const market = marketFixtures(database);
  await market.setSides(seller, { sells: true });
  const { id } = await market.listing(seller);
  return { listingId: Buffer.from(`MarketplaceListing:${id}`).toString('base64url'), id };
}
async function entitlement() {
  const { id } = await marketFixtures(database).entitlement(scene.tenant, await offer());
  return { entitlementId: Buffer.from(`Entitlement:${scene.tenant.id}:${id}`).toString('base64url') };
}
/** The owner's commands, each after its preparation. */
const owner = (name: string, prepare: () => Promise<Readonly<Record<string, unknown>>>): readonly [string, () => Promise<Try>] => [
  name,
  async () => {
    const input = await prepare();
    return () => scene.act(scene.owner, name, input);
  },
];

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
  ['cancelOwnershipTransfer',  async () => { await scene.act(scene.owner, 'requestOwnershipTransfer', viewer()); return () => scene.act(scene.owner, 'cancelOwnershipTransfer'); }],
  ['cancelPlanChange',         async () => { await scene.act(scene.owner, 'changePlan', { plan: 'FREE' }); return () => scene.act(scene.owner, 'cancelPlanChange'); }],
  ['cancelTenantDeletion',     async () => { await scene.act(scene.owner, 'requestTenantDeletion', { confirmation: scene.tenant.name }); return () => scene.act(scene.owner, 'cancelTenantDeletion'); }],
  ['staffResumeTenant',        async () => { await scene.staff('staffSuspendTenant', { reason: 'Soon over' }); return () => scene.staff('staffResumeTenant'); }],
  ['setTenantSides',           async () => () => scene.act(scene.owner, 'setTenantSides', { sells: false })],
  ['staffReplaceOwner',        async () => () => scene.staff('staffReplaceOwner', { ...viewer(), reason: 'Gone' })],
  ['staffRenameTenant',        async () => () => scene.staff('staffRenameTenant', { name: 'Never' })],
  ['dropRoles',                () => scene.make.member(scene.tenant, scene.stranger, ['admin', 'viewer']).then(both => () => scene.act(both, 'dropRoles', { roles: ['ADMIN'] }))],
  ['revokeInvitation',         async () => { const { id } = await scene.invite('never@people.example'); return () => scene.act(scene.owner, 'revokeInvitation', { invitationId: nodeId('Invitation', { tenantId: scene.tenant.id, id }) }); }],
  ['declineInvitation',        async () => { const { code } = await scene.invite(scene.stranger.email); return () => scene.act(scene.stranger, 'declineInvitation', { code }); }],
  owner('createDataset',       async () => ({ name: 'Never' })),
  owner('updateDataset',       async () => ({ datasetId: await dataset(), name: 'Never' })),
  owner('addObject',           async () => ({ datasetId: await dataset(), ...announced('rows') })),
  owner('completeObject',      async () => ({ objectId: (await object()).objectId })),
  owner('removeObject',        async () => ({ objectId: (await object()).objectId })),
  owner('deleteDataset',       async () => ({ datasetId: await dataset() })),
  owner('draftListing',        async () => ({ datasetId: await dataset(), title: 'Never', price: PRICE })),
  owner('updateListing',       async () => ({ ...(await listing()), title: 'Never' })),
  owner('publishListing',      listing),
  owner('withdrawListing',     published),
  owner('acquireEntitlement',  async () => ({ listingId: (await offer()).listingId })),
  owner('endEntitlement',      entitlement),
  owner('createApiKey',        async () => ({ name: 'Never', scopes: ['TENANT_READ'] })),
  owner('narrowApiKey',        async () => ({ ...(await apiKey()), scopes: ['TENANT_READ'] })),
  owner('rotateApiKey',        apiKey),
  owner('revokeApiKey',        apiKey),
  owner('handOverApiKey',      async () => ({ ...(await apiKey()), membershipId: nodeId('Membership', scene.admin) })),
  owner('setApiKeyDocumentMode', async () => ({ ...(await apiKey()), documentMode: 'REQUIRE' })),
  owner('registerDocuments',   async () => registration),
  owner('retireDocuments',     appVersion),
  owner('createWebhook',       async () => ({ ...WEBHOOK, name: 'Never' })),
  owner('updateWebhook',       async () => ({ ...(await webhook()), name: 'Never' })),
  owner('rotateWebhookSecret', webhook),
  owner('testWebhook',         webhook),
  owner('redeliverWebhookEvent', async () => ({ ...(await webhook()), eventId: await anyEvent() })),
  owner('deleteWebhook',       webhook),
  ['staffSuspendTenant',       async () => { await scene.act(scene.owner, 'requestOwnershipTransfer', viewer()); return () => scene.staff('staffSuspendTenant', { reason: 'Never' }); }],
];

describe('A1: a change and its event are stored together or not at all', () => {
  test.each(OPERATIONS)('%s: a change whose event cannot be stored is rolled back; the next try stores both', async (what, prepare) => {
    const attempt = await prepare();
    const before = await everything();
    await jam();
    expect((await attempt()).code).toBe('INTERNAL_SERVER_ERROR');
    expect(await everything()).toEqual(before);
    await database.sql('DROP TRIGGER jammed ON audit_event');
    expect((await attempt()).code).toBe(what === 'a wrong code' ? 'CODE_WRONG' : null);
    expect(await everything()).not.toEqual(before);
  });

  test('covers every mutation except those that leave no event themselves', () => {
    const asked = OPERATIONS.map(([name]) => name).filter(name => name !== 'a wrong code');
    const mutations = Object.keys(buildSchema().getMutationType()!.getFields());
    expect(
      mismatches(
        mutations,
        [...asked, 'retrieveObject', 'renewDownloadLink', 'eraseMyself'],
        'OPERATIONS in test/domain/audit/atomic.test.ts',
      ),
    ).toEqual([]);
  });

  test('a refusal whose event cannot be stored is an error, not a refusal', async () => {
    await jam();
    expect((await scene.act(scene.viewer, 'renameTenant', { name: 'X' })).code).toBe('INTERNAL_SERVER_ERROR');
  });

  test('jobs: a due change waits until its event can be stored', async () => {
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
