import { beforeEach, describe, expect, test } from 'vitest';
import { ROLES } from '../../../src/access/vocabulary.ts';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
beforeEach(async () => {
  home = await fixtures.home();
});

describe('leaveTenant', () => {
  test.each(ROLES.filter(role => role !== 'owner'))(
    'R4: %s leaves by an explicit call; their other memberships are unchanged',
    async role => {
      const member = await fixtures.join(home, [role]);
      const other = await fixtures.home();
      const there = await fixtures.make.member(other.tenant, member.person, ['viewer']);
      expect(await fixtures.must(member, 'leaveTenant')).toEqual({ leftTenantId: home.tenant.id });
      expect(await fixtures.roles(home)).toEqual({ [home.owner.member.id]: ['owner'] });
      expect((await fixtures.roles(other))[there.id]).toEqual(['viewer']);
      expect(await fixtures.events(home)).toEqual([
        {
          actor: member.person.name,
          action: 'member.leave',
          code: null,
          target: `Membership:${member.member.id}`,
          before: { roles: [role] },
          after: null,
        },
      ]);
      const again = await fixtures.run(member, 'leaveTenant');
      expect([again.status, again.code]).toEqual([403, 'TENANT_NOT_FOUND']);
    },
  );

  test('R4: the owner cannot leave before transferring the ownership', async () => {
    expect(await fixtures.run(home.owner, 'leaveTenant')).toMatchObject({ payload: null, code: 'OWNER_PROTECTED' });
    expect(await fixtures.roles(home)).toEqual({ [home.owner.member.id]: ['owner'] });
    expect(await fixtures.events(home)).toMatchObject([{ action: 'member.leave', code: 'OWNER_PROTECTED' }]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['suspended',        null],
    ['pending_deletion', 'TENANT_STATUS'],
  ] as const)('S2, S3: while the tenant is %s: %s', async (status, code) => {
    const member = await fixtures.join(home, ['viewer']);
    await fixtures.make.setStatus(home.tenant, status);
    expect((await fixtures.run(member, 'leaveTenant')).code).toBe(code);
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(code ? 2 : 1);
    expect((await fixtures.events(home)).map(event => event.code)).toEqual([code]);
  });

  test('a former member can be invited again and has the new roles only', async () => {
    const member = await fixtures.join(home, ['admin']);
    await fixtures.must(member, 'leaveTenant');
    await fixtures.must(home.owner, 'inviteMember', { email: member.person.email, roles: ['VIEWER'] });
    const code = await fixtures.codeFor(member.person.email);
    await fixtures.must({ token: member.token }, 'acceptInvitation', { code });
    expect(Object.values(await fixtures.roles(home))).toEqual([['owner'], ['viewer']]);
  });
});

describe('dropRoles', () => {
  const drop = async (own: readonly (typeof ROLES)[number][], roles: readonly string[]) => {
    const member = await fixtures.join(home, own);
    const outcome = await fixtures.run(member, 'dropRoles', { roles });
    return { ...outcome, member, left: (await fixtures.roles(home))[member.member.id] };
  };

  test('R4: an admin can give up own roles by an explicit call, and the event has the roles before and after', async () => {
    const { payload, errors, left, member } = await drop(['admin', 'viewer', 'operator'], ['ADMIN', 'OPERATOR', 'ADMIN']);
    expect(errors).toEqual([]);
    expect(payload).toEqual({ roles: ['VIEWER'] });
    expect(left).toEqual(['viewer']);
    expect(await fixtures.events(home)).toEqual([
      {
        actor: member.person.name,
        action: 'member.drop_roles',
        code: null,
        target: `Membership:${member.member.id}`,
        before: { roles: ['admin', 'viewer', 'operator'] },
        after: { roles: ['viewer'] },
      },
    ]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['dropping the last role',                ['viewer'] as const,             ['VIEWER'],           'BAD_USER_INPUT'],
    ['dropping all of several roles',         ['viewer', 'operator'] as const, ['VIEWER', 'OPERATOR'], 'BAD_USER_INPUT'],
    ['dropping no role',                      ['viewer', 'operator'] as const, [],                   'BAD_USER_INPUT'],
    ['dropping a role that the member does not have', ['viewer', 'operator'] as const, ['ADMIN'],            'NOT_FOUND'],
    ['dropping a role that they have and a missing role', ['viewer', 'operator'] as const, ['VIEWER', 'ADMIN'],  'NOT_FOUND'],
    ['dropping owner, by an admin',           ['admin', 'operator'] as const,  ['OWNER'],            'NOT_FOUND'],
  ])('R1, R4: %s is refused, and nothing is changed', async (_what, own, roles, code) => {
    const dropped = await drop(own, roles);
    expect(dropped).toMatchObject({ payload: null, code });
    expect(dropped.left).toEqual(own);
  });

  test('R4: the owner stays owner and can give up an additional role', async () => {
    await fixtures.database.sql(`UPDATE membership SET roles = '{owner,viewer}' WHERE id = $1`, [home.owner.member.id]);
    for (const roles of [['OWNER'], ['OWNER', 'VIEWER']])
      expect(await fixtures.run(home.owner, 'dropRoles', { roles })).toMatchObject({ payload: null, code: 'OWNER_PROTECTED' });
    expect(await fixtures.must(home.owner, 'dropRoles', { roles: ['VIEWER'] })).toEqual({ roles: ['OWNER'] });
  });

  test.each(['suspended', 'pending_deletion'] as const)('S2, S3: refused while %s', async status => {
    const member = await fixtures.join(home, ['admin', 'viewer']);
    await fixtures.make.setStatus(home.tenant, status);
    expect(await fixtures.run(member, 'dropRoles', { roles: ['VIEWER'] })).toMatchObject({ payload: null, code: 'TENANT_STATUS' });
    expect((await fixtures.roles(home))[member.member.id]).toEqual(['admin', 'viewer']);
  });
});
