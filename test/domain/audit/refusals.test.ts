import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { by, eventsOf, nodeId, type Scene, STAFF, setScene } from './scene.ts';

const database = useDatabase();
const gateway = useGateway(database);
let scene: Scene;
beforeEach(async () => {
  scene = await setScene(database, gateway);
});

type Sent = { readonly request: string; readonly code: unknown };
type Refused = { action: string; rule: string; code: string; actor?: () => string; after: object };

const member = (of: { id: string; tenantId: string }) => ({ membershipId: nodeId('Membership', of) });
const suspend = () => scene.staff('staffSuspendTenant', { reason: 'Unpaid bill' });
const admin = () => by(scene.admin.person);
const owner = () => by(scene.owner.person);
const stranger = () => by(scene.stranger);
const dana = () => `staff|${STAFF.subject}|${STAFF.name}`;
const role = (permission: string) => ({ permission, because: 'ROLE' });
const status = (permission: string) => ({ permission, because: 'TENANT_STATUS' });
const wrong = 'AAAA-AAAA-AAAA';

// biome-ignore format: a table is read by its columns
const CASES: readonly (readonly [string, () => Promise<Sent>, Refused])[] = [
  ['a role without the permission',    () => scene.act(scene.viewer, 'renameTenant', { name: 'X' }),                    { action: 'tenant.rename', rule: 'S1', code: 'FORBIDDEN', actor: () => by(scene.viewer.person), after: role('tenant:rename') }],
  ['an admin requests deletion',       () => scene.act(scene.admin, 'requestTenantDeletion', { confirmation: 'X' }),    { action: 'deletion.request', rule: 'S3', code: 'FORBIDDEN', actor: admin, after: role('deletion:request') }],
  ['an admin transfers ownership',     () => scene.act(scene.admin, 'requestOwnershipTransfer', member(scene.viewer)),  { action: 'ownership.request', rule: 'O1', code: 'FORBIDDEN', actor: admin, after: role('ownership:transfer') }],
  ['a status that forbids writes',     async () => { await suspend(); return scene.act(scene.owner, 'renameTenant', { name: 'X' }); }, { action: 'tenant.rename', rule: 'S1', code: 'TENANT_STATUS', actor: owner, after: status('tenant:rename') }],
  ['no deletion to cancel',            () => scene.act(scene.owner, 'cancelTenantDeletion'),                            { action: 'deletion.cancel', rule: 'S3', code: 'TENANT_STATUS', actor: owner, after: status('deletion:cancel') }],
  ['a wrong confirmation',             () => scene.act(scene.owner, 'requestTenantDeletion', { confirmation: 'Other' }), { action: 'deletion.request', rule: 'S3', code: 'CONFIRMATION_MISMATCH', actor: owner, after: {} }],
  ['the owner is protected: roles',    () => scene.act(scene.admin, 'setMemberRoles', { ...member(scene.owner), roles: ['VIEWER'] }), { action: 'member.set_roles', rule: 'R4', code: 'OWNER_PROTECTED', actor: admin, after: {} }],
  ['the owner is protected: removal',  () => scene.act(scene.admin, 'removeMember', member(scene.owner)),               { action: 'member.remove', rule: 'R4', code: 'OWNER_PROTECTED', actor: admin, after: {} }],
  ['the owner is protected: leaving',  () => scene.act(scene.owner, 'leaveTenant'),                                     { action: 'member.leave', rule: 'R4', code: 'OWNER_PROTECTED', actor: owner, after: {} }],
  ['the owner is protected: dropping', () => scene.act(scene.owner, 'dropRoles', { roles: ['OWNER'] }),                 { action: 'member.drop_roles', rule: 'R4', code: 'OWNER_PROTECTED', actor: owner, after: {} }],
  ['removing oneself',                 () => scene.act(scene.admin, 'removeMember', member(scene.admin)),               { action: 'member.remove', rule: 'R4', code: 'OWN_MEMBERSHIP', actor: admin, after: {} }],
  ['a role that nobody grants',        () => scene.act(scene.admin, 'setMemberRoles', { ...member(scene.viewer), roles: ['OWNER'] }), { action: 'member.set_roles', rule: 'R4', code: 'ROLE_NOT_GRANTABLE', actor: admin, after: { roles: ['OWNER'] } }],
  ['inviting to that role',            () => scene.act(scene.admin, 'inviteMember', { email: 'x@y.example', roles: ['OWNER'] }), { action: 'invitation.create', rule: 'R5', code: 'ROLE_NOT_GRANTABLE', actor: admin, after: { roles: ['OWNER'] } }],
  ['inviting a current member',        () => scene.act(scene.admin, 'inviteMember', { email: scene.viewer.person.email, roles: ['ADMIN'] }), { action: 'invitation.create', rule: 'R5', code: 'ALREADY_MEMBER', actor: admin, after: {} }],
  ['an absent invitation',             () => scene.act(scene.owner, 'revokeInvitation', { invitationId: nodeId('Invitation', { tenantId: scene.tenant.id, id: scene.owner.id }) }), { action: 'invitation.revoke', rule: 'R5', code: 'NOT_FOUND', actor: owner, after: {} }],
  ['an absent member',                 () => scene.act(scene.owner, 'removeMember', member({ ...scene.owner, id: scene.tenant.id })), { action: 'member.remove', rule: 'R4', code: 'NOT_FOUND', actor: owner, after: {} }],
  ['dropping a missing role',          () => scene.act(scene.viewer, 'dropRoles', { roles: ['ADMIN'] }),                { action: 'member.drop_roles', rule: 'R4', code: 'NOT_FOUND', actor: () => by(scene.viewer.person), after: { roles: ['ADMIN'] } }],
  ['a transfer to oneself',            () => scene.act(scene.owner, 'requestOwnershipTransfer', member(scene.owner)),   { action: 'ownership.request', rule: 'O1', code: 'OWN_MEMBERSHIP', actor: owner, after: {} }],
  ['no transfer to confirm',           () => scene.act(scene.owner, 'confirmOwnershipTransfer', { code: wrong }),       { action: 'ownership.confirm', rule: 'O2', code: 'TRANSFER_INVALID', actor: owner, after: {} }],
  ['no transfer to cancel',            () => scene.act(scene.owner, 'cancelOwnershipTransfer'),                         { action: 'ownership.cancel', rule: 'O3', code: 'TRANSFER_INVALID', actor: owner, after: {} }],
  ['a wrong code',                     async () => { await scene.act(scene.owner, 'requestOwnershipTransfer', member(scene.admin)); return scene.act(scene.owner, 'confirmOwnershipTransfer', { code: wrong }); }, { action: 'ownership.confirm', rule: 'O2', code: 'CODE_WRONG', actor: owner, after: { triesLeft: 4 } }],
  ['the current plan',                 () => scene.act(scene.owner, 'changePlan', { plan: 'STARTER' }),                 { action: 'plan.change', rule: 'P2', code: 'CONFLICT', actor: owner, after: { plan: 'STARTER' } }],
  ['a plan sold by sales only',        () => scene.act(scene.owner, 'changePlan', { plan: 'ENTERPRISE' }),              { action: 'plan.change', rule: 'P2', code: 'PLAN_BY_SALES', actor: owner, after: {} }],
  ['no downgrade to cancel',           () => scene.act(scene.owner, 'cancelPlanChange'),                                { action: 'plan.cancel_downgrade', rule: 'P2', code: 'CONFLICT', actor: owner, after: {} }],
  ['staff resume an active tenant', () => scene.staff('staffResumeTenant'),                                          { action: 'tenant.resume', rule: 'S2', code: 'TENANT_STATUS', actor: dana, after: status('staff:resume') }],
  ['staff suspend twice',              async () => { await suspend(); return suspend(); },                              { action: 'tenant.suspend', rule: 'S2', code: 'TENANT_STATUS', actor: dana, after: status('staff:suspend') }],
  ['accepting with another address', async () => { const { code } = await scene.invite('else@people.example'); return scene.act(scene.stranger, 'acceptInvitation', { code }); }, { action: 'invitation.accept', rule: 'R5', code: 'INVITATION_FOR_ANOTHER', actor: stranger, after: {} }],
  ['accepting while suspended', async () => { const { code } = await scene.invite(scene.stranger.email); await suspend(); return scene.act(scene.stranger, 'acceptInvitation', { code }); }, { action: 'invitation.accept', rule: 'R5', code: 'TENANT_STATUS', actor: stranger, after: status('invitation:accept') }],
  ['declining with another address',   async () => { const { code } = await scene.invite('else@people.example'); return scene.act(scene.stranger, 'declineInvitation', { code }); }, { action: 'invitation.decline', rule: 'R5', code: 'INVITATION_FOR_ANOTHER', actor: stranger, after: {} }],
];

