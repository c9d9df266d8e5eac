import { describe, expect, test } from 'vitest';
import { codeIn } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { type Caller, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

let tenants = 0;
/** A tenant of its own on Free, which has three places, with as many members. */
async function small(members: number, plan: 'FREE' | 'STARTER' = 'FREE') {
  tenants += 1;
  const tenant = await fixtures.make.tenant(`small-${tenants}`, await fixtures.make.person(`Small ${tenants}`), { plan });
  const others = [];
  for (let i = 1; i < members; i += 1)
    others.push(await fixtures.make.member(tenant, await fixtures.make.person(`Small ${tenants} ${i}`), ['viewer']));
  return { ...tenant, others };
}

let addresses = 0;
const address = () => `guest-${++addresses}@people.example`;
const invite = (owner: Caller, email = address()) =>
  fixtures.mutate(owner, 'inviteMember', { email, roles: ['VIEWER'] }, 'invitation { id }');
const use = async (owner: Caller) => (await fixtures.query(owner, '{ tenant { memberUse { limit used over } memberCount } }')).data.tenant;
const guest = async (email: string): Promise<Caller> => ({ token: await fixtures.gateway.tokenOf({ subject: email, email, name: email }) });

/** An invitation that is in its person's hands. */
async function invited(owner: Caller) {
  const email = address();
  expect((await invite(owner, email)).errors).toEqual([]);
  await fixtures.gateway.settle();
  const code = codeIn(fixtures.gateway.sent.filter(({ to }) => to === email).at(-1)!);
  return { email, accept: async () => fixtures.mutate(await guest(email), 'acceptInvitation', { code }, 'membership { roles }') };
}

const full = (limit: number, used: number) => [
  { message: `The plan allows ${limit} members; ${used} are in use.`, extensions: { code: 'LIMIT_REACHED', limit, used } },
];

describe('the cap on members', () => {
  test('P3: open invitations count; at the cap inviting is LIMIT_REACHED and leaves an event', async () => {
    const { owner, ...tenant } = await small(1);
    expect((await invite(owner)).errors).toEqual([]);
    expect((await invite(owner)).errors).toEqual([]);
    expect(await use(owner)).toEqual({ memberUse: { limit: 3, used: 3, over: 0 }, memberCount: 1 });
    const { data, errors } = await invite(owner);
    expect(data).toEqual({ inviteMember: null });
    expect(errors).toMatchObject(full(3, 3));
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      ...{ action: 'invitation.create', outcome: 'refused', code: 'LIMIT_REACHED' },
      after: { limit: 3, used: 3 },
    });
  });

  test('P3: replacing an invitation takes no second place', async () => {
    const { owner } = await small(2);
    const email = address();
    expect((await invite(owner, email)).errors).toEqual([]);
    expect((await invite(owner, email.toUpperCase())).errors).toEqual([]);
    expect((await use(owner)).memberUse).toEqual({ limit: 3, used: 3, over: 0 });
  });

  test('P3: a revoked, declined or expired invitation frees its place', async () => {
    const { owner } = await small(2);
    const first = await invite(owner);
    const { id: invitationId } = first.data.inviteMember.invitation;
    expect((await fixtures.mutate(owner, 'revokeInvitation', { invitationId })).errors).toEqual([]);
    expect((await invite(owner)).errors).toEqual([]);
    expect((await invite(owner)).errors).toMatchObject(full(3, 3));
    fixtures.gateway.clock.advance({ days: 7 });
    expect((await use(owner)).memberUse).toEqual({ limit: 3, used: 2, over: 0 });
    expect((await invite(owner)).errors).toEqual([]);
  });

  test("P3: accepting takes no place besides the invitation's", async () => {
    const { owner } = await small(2);
    const last = await invited(owner);
    expect((await last.accept()).errors).toEqual([]);
    expect(await use(owner)).toEqual({ memberUse: { limit: 3, used: 3, over: 0 }, memberCount: 3 });
  });

  test('P3: of many concurrent invitations for the last two places, two are created', async () => {
    const { owner } = await small(1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => invite(owner)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(2);
    for (const { errors } of answers.filter(({ errors }) => errors.length)) expect(errors).toMatchObject(full(3, 3));
  });

  test('P3: of many concurrent acceptances for the last two places, two become members', async () => {
    const { owner, ...tenant } = await small(1, 'STARTER');
    const guests = [];
    for (let i = 0; i < 6; i += 1) guests.push(await invited(owner));
    await fixtures.database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = $1", [tenant.id]);
    const answers = await Promise.all(guests.map(({ accept }) => accept()));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(2);
    for (const { errors } of answers.filter(({ errors }) => errors.length)) expect(errors).toMatchObject(full(3, 3));
    expect((await use(owner)).memberCount).toBe(3);
  });

  test('P4: a downgrade below the use removes no member; additions are refused until the use is below the cap', async () => {
    const { owner, others, ...tenant } = await small(4, 'STARTER');
    const waiting = await invited(owner);
    await fixtures.mutate(owner, 'changePlan', { plan: 'FREE' });
    fixtures.gateway.clock.advance({ days: 6 }); // the invitation is good for seven
    await fixtures.database.sql('UPDATE tenant SET next_plan_due_at = $2 WHERE tenant_id = $1', [tenant.id, fixtures.gateway.clock.now()]);
    await fixtures.gateway.settle();
    expect(await use(owner)).toEqual({ memberUse: { limit: 3, used: 5, over: 2 }, memberCount: 4 });
    for (const member of [owner, ...others]) expect((await fixtures.query(member, '{ tenant { name } }')).errors).toEqual([]);
    expect((await invite(owner)).errors).toMatchObject(full(3, 5));
    expect((await waiting.accept()).errors).toMatchObject(full(3, 4));
    await fixtures.mutate(others[0]!, 'leaveTenant');
    expect((await waiting.accept()).errors).toMatchObject(full(3, 3));
    await fixtures.mutate(others[1]!, 'leaveTenant');
    expect(await use(owner)).toEqual({ memberUse: { limit: 3, used: 3, over: 0 }, memberCount: 2 });
    expect((await invite(owner)).errors).toMatchObject(full(3, 3));
    expect((await waiting.accept()).errors).toEqual([]);
    expect(await use(owner)).toEqual({ memberUse: { limit: 3, used: 3, over: 0 }, memberCount: 3 });
  });

  test('P2: the cap of a downgrade applies from its due day, even if no job has run', async () => {
    const { owner, ...tenant } = await small(3, 'STARTER');
    await fixtures.mutate(owner, 'changePlan', { plan: 'FREE' });
    await fixtures.database.sql('UPDATE tenant SET next_plan_due_at = $2 WHERE tenant_id = $1', [tenant.id, fixtures.gateway.clock.now()]);
    expect((await invite(owner)).errors).toMatchObject(full(3, 3));
  });

  test('P1: a cap of null is unlimited', async () => {
    const { owner, ...tenant } = await small(3);
    expect((await invite(owner)).errors).toMatchObject(full(3, 3));
    await fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: tenant.id });
    expect(await use(owner)).toEqual({ memberUse: { limit: null, used: 3, over: 0 }, memberCount: 3 });
    for (let i = 0; i < 5; i += 1) expect((await invite(owner)).errors).toEqual([]);
    expect((await use(owner)).memberUse).toEqual({ limit: null, used: 8, over: 0 });
  });

  test("P2: a contract's own cap applies, and a cap below the use removes no member", async () => {
    const { owner, ...tenant } = await small(3);
    await fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: tenant.id, memberLimit: 4 });
    expect((await invite(owner)).errors).toEqual([]);
    expect((await invite(owner)).errors).toMatchObject(full(4, 4));
    await fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: tenant.id, memberLimit: 1 });
    expect(await use(owner)).toEqual({ memberUse: { limit: 1, used: 4, over: 3 }, memberCount: 3 });
  });
});
