import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantStatus } from '../../../src/access/vocabulary.ts';
import { globalId } from '../../support/tenant-actors.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
let staff: Caller;
let home: TenantWithMembers;
beforeEach(async () => {
  staff = await life.staff();
  home = await life.home({ name: 'Acme' });
});

const idOf = ({ tenantId, id }: { tenantId: string; id: string }) => globalId('Membership', tenantId, id);
const replace = (membershipId = idOf(home.viewer), reason = 'The owner died') =>
  life.mutate(staff, 'staffReplaceOwner', { tenantId: home.id, membershipId, reason }, 'tenant { tenantId }');
const owners = async () =>
  (
    await life.database.sql<{ person: string }>("SELECT person_id AS person FROM membership WHERE tenant_id = $1 AND roles @> '{owner}'", [
      home.id,
    ])
  ).map(({ person }) => person);
const rolesOf = async (person: string) =>
  (await life.database.sql('SELECT roles FROM membership WHERE tenant_id = $1 AND person_id = $2', [home.id, person]))[0]!.roles;

describe('staffReplaceOwner', () => {
  test.each<TenantStatus>(['active', 'suspended', 'pending_deletion'])(
    'R2: makes a member the owner while the tenant is %s, with an event and a message to owner and admins',
    async status => {
      await life.make.setStatus(home, status);
      const before = life.gateway.sent.length;
      const { errors } = await replace(idOf(home.viewer), 'Lost: https://evil.example');
      expect(errors).toEqual([]);
      expect(await owners()).toEqual([home.viewer.person.id]);
      expect(await rolesOf(home.owner.person.id)).toEqual(['admin']);
      await life.gateway.settle();
      await life.gateway.settle();
      const sent = life.gateway.sent.slice(before);
      const informed = [home.owner, home.admin, home.viewer].map(({ person }) => person.email.toLowerCase());
      expect(sent.map(({ to }) => to).sort()).toEqual(informed.sort());
      for (const { subject, text, html } of sent) {
        expect(subject).toContain('“Acme”');
        for (const part of [text, html]) {
          expect(part).toContain(home.viewer.person.name);
          expect(part).toContain('https[:]//evil[.]example');
          expect(part).not.toContain('https://evil.example');
        }
      }
      expect((await life.events(home)).at(-1)).toMatchObject({ action: 'ownership.replace', outcome: 'done', name: 'Dana' });
    },
  );

  test('O2: voids a pending transfer, with an event', async () => {
    await life.mutate(home.owner, 'requestOwnershipTransfer', { membershipId: idOf(home.admin) }, 'code');
    await replace();
    expect((await life.events(home)).map(({ action }) => action)).toEqual(['ownership.request', 'ownership.void', 'ownership.replace']);
    expect(await life.database.sql('SELECT FROM ownership_transfer WHERE tenant_id = $1', [home.id])).toEqual([]);
  });

  test('R2: two replacements at once leave exactly one owner', async () => {
    await Promise.all([replace(), replace(idOf(home.admin))]);
    expect(await owners()).toHaveLength(1);
  });

  test('the owner, members of other tenants, missing members and an empty reason are refused', async () => {
    const other = await life.home();
    const codes = [];
    for (const id of [idOf(home.owner), idOf(other.viewer)]) codes.push((await replace(id)).errors[0]?.extensions.code);
    codes.push((await replace(idOf(home.viewer), ' ')).errors[0]?.extensions.code);
    expect(codes).toEqual(['CONFLICT', 'NOT_FOUND', 'BAD_USER_INPUT']);
    expect(await owners()).toEqual([home.owner.person.id]);
  });

  test('a deleted tenant and a caller who is no staff are refused', async () => {
    const { errors } = await life.mutate(home.owner, 'staffReplaceOwner', {
      ...{ tenantId: home.id, membershipId: idOf(home.viewer), reason: 'Mine' },
    });
    expect(errors[0]!.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'staff:replace-owner' });
    await life.make.setStatus(home, 'deleted');
    expect((await replace()).errors[0]!.extensions).toMatchObject({ code: 'TENANT_STATUS' });
  });
});
