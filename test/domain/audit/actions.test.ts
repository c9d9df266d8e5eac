import { describe, expect, test } from 'vitest';
import { ACTIONS, type Action } from '../../../src/domain/audit/actions.ts';
import { disableWebhook } from '../../../src/domain/webhook/disable.ts';
import { enumName } from '../../access/expectation.ts';
import { useDatabase } from '../../support/database.ts';
import { manifestOf } from '../../support/documents.ts';
import { useGateway } from '../../support/gateway.ts';
import { marketFixtures } from '../../support/market.ts';
import { mismatches } from '../../support/mismatches.ts';
import { announced, rowIn, send, sha256 } from '../../support/provider.ts';
import { listingName } from '../../support/trade.ts';
import { WEBHOOK } from '../../support/webhooks.ts';
import { by, type Event, eventsOf, nodeId, type Scene, STAFF, setScene } from './scene.ts';

const database = useDatabase();
const gateway = useGateway(database);

/**
 * What is expected of the one event, beside its action: when, by default, is now, and nothing was
 * there before or after.
 */
type RefusalPayload = Pick<Event, 'rule' | 'actor' | 'target' | 'request'> &
  Partial<Pick<Event, 'before' | 'after' | 'at'>> & { tenantId?: string };
type Row = (scene: Scene) => Promise<RefusalPayload>;

const [SYSTEM, DANA] = ['system|ipto|IPTO', `staff|${STAFF.subject}|${STAFF.name}`];
const later = (time: { days?: number; minutes?: number }) =>
  new Date(gateway.clock.now().getTime() + ((time.days ?? 0) * 1440 + (time.minutes ?? 0)) * 60_000).toISOString();
const membership = ({ id }: { id: string }) => `Membership:${id}`;
const invitation = ({ id }: { id: string }) => `Invitation:${id}`;
const column = async (name: string, { tenant }: Scene) =>
  (await database.sql<{ value: Date }>(`SELECT ${name} AS value FROM tenant WHERE tenant_id = $1`, [tenant.id]))[0]!.value.toISOString();
const requestTransfer = (scene: Scene) =>
  scene.act(scene.owner, 'requestOwnershipTransfer', { membershipId: nodeId('Membership', scene.admin) });

const SCOPES = ['tenant:read', 'usage:read'];
const HOOK = { name: 'First', url: 'https://hooks.example/first', types: ['tenant.renamed'] };
const makeKey = async ({ act, owner }: Scene): Promise<string> =>
  (await act(owner, 'createApiKey', { name: 'Nightly', scopes: SCOPES.map(enumName) })).data.apiKey.id;
const keyRow = (id: string) => `ApiKey:${Buffer.from(id, 'base64url').toString().split(':')[2]}`;
/** A listing of another tenant's, and the scene's own buyer side switched on. */
async function offered({ make, tenant, stranger }: Scene) {
  const market = marketFixtures(database);
  const provider = await make.tenant(`of-${tenant.slug}`, stranger, { name: 'Provider' });
  await market.setSides(provider, { sells: true });
  await market.setSides(tenant, { buys: true });
  return market.listing(provider, { title: 'Tides', price: '2' });
}

const entitlementOf = async ({ tenant }: Scene) =>
  (await database.sql<{ id: string }>('SELECT id FROM entitlement WHERE tenant_id = $1', [tenant.id]))[0]!.id;

