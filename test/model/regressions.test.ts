import { describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { codeIn, useGateway } from '../support/gateway.ts';

/** What random sequences have found, in the shortest way to it. */
const database = useDatabase();
// The model knows no limit of messages: it invites the same few people again and again.
const NO_LIMITS = { recipient: 1_000_000, person: 1_000_000, tenant: 1_000_000 };
const gateway = useGateway(database, { settings: { messageLimits: NO_LIMITS } });

const CREATE = 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { membership { tenantId slug name roles joinedAt } } }';
const ACCEPT =
  'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { membership { tenantId slug roles joinedAt } } }';
const INVITE = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { email } } }';
const idempotencyKey = 'the-same-key-again';

const tokenOf = (name: string) => gateway.tokenOf({ subject: name, name, email: `${name}@people.example` });

describe('G6: a retry of the command that created the tenant or membership in which the caller now acts', () => {
  test('a sign-up returns the same response', async () => {
    const options = { token: await tokenOf('rita'), variables: { input: { name: 'Retried', idempotencyKey } } };
    const first = await gateway.ask(CREATE, options);
    expect(first.data.createTenant.membership).toMatchObject({ slug: 'retried', roles: ['OWNER'] });
    const again = await gateway.ask(CREATE, options);
    expect(again.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(await database.sql("SELECT FROM tenant WHERE slug = 'retried'")).toHaveLength(1);
  });

  test('an acceptance returns the same response', async () => {
    const owner = await fixtures(database).person('Olga');
    const tenant = await fixtures(database).tenant('accepting', owner);
    const invite = { input: { email: 'abel@people.example', roles: ['VIEWER'] } };
    await gateway.ask(INVITE, { token: await gateway.tokenOf(owner), variables: invite });
    await gateway.settle();
    const code = codeIn(gateway.sent.at(-1)!);
    const options = { token: await tokenOf('abel'), variables: { input: { code, idempotencyKey } } };
    const first = await gateway.ask(ACCEPT, options);
    expect(first.data.acceptInvitation.membership).toMatchObject({ tenantId: tenant.id, slug: 'accepting', roles: ['VIEWER'] });
    const again = await gateway.ask(ACCEPT, options);
    expect(again.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
  });
});

test('T1: a member who is refused a further tenant does not affect the current tenant', async () => {
  const make = fixtures(database);
  const [owner, member] = [await make.person('Employer'), await make.person('Employee')];
  const tenant = await make.tenant('employer', owner);
  await make.member(tenant, member, ['viewer']);
  const { errors } = await gateway.ask(CREATE, {
    token: await gateway.tokenOf({ ...member }),
    tenant: tenant.id,
    variables: { input: { name: 'My own', slug: 'employer' } },
  });
  expect(errors).toMatchObject([{ path: ['createTenant'], extensions: { code: 'CONFLICT', field: 'slug' } }]);
  expect(await database.sql('SELECT action, code FROM audit_event WHERE tenant_id = $1', [tenant.id])).toEqual([]);
});
