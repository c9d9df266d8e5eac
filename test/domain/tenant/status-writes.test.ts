import { describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { codeIn } from '../../support/gateway.ts';
import { mismatches } from '../../support/mismatches.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';
import { MARKET_WRITES, stocked } from './status-market.ts';

const life = useTenantFixtures();

const INVITED = 'invited@people.example';

/**
 * A tenant in which each mutation has what it needs: an invitation that was sent, a transfer and a
 * downgrade that wait, and what it trades with.
 */
async function ready() {
  const home = await life.home({ name: 'Acme', plan: 'PROFESSIONAL' });
  const stock = await stocked(life, home);
  await life.database.sql("UPDATE membership SET roles = '{viewer,operator}' WHERE id = $1", [home.viewer.id]);
  const invitation = await life.mutate(home.owner, 'inviteMember', { email: INVITED, roles: ['VIEWER'] }, 'invitation { id }');
  await life.gateway.settle();
  await life.mutate(home.owner, 'changePlan', { plan: 'STARTER' });
  const transfer = await life.mutate(home.owner, 'requestOwnershipTransfer', { membershipId: membership(home, 'admin') }, 'code');
  return {
    home,
    stock,
    invitee: { token: await life.gateway.tokenOf({ subject: `invitee-${home.id}`, email: INVITED, name: 'Ines' }) },
    invitationId: invitation.data.inviteMember.invitation.id as string,
    invitationCode: codeIn(life.gateway.sent.at(-1)!),
    transferCode: transfer.data.requestOwnershipTransfer.code as string,
  };
}

const membership = (home: TenantWithMembers, role: 'admin' | 'viewer') =>
  Buffer.from(`Membership:${home.id}:${home[role].id}`).toString('base64url');

type Ready = Awaited<ReturnType<typeof ready>>;
type Row = [
  mutation: string,
  who: (made: Ready) => Caller,
  input: (made: Ready) => object,
  active: boolean,
  suspended: boolean,
  leaving: boolean,
];

const [yes, no] = [true, false];
const owner = ({ home }: Ready) => home.owner;
const admin = ({ home }: Ready) => home.admin;
const viewer = ({ home }: Ready) => home.viewer;
const invitee = ({ invitee }: Ready) => invitee;

// biome-ignore format: a table is read by its columns
const WRITES: readonly Row[] = [
  // mutation by input active suspended pending deletion
  ['renameTenant',              admin,   () => ({ name: 'Other' }),                                            yes,   no,       no],
  ['setBillingEmail',           admin,   () => ({ email: 'new@bills.example' }),                               yes,   yes,      no],
  ['changePlan',                admin,   () => ({ plan: 'FREE' }),                                             yes,   no,       no],
  ['cancelPlanChange',          admin,   () => ({}),                                                           yes,   no,       no],
  ['setMemberRoles',            owner,   ({ home }) => ({ membershipId: membership(home, 'viewer'), roles: ['OPERATOR'] }), yes, no, no],
  ['removeMember',              owner,   ({ home }) => ({ membershipId: membership(home, 'viewer') }),         yes,   no,       no],
  ['dropRoles',                 viewer,  () => ({ roles: ['OPERATOR'] }),                                      yes,   no,       no],
  ['leaveTenant',               viewer,  () => ({}),                                                           yes,   yes,      no],
  ['inviteMember',              admin,   () => ({ email: 'another@people.example', roles: ['VIEWER'] }),       yes,   no,       no],
  ['revokeInvitation',          admin,   ({ invitationId }) => ({ invitationId }),                             yes,   no,       no],
  ['acceptInvitation',          invitee, ({ invitationCode: code }) => ({ code }),                             yes,   no,       no],
  ['declineInvitation',         invitee, ({ invitationCode: code }) => ({ code }),                             yes,   yes,      yes],
  ['requestOwnershipTransfer',  owner,   ({ home }) => ({ membershipId: membership(home, 'viewer') }),         yes,   no,       no],
  ['confirmOwnershipTransfer',  owner,   ({ transferCode: code }) => ({ code }),                               yes,   no,       no],
  ['cancelOwnershipTransfer',   owner,   () => ({}),                                                           yes,   no,       no],
  ['requestTenantDeletion',     owner,   () => ({ confirmation: 'Acme' }),                                     yes,   yes,      no],
  ['cancelTenantDeletion',      owner,   () => ({}),                                                           no,    no,       yes],
  ...MARKET_WRITES.map(([name, input]): Row => [name, admin, ({ stock }) => input(stock), yes, no, no]),
];

/**
 * What members do in no tenant, and staff in any; what needs bytes in the store, and what the log
 * isn't told of: proven elsewhere, and by the matrix.
 */
const NOT_HERE = [
  ...['createTenant', 'staffArrangeEnterprise', 'staffRenameTenant', 'staffReplaceOwner', 'staffResumeTenant', 'staffSuspendTenant'],
  ...['completeObject', 'retrieveObject', 'renewDownloadLink', 'eraseMyself'],
];

test('the table of this test has every mutation of the schema', () => {
  const all = Object.keys(buildSchema().getMutationType()!.getFields());
  const listed = [...WRITES.map(([name]) => name), ...NOT_HERE];
  expect(mismatches(all, listed, 'MARKET_WRITES in test/domain/tenant/status-market.ts, or WRITES in status-writes.test.ts')).toEqual([]);
});

describe.each([
  ['S1: what members write while the tenant is active', 'active', 3],
  ['S2: what members write while the tenant is suspended', 'suspended', 4],
  ['S3: what members write while the tenant is to be deleted', 'pending_deletion', 5],
] as const)('%s', (_name, status, column) => {
  const rows = (allowed: boolean) =>
    WRITES.filter(row => row[column] === allowed).map(([name, who, input]) => [name, { who, input }] as const);

  /** The tenant's rows without its audit log and the counts of its refusals. */
  const kept = async ({ home }: Ready) => {
    const { audit_event, audit_head, audit_subject, refusal_count, ...rest } = await life.rows({ of: home.id });
    return rest;
  };
  const become = ({ home }: Ready) => (status === 'active' ? undefined : life.make.setStatus(home, status, 'As it was'));

  test.each(rows(yes))('%s works', async (name, { who, input }) => {
    const made = await ready();
    await become(made);
    const before = await kept(made);
    const { errors } = await life.mutate(who(made), name, input(made));
    expect(errors).toEqual([]);
    expect(await kept(made)).not.toEqual(before);
    expect((await life.events(made.home)).at(-1)).toMatchObject({ outcome: 'done', by: 'user' });
  });

  test.each(rows(no))('%s is refused with TENANT_STATUS, changes nothing and leaves an event', async (name, { who, input }) => {
    const made = await ready();
    await become(made);
    const before = await kept(made);
    const { data, errors } = await life.mutate(who(made), name, input(made));
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([
      { path: [name], extensions: { code: 'TENANT_STATUS', because: 'TENANT_STATUS', tenantStatus: status.toUpperCase() } },
    ]);
    expect(await kept(made)).toEqual(before);
    expect((await life.events(made.home)).at(-1)).toMatchObject({ outcome: 'refused', code: 'TENANT_STATUS', by: 'user' });
  });

  test('a member can create another tenant, which does not affect this tenant', async () => {
    const made = await ready();
    await become(made);
    const { person } = made.home.owner;
    const token = await life.gateway.tokenOf(person, { email: person.email, name: person.name });
    const { errors } = await life.mutate({ token }, 'createTenant', { name: 'Elsewhere', slug: `elsewhere-${column}` });
    expect(errors).toEqual([]);
  });
});