const ROWS: Readonly<Record<Action, Row>> = {
  'tenant.create': async ({ act, stranger }) => {
    const { request, data } = await act(stranger, 'createTenant', { name: 'Founded', slug: 'founded-one', sells: true });
    const { tenantId } = data.membership;
    const after = { name: 'Founded', slug: 'founded-one', sells: true, buys: true };
    return { rule: 'R2', actor: by(stranger), target: `Tenant:${tenantId}`, after, request, tenantId };
  },
  'tenant.rename': async ({ act, admin, target, tenant }) => {
    const { request } = await act(admin, 'renameTenant', { name: 'New name' });
    return { rule: 'S1', actor: by(admin.person), target, before: { name: tenant.name }, after: { name: 'New name' }, request };
  },
  'tenant.set_billing_email': async ({ act, owner, target, tenant }) => {
    const { request } = await act(owner, 'setBillingEmail', { email: 'new@bills.example' });
    const before = { billingEmail: `${tenant.slug}@bills.example` };
    return { rule: 'S2', actor: by(owner.person), target, before, after: { billingEmail: 'new@bills.example' }, request };
  },
  'tenant.suspend': async ({ staff, target }) => {
    const { request } = await staff('staffSuspendTenant', { reason: 'Unpaid bill' });
    const [before, after] = [
      { status: 'active', reason: null },
      { status: 'suspended', reason: 'Unpaid bill' },
    ];
    return { rule: 'S2', actor: DANA, target, before, after, request };
  },
  'tenant.resume': async ({ staff, target }) => {
    await staff('staffSuspendTenant', { reason: 'Unpaid bill' });
    const { request } = await staff('staffResumeTenant');
    const [before, after] = [
      { status: 'suspended', reason: 'Unpaid bill' },
      { status: 'active', reason: null },
    ];
    return { rule: 'S2', actor: DANA, target, before, after, request };
  },
  'tenant.staff_rename': async ({ staff, target, tenant }) => {
    const { request } = await staff('staffRenameTenant', { name: 'By staff' });
    return { rule: 'A3', actor: DANA, target, before: { name: tenant.name }, after: { name: 'By staff' }, request };
  },
  'deletion.request': async ({ act, owner, target, tenant }) => {
    const { request } = await act(owner, 'requestTenantDeletion', { confirmation: tenant.name });
    const after = { status: 'pending_deletion', reason: 'The owner asked for deletion.', deletionDueAt: later({ days: 30 }) };
    return { rule: 'S3', actor: by(owner.person), target, before: { status: 'active', reason: null }, after, request };
  },
  'deletion.cancel': async ({ act, staff, owner, target, tenant }) => {
    await staff('staffSuspendTenant', { reason: 'Unpaid bill' });
    await act(owner, 'requestTenantDeletion', { confirmation: tenant.name });
    const { request } = await act(owner, 'cancelTenantDeletion');
    const before = { status: 'pending_deletion', reason: 'The owner asked for deletion.' };
    return { rule: 'S3', actor: by(owner.person), target, before, after: { status: 'suspended', reason: 'Unpaid bill' }, request };
  },
  'invitation.create': async ({ act, admin, tenant }) => {
    const { request } = await act(admin, 'inviteMember', { email: 'New@People.example', roles: ['VIEWER', 'OPERATOR'] });
    const [row] = await database.sql<{ id: string }>('SELECT id FROM invitation WHERE tenant_id = $1', [tenant.id]);
    const after = { email: 'new@people.example', roles: ['viewer', 'operator'], expiresAt: later({ days: 7 }) };
    return { rule: 'R5', actor: by(admin.person), target: invitation(row!), after, request };
  },
  'invitation.replace': async ({ act, owner, invite, tenant }) => {
    const { id } = await invite('again@people.example');
    const { request } = await act(owner, 'inviteMember', { email: 'again@people.example', roles: ['ADMIN'] });
    const [row] = await database.sql<{ id: string }>('SELECT id FROM invitation WHERE tenant_id = $1', [tenant.id]);
    const after = { email: 'again@people.example', roles: ['admin'], expiresAt: later({ days: 7 }) };
    return { rule: 'R5', actor: by(owner.person), target: invitation(row!), before: { id, roles: ['viewer'] }, after, request };
  },
  'invitation.revoke': async ({ act, owner, invite, tenant }) => {
    const { id } = await invite('revoked@people.example');
    const { request } = await act(owner, 'revokeInvitation', { invitationId: nodeId('Invitation', { tenantId: tenant.id, id }) });
    const before = { email: 'revoked@people.example', roles: ['viewer'] };
    return { rule: 'R5', actor: by(owner.person), target: invitation({ id }), before, request };
  },
  'invitation.accept': async ({ act, stranger, invite, tenant }) => {
    const { id, code } = await invite(stranger.email);
    const { request } = await act(stranger, 'acceptInvitation', { code });
    const [row] = await database.sql<{ id: string }>('SELECT id FROM membership WHERE tenant_id = $1 AND person_id = $2', [
      tenant.id,
      stranger.id,
    ]);
    const after = { email: stranger.email, roles: ['viewer'] };
    return { rule: 'R5', actor: by(stranger), target: membership(row!), before: { invitation: id }, after, request };
  },
  'invitation.decline': async ({ act, stranger, invite }) => {
    const { id, code } = await invite(stranger.email, ['ADMIN']);
    const { request } = await act(stranger, 'declineInvitation', { code });
    return { rule: 'R5', actor: by(stranger), target: invitation({ id }), before: { email: stranger.email, roles: ['admin'] }, request };
  },
  'invitation.end': async ({ act, admin, owner, tenant }) => {
    await act(admin, 'inviteMember', { email: 'ends@people.example', roles: ['VIEWER'] });
    const [row] = await database.sql<{ id: string }>('SELECT id FROM invitation WHERE tenant_id = $1', [tenant.id]);
    const { request } = await act(owner, 'removeMember', { membershipId: nodeId('Membership', admin) });
    const before = { email: 'ends@people.example', roles: ['viewer'] };
    return { rule: 'R5', actor: by(owner.person), target: invitation(row!), before, request };
  },
  'invitation.expire': async ({ invite }) => {
    const { id } = await invite('late@people.example');
    gateway.clock.advance({ days: 7 });
    await gateway.settle();
    const before = { email: 'late@people.example', roles: ['viewer'] };
    return { rule: 'R5', actor: SYSTEM, target: invitation({ id }), before, request: 'job' };
  },
  'member.set_roles': async ({ act, admin, viewer }) => {
    const { request } = await act(admin, 'setMemberRoles', {
      membershipId: nodeId('Membership', viewer),
      roles: ['OPERATOR', 'BUYER_MANAGER'],
    });
    const [before, after] = [{ roles: ['viewer'] }, { roles: ['operator', 'buyer_manager'] }];
    return { rule: 'R4', actor: by(admin.person), target: membership(viewer), before, after, request };
  },
  'member.drop_roles': async ({ act, make, tenant }) => {
    const member = await make.member(tenant, await make.person(`Two Roles ${tenant.slug}`), ['operator', 'viewer']);
    const { request } = await act(member, 'dropRoles', { roles: ['OPERATOR'] });
    const before = { roles: ['operator', 'viewer'] };
    return { rule: 'R4', actor: by(member.person), target: membership(member), before, after: { roles: ['viewer'] }, request };
  },
  'member.remove': async ({ act, admin, viewer }) => {
    const { request } = await act(admin, 'removeMember', { membershipId: nodeId('Membership', viewer) });
    const before = { name: viewer.person.name, roles: ['viewer'] };
    return { rule: 'R4', actor: by(admin.person), target: membership(viewer), before, request };
  },
  'member.leave': async ({ act, viewer }) => {
    const { request } = await act(viewer, 'leaveTenant');
    return { rule: 'R4', actor: by(viewer.person), target: membership(viewer), before: { roles: ['viewer'] }, request };
  },
  'member.erase': async ({ act, viewer }) => {
    await act(viewer.person, 'eraseMyself', { confirmation: viewer.person.email });
    await gateway.settle();
    const actor = expect.stringMatching(new RegExp(`^user\\|${viewer.person.id}\\|Erased person [0-9a-f]{12}$`));
    return { rule: 'R10', actor, target: membership(viewer), before: { roles: ['viewer'] }, request: 'job' };
  },
  'ownership.request': async scene => {
    const { request } = await requestTransfer(scene);
    const after = { name: scene.admin.person.name, expiresAt: later({ minutes: 15 }) };
    return { rule: 'O1', actor: by(scene.owner.person), target: membership(scene.admin), after, request };
  },
  'ownership.confirm': async scene => {
    const { owner, admin } = scene;
    const { data } = await requestTransfer(scene);
    const { request } = await scene.act(owner, 'confirmOwnershipTransfer', { code: data.code });
    const before = { owner: owner.id, roles: { [owner.id]: ['owner'], [admin.id]: ['admin'] } };
    const after = { owner: admin.id, roles: { [owner.id]: ['admin'], [admin.id]: ['owner', 'admin'] } };
    return { rule: 'O2', actor: by(owner.person), target: membership(admin), before, after, request };
  },
  'ownership.cancel': async scene => {
    await requestTransfer(scene);
    const { request } = await scene.act(scene.owner, 'cancelOwnershipTransfer');
    return { rule: 'O3', actor: by(scene.owner.person), target: membership(scene.admin), request };
  },
  'ownership.void': async scene => {
    await requestTransfer(scene);
    const { request } = await scene.staff('staffSuspendTenant', { reason: 'Unpaid bill' });
    return { rule: 'O2', actor: DANA, target: membership(scene.admin), after: { why: 'status changed to suspended' }, request };
  },
  'ownership.expire': async scene => {
    await requestTransfer(scene);
    gateway.clock.advance({ minutes: 15 });
    await gateway.settle();
    return { rule: 'O3', actor: SYSTEM, target: membership(scene.admin), request: 'job' };
  },
  'plan.upgrade': async ({ act, owner, target }) => {
    const { request } = await act(owner, 'changePlan', { plan: 'PROFESSIONAL' });
    return { rule: 'P2', actor: by(owner.person), target, before: { plan: 'STARTER' }, after: { plan: 'PROFESSIONAL' }, request };
  },
  'plan.schedule_downgrade': async scene => {
    const { request } = await scene.act(scene.admin, 'changePlan', { plan: 'FREE' });
    const after = { nextPlan: 'FREE', dueAt: await column('next_plan_due_at', scene) };
    return { rule: 'P2', actor: by(scene.admin.person), target: scene.target, before: { plan: 'STARTER', nextPlan: null }, after, request };
  },
  'plan.cancel_downgrade': async ({ act, owner, target }) => {
    await act(owner, 'changePlan', { plan: 'FREE' });
    const { request } = await act(owner, 'cancelPlanChange');
    return { rule: 'P2', actor: by(owner.person), target, before: { nextPlan: 'FREE' }, after: { nextPlan: null }, request };
  },
  'plan.downgrade': async scene => {
    await scene.act(scene.owner, 'changePlan', { plan: 'FREE' });
    const since = await column('next_plan_due_at', scene);
    gateway.clock.advance({ days: 32 });
    await gateway.settle();
    return { rule: 'P2', actor: SYSTEM, target: scene.target, before: { plan: 'STARTER' }, after: { plan: 'FREE', since }, request: 'job' };
  },
  'plan.change': async ({ act, owner, target }) => {
    const { request } = await act(owner, 'changePlan', { plan: 'ENTERPRISE' });
    return { rule: 'P2', actor: by(owner.person), target, request };
  },
  'entitlement.acquire': async scene => {
    const { id } = await offered(scene);
    const { request } = await scene.act(scene.admin, 'acquireEntitlement', { listingId: listingName(id) });
    const after = { title: 'Tides', provider: 'Provider', price: '2.000000', currency: 'EUR' };
    return { rule: 'M2', actor: by(scene.admin.person), target: `Entitlement:${await entitlementOf(scene)}`, after, request };
  },
  'entitlement.end': async scene => {
    const { id } = await offered(scene);
    await scene.act(scene.admin, 'acquireEntitlement', { listingId: listingName(id) });
    const entitlement = await entitlementOf(scene);
    const name = Buffer.from(`Entitlement:${scene.tenant.id}:${entitlement}`).toString('base64url');
    const { request } = await scene.act(scene.owner, 'endEntitlement', { entitlementId: name });
    const [before, after] = [{ title: 'Tides', provider: 'Provider' }, { endedAt: later({}) }];
    return { rule: 'M2', actor: by(scene.owner.person), target: `Entitlement:${entitlement}`, before, after, request };
  },
  'plan.arrange_enterprise': async ({ staff, target }) => {
    const { request } = await staff('staffArrangeEnterprise', { memberLimit: 250 });
    const caps = { apiKeyLimit: null, datasetLimit: null, webhookLimit: null, monthlyRetrievals: null, costPointsPerMinute: null };
    const after = { plan: 'ENTERPRISE', memberLimit: 250, ...caps };
    return { rule: 'P2', actor: DANA, target, before: { plan: 'STARTER' }, after, request };
  },
  'ownership.replace': async ({ staff, owner, viewer }) => {
    const { request } = await staff('staffReplaceOwner', { membershipId: nodeId('Membership', viewer), reason: 'Left the company' });
    const before = { owner: owner.id, roles: { [owner.id]: ['owner'], [viewer.id]: ['viewer'] } };
    const roles = { [owner.id]: ['admin'], [viewer.id]: ['owner', 'viewer'] };
    return {
      rule: 'R2',
      actor: DANA,
      target: membership(viewer),
      before,
      after: { owner: viewer.id, roles, reason: 'Left the company' },
      request,
    };
  },
  'api_key.create': async ({ act, owner }) => {
    const expiresAt = later({ days: 9 });
    const input = { name: 'Nightly', scopes: SCOPES.map(enumName), expiresAt, costPointsPerMinute: 500 };
    const { request, data } = await act(owner, 'createApiKey', input);
    const after = { name: 'Nightly', scopes: SCOPES, expiresAt, costPointsPerMinute: 500 };
    return { rule: 'K1', actor: by(owner.person), target: keyRow(data.apiKey.id), after, request };
  },
  'api_key.narrow': async scene => {
    const apiKeyId = await makeKey(scene);
    const { request } = await scene.act(scene.admin, 'narrowApiKey', { apiKeyId, scopes: ['USAGE_READ'] });
    const [before, after] = [{ scopes: SCOPES }, { scopes: ['usage:read'] }];
    return { rule: 'K3', actor: by(scene.admin.person), target: keyRow(apiKeyId), before, after, request };
  },
  'api_key.rotate': async scene => {
    const apiKeyId = await makeKey(scene);
    const { request } = await scene.act(scene.owner, 'rotateApiKey', { apiKeyId, overlapMinutes: 60 });
    const after = { earlierSecretUntil: later({ minutes: 60 }) };
    return { rule: 'K1', actor: by(scene.owner.person), target: keyRow(apiKeyId), after, request };
  },
  'api_key.revoke': async scene => {
    const apiKeyId = await makeKey(scene);
    const { request } = await scene.act(scene.owner, 'revokeApiKey', { apiKeyId });
    return { rule: 'K1', actor: by(scene.owner.person), target: keyRow(apiKeyId), before: { name: 'Nightly', scopes: SCOPES }, request };
  },
  'api_key.hand_over': async scene => {
    const { owner, admin } = scene;
    const apiKeyId = await makeKey(scene);
    const { request } = await scene.act(admin, 'handOverApiKey', { apiKeyId, membershipId: nodeId('Membership', admin) });
    const [before, after] = [
      { holder: owner.id, name: owner.person.name },
      { holder: admin.id, name: admin.person.name },
    ];
    return { rule: 'K3', actor: by(admin.person), target: keyRow(apiKeyId), before, after, request };
  },
  'api_key.set_document_mode': async scene => {
    const apiKeyId = await makeKey(scene);
    const { request } = await scene.act(scene.owner, 'setApiKeyDocumentMode', { apiKeyId, documentMode: 'REQUIRE' });
    const [before, after] = [{ documentMode: 'off' }, { documentMode: 'require' }];
    return { rule: 'G9', actor: by(scene.owner.person), target: keyRow(apiKeyId), before, after, request };
  },
  'tenant.set_sides': async ({ act, admin, target }) => {
    const { request } = await act(admin, 'setTenantSides', { sells: true });
    const [before, after] = [
      { sells: false, buys: false },
      { sells: true, buys: false },
    ];
    return { rule: 'M4', actor: by(admin.person), target, before, after, request };
  },
  'dataset.create': async scene => {
    const { request, id } = await makeDataset(scene);
    return { ...seller(scene), target: `Dataset:${id}`, after: { name: 'Rows', description: '' }, request };
  },
  'dataset.update': async scene => {
    const { id, datasetId } = await makeDataset(scene);
    const { request } = await scene.act(scene.admin, 'updateDataset', { datasetId, description: 'Text' });
    const [before, after] = [
      { name: 'Rows', description: '' },
      { name: 'Rows', description: 'Text' },
    ];
    return { ...seller(scene), target: `Dataset:${id}`, before, after, request };
  },
  'dataset.delete': async scene => {
    const { id, datasetId } = await makeDataset(scene);
    await addObject(scene, datasetId);
    const { request } = await scene.act(scene.admin, 'deleteDataset', { datasetId });
    return { ...seller(scene), target: `Dataset:${id}`, before: { name: 'Rows', objects: 1 }, request };
  },
  'document.register': async scene => {
    const { request } = await scene.act(scene.admin, 'registerDocuments', {
      app: 'Web',
      version: '1',
      documents: manifestOf('{ __typename }'),
    });
    const after = { app: 'Web', version: '1', apiKeyId: null, documents: 1 };
    return { rule: 'G9', actor: by(scene.admin.person), target: 'AppVersion:Web 1', after, request };
  },
  'document.retire': async scene => {
    await scene.act(scene.admin, 'registerDocuments', { app: 'Web', version: '1', documents: manifestOf('{ __typename }') });
    const { request } = await scene.act(scene.owner, 'retireDocuments', { app: 'Web', version: '1' });
    const [before, after] = [1, 0].map(documents => ({ app: 'Web', version: '1', documents }));
    return { rule: 'G9', actor: by(scene.owner.person), target: 'AppVersion:Web 1', before, after, request };
  },
  'webhook.create': async scene => {
    const { request, id } = await createWebhook(scene);
    return { rule: 'E2', actor: by(scene.admin.person), target: `Webhook:${id}`, after: HOOK, request };
  },
  'webhook.update': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    const { request } = await scene.act(scene.owner, 'updateWebhook', { webhookId, name: 'Second', status: 'PAUSED' });
    const before = { ...HOOK, status: 'active', membershipId: scene.admin.id };
    return {
      rule: 'E2',
      actor: by(scene.owner.person),
      target: `Webhook:${id}`,
      before,
      after: { ...before, name: 'Second', status: 'paused' },
      request,
    };
  },
  'webhook.rotate_secret': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    const { request } = await scene.act(scene.owner, 'rotateWebhookSecret', { webhookId });
    return {
      rule: 'E2',
      actor: by(scene.owner.person),
      target: `Webhook:${id}`,
      after: { earlierSecretUntil: later({ days: 1 }) },
      request,
    };
  },
  'webhook.test': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    const { request, data } = await scene.act(scene.owner, 'testWebhook', { webhookId });
    return { rule: 'E2', actor: by(scene.owner.person), target: `Webhook:${id}`, after: { delivery: rowIn(data.delivery.id) }, request };
  },
  'webhook.redeliver': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    await database.sql('SELECT crossing_number_events(500)');
    const [event] = await database.sql<{ id: string }>('SELECT id FROM event WHERE tenant_id = $1 LIMIT 1', [scene.tenant.id]);
    const { request, data } = await scene.act(scene.owner, 'redeliverWebhookEvent', { webhookId, eventId: event!.id });
    const after = { event: event!.id, delivery: rowIn(data.delivery.id) };
    return { rule: 'E2', actor: by(scene.owner.person), target: `Webhook:${id}`, after, request };
  },
  'webhook.disable': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    await scene.act(scene.owner, 'testWebhook', { webhookId });
    await disableWebhook(gateway.unit(scene.tenant.id), gateway.clock, id);
    return {
      rule: 'E2',
      actor: SYSTEM,
      target: `Webhook:${id}`,
      before: { name: 'First', status: 'active' },
      after: { status: 'disabled' },
      request: 'job',
    };
  },
  'webhook.delete': async scene => {
    const { webhookId, id } = await createWebhook(scene);
    const { request } = await scene.act(scene.owner, 'deleteWebhook', { webhookId });
    return { rule: 'E2', actor: by(scene.owner.person), target: `Webhook:${id}`, before: HOOK, request };
  },
  'object.add': async scene => {
    const { id: dataset, datasetId } = await makeDataset(scene);
    const { request, id } = await addObject(scene, datasetId);
    const after = { dataset, name: 'rows.csv', size: '4', mediaType: 'text/csv', sha256: sha256('rows') };
    return { ...seller(scene), target: `DataObject:${id}`, after, request };
  },
  'object.complete': async scene => {
    const { request, id } = await storeObject(scene, (await makeDataset(scene)).datasetId);
    return { ...seller(scene), target: `DataObject:${id}`, after: { name: 'rows.csv', storedAt: later({}) }, request };
  },
  'object.remove': async scene => {
    const { id: dataset, datasetId } = await makeDataset(scene);
    const { id, objectId } = await addObject(scene, datasetId);
    const { request } = await scene.act(scene.admin, 'removeObject', { objectId });
    return { ...seller(scene), target: `DataObject:${id}`, before: { dataset, name: 'rows.csv', size: '4', storedAt: null }, request };
  },
  'listing.draft': async scene => {
    const { id: dataset, datasetId } = await makeDataset(scene);
    const { request, id } = await draft(scene, datasetId);
    return { ...seller(scene), target: `Listing:${id}`, after: { dataset, ...TERMS }, request };
  },
  'listing.update': async scene => {
    const { id, listingId } = await draft(scene, (await makeDataset(scene)).datasetId);
    const { request } = await scene.act(scene.admin, 'updateListing', { listingId, price: { amount: '0.10', currency: 'USD' } });
    const after = { ...TERMS, price: '0.1', currency: 'USD' };
    return { ...seller(scene), target: `Listing:${id}`, before: TERMS, after, request };
  },
  'listing.publish': async scene => {
    const { request, id } = await publish(scene);
    return { ...seller(scene), target: `Listing:${id}`, before: { status: 'draft' }, after: { status: 'published' }, request };
  },
  'listing.withdraw': async scene => {
    const { id, listingId } = await publish(scene);
    const { request } = await scene.act(scene.admin, 'withdrawListing', { listingId });
    return { ...seller(scene), target: `Listing:${id}`, before: { status: 'published' }, after: { status: 'withdrawn' }, request };
  },
};

