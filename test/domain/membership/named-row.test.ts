import { expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { globalId, useTenantActors, type Verb } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
const home = useResource(() => fixtures.home());

// biome-ignore format: a table is read by its columns
test.each<[Verb, string, string, object]>([
  ['removeMember',             'membershipId', 'Invitation', {}],
  ['setMemberRoles',           'membershipId', 'AuditEvent', { roles: ['VIEWER'] }],
  ['requestOwnershipTransfer', 'membershipId', 'Invitation', {}],
  ['revokeInvitation',         'invitationId', 'Membership', {}],
])('%s: an id of another type and a malformed id are BAD_USER_INPUT, not an internal error', async (verb, field, type, rest) => {
  const other = globalId(type, home.tenant.id, home.owner.member.id);
  for (const id of [other, Buffer.from(`User:${home.owner.person.id}`).toString('base64url'), home.owner.member.id, ''])
    expect(await fixtures.run(home.owner, verb, { [field]: id, ...rest })).toMatchObject({ payload: null, code: 'BAD_USER_INPUT' });
  expect(await fixtures.roles(home)).toEqual({ [home.owner.member.id]: ['owner'] });
  expect(await fixtures.events(home)).toEqual([]);
});