describe('A1: a refused command leaves an event with the reason', () => {
  test.each(CASES)('%s', async (_what, provoke, { actor = owner, ...refused }) => {
    const { request, code } = await provoke();
    expect(code).toBe(refused.code);
    expect((await scene.events()).filter(event => event.request === request)).toEqual([
      {
        seq: expect.any(Number),
        at: gateway.clock.now().toISOString(),
        outcome: 'refused',
        target: null,
        before: null,
        request,
        actor: actor(),
        ...refused,
      },
    ]);
  });

  test('P3: the plan’s cap', async () => {
    const full = await setScene(database, gateway, 'FREE');
    const { request, code } = await full.act(full.owner, 'inviteMember', { email: 'one@people.example', roles: ['VIEWER'] });
    expect(code).toBe('LIMIT_REACHED');
    expect((await full.events()).filter(event => event.request === request)).toMatchObject([
      { action: 'invitation.create', outcome: 'refused', code: 'LIMIT_REACHED', after: { limit: 3, used: 4 } },
    ]);
  });

  test('several refusals in one request leave one event each', async () => {
    const token = await scene.tokenOf(scene.viewer);
    const query =
      'mutation { a: renameTenant(input: { name: "A" }) { __typename } b: changePlan(input: { plan: FREE }) { __typename } leaveTenant { __typename } }';
    await gateway.ask(query, { token, headers: { 'x-request-id': 'several' } });
    expect((await scene.events()).map(({ action, outcome, request }) => [action, outcome, request])).toEqual([
      ['tenant.rename', 'refused', 'several'],
      ['plan.change', 'refused', 'several'],
      ['member.leave', 'done', 'several'],
    ]);
  });
});