const seller = ({ admin }: Scene) => ({ rule: 'M1', actor: by(admin.person) });
const TERMS = { title: 'Listed', summary: '', tags: ['rows'], price: '2.5', currency: 'EUR' };

async function createWebhook({ act, admin }: Scene) {
  const { request, data } = await act(admin, 'createWebhook', WEBHOOK);
  return { request, webhookId: data.webhook.id, id: rowIn(data.webhook.id) };
}
async function makeDataset({ act, admin }: Scene) {
  const { request, data } = await act(admin, 'createDataset', { name: 'Rows' });
  return { request, datasetId: data.dataset.id, id: rowIn(data.dataset.id) };
}

async function addObject({ act, admin }: Scene, datasetId: string) {
  const { request, data } = await act(admin, 'addObject', { datasetId, ...announced('rows') });
  return { request, objectId: data.object.id, id: rowIn(data.object.id), upload: data.object.upload };
}

async function storeObject(scene: Scene, datasetId: string) {
  const { objectId, id, upload } = await addObject(scene, datasetId);
  await send(upload, 'rows');
  const { request } = await scene.act(scene.admin, 'completeObject', { objectId });
  return { request, id };
}

async function draft({ act, admin }: Scene, datasetId: string) {
  const price = { amount: '2.50', currency: 'EUR' };
  const { request, data } = await act(admin, 'draftListing', { datasetId, title: 'Listed', tags: ['Rows'], price });
  return { request, listingId: data.listing.id, id: rowIn(data.listing.id) };
}

async function publish(scene: Scene) {
  const { datasetId } = await makeDataset(scene);
  await storeObject(scene, datasetId);
  const { listingId, id } = await draft(scene, datasetId);
  await scene.act(scene.admin, 'setTenantSides', { sells: true });
  const { request } = await scene.act(scene.admin, 'publishListing', { listingId });
  return { request, listingId, id };
}

describe('A1: a successful command leaves one event with actor, action, target, before and after, time, origin and rule', () => {
  test.each(Object.keys(ROWS) as Action[])('%s', async action => {
    const scene = await setScene(database, gateway);
    const { tenantId = scene.tenant.id, ...told } = await ROWS[action](scene);
    const events = (await eventsOf(database, tenantId)).filter(event => event.action === action);
    const refused = action === 'plan.change';
    expect(events).toEqual([
      {
        seq: expect.any(Number),
        at: gateway.clock.now().toISOString(),
        action,
        ...(refused
          ? { outcome: 'refused', code: 'PLAN_BY_SALES', target: null, after: {} }
          : { outcome: 'done', code: null, after: null }),
        before: null,
        ...(refused ? { ...told, target: null } : told),
      },
    ]);
  });

  test('every action has a row in the table of this test', () => {
    expect(mismatches(Object.keys(ACTIONS), Object.keys(ROWS), 'ROWS in test/domain/audit/actions.test.ts')).toEqual([]);
  });

  test('the events of a tenant are numbered from 1 without gaps, in the order of the commands', async () => {
    const scene = await setScene(database, gateway);
    await scene.act(scene.owner, 'renameTenant', { name: 'One' });
    await scene.act(scene.viewer, 'renameTenant', { name: 'Two' });
    await requestTransfer(scene);
    await scene.act(scene.admin, 'leaveTenant');
    expect((await scene.events()).map(({ seq, action, outcome }) => `${seq} ${action} ${outcome}`)).toEqual([
      '1 tenant.rename done',
      '2 tenant.rename refused',
      '3 ownership.request done',
      '4 ownership.void done',
      '5 member.leave done',
    ]);
  });
});