describe("T9: a caller who is not a member leaves no event in the tenant's log", () => {
  const untouched = async (sent: Promise<Sent>, code: string) => {
    expect((await sent).code).toBe(code);
    expect(await scene.events()).toEqual([]);
  };

  test.each([
    ['renameTenant', { name: 'X' }],
    ['leaveTenant', null],
    ['changePlan', { plan: 'FREE' }],
  ] as const)('a non-member who names the tenant: %s', async (name, input) => {
    const sent = await scene.act(scene.stranger, name, input, { tenant: scene.tenant.id });
    expect(sent.code).toBe('TENANT_NOT_FOUND');
    expect(await scene.events()).toEqual([]);
  });

  test("a member of another tenant who names its rows: the event is in the log of the caller's tenant", async () => {
    const other = await setScene(database, gateway);
    await untouched(other.act(other.owner, 'removeMember', member(scene.viewer)), 'NOT_FOUND');
    expect(await other.events()).toMatchObject([{ action: 'member.remove', outcome: 'refused', code: 'NOT_FOUND', target: null }]);
    expect(JSON.stringify(await other.events())).not.toContain(scene.viewer.id);
  });

  test('a non-member who calls a staff mutation', () =>
    untouched(scene.act(scene.stranger, 'staffSuspendTenant', { tenantId: scene.tenant.id, reason: 'X' }), 'FORBIDDEN'));

  test('an anonymous caller', async () => {
    await gateway.ask('mutation { renameTenant(input: { name: "X" }) { __typename } }', {});
    expect(await scene.events()).toEqual([]);
  });

  test('a guessed code', async () => {
    const { id, code } = await scene.invite(scene.stranger.email);
    const before = await eventsOf(database, scene.tenant.id);
    const guessed = code.slice(0, -2) + (code.endsWith('AA') ? 'BA' : 'AA');
    for (const name of ['acceptInvitation', 'declineInvitation'])
      expect((await scene.act(scene.stranger, name, { code: guessed })).code).toBe('INVITATION_INVALID');
    expect(id).not.toBe('');
    expect(await eventsOf(database, scene.tenant.id)).toEqual(before);
  });

  test('invalid input leaves no event', () => untouched(scene.act(scene.owner, 'renameTenant', { name: ' ' }), 'BAD_USER_INPUT'));
});
