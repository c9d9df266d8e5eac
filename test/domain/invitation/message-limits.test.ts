import { beforeEach, describe, expect, test } from 'vitest';
import { SETTINGS } from '../../../src/domain/core/services.ts';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const life = useTenantActors({ settings: { messageLimits: SETTINGS.messageLimits } });
let home: TenantWithMembers;
beforeEach(async () => {
  home = await life.home();
});

const invite = (email: string, who = home.owner) => life.run(who, 'inviteMember', { email, roles: ['VIEWER'] });
/** Events of invitations that were sent before, by a person. */
const sent = (count: number, { by, email = "'p' || n || '@people.example'" }: { by: string; email?: string }) =>
  life.database.sql(
    `SELECT set_config('app.tenant_id', '${home.tenant.id}', true);
     INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, state_after, request_id)
     SELECT '${home.tenant.id}', gen_random_uuid(), '${life.gateway.clock.now().toISOString()}', 'user', '${by}', 'X', 'invitation.create', 'done', 'R5',
       jsonb_build_object('email', ${email}), 'r' FROM generate_series(1, ${count}) n`,
  );

describe('R5: messages are limited in 24 hours', () => {
  test('to one recipient: replacing and revoking do not reset the count, and the error says when to retry', async () => {
    const first = life.gateway.clock.now();
    for (let n = 0; n < 10; n += 1) {
      const { payload } = await invite('Same@people.example');
      if (n % 2) await life.must(home.owner, 'revokeInvitation', { invitationId: payload.invitation.id });
      life.gateway.clock.advance({ minutes: 1 });
    }
    const { code, errors } = await invite('same@people.example');
    expect(code).toBe('LIMIT_REACHED');
    expect(errors[0]!.extensions).toMatchObject({ limit: 10, used: 10, retryAt: new Date(first.getTime() + 86_400_000).toISOString() });
    expect((await invite('other@people.example')).code).toBeNull();
    life.gateway.clock.advance({ days: 1 });
    expect((await invite('same@people.example')).code).toBeNull();
  });

  test('by one inviter, whatever the addresses', async () => {
    await sent(200, { by: home.owner.person.id });
    expect(await invite('new@people.example')).toMatchObject({ code: 'LIMIT_REACHED', errors: [{ extensions: { limit: 200 } }] });
    const admin = await life.join(home, ['admin']);
    expect((await invite('new@people.example', admin)).code).toBeNull();
  });

  test('by one tenant, for all inviters', async () => {
    await sent(500, { by: 'somebody else' });
    expect(await invite('new@people.example')).toMatchObject({ code: 'LIMIT_REACHED', errors: [{ extensions: { limit: 500 } }] });
    expect((await life.run((await life.home()).owner, 'inviteMember', { email: 'new@people.example', roles: ['VIEWER'] })).code).toBeNull();
  });

  test('to one recipient from several tenants: exactly the limit, also at once', async () => {
    const homes = [];
    for (let n = 0; n < 4; n += 1) homes.push(await life.home());
    const codes = await Promise.all(homes.flatMap(({ owner }) => [1, 2, 3, 4].map(() => invite('shared@people.example', owner))));
    expect(codes.filter(({ code }) => code === null)).toHaveLength(10);
    expect(codes.filter(({ code }) => code === 'LIMIT_REACHED')).toHaveLength(6);
  });

  test('T4: a refused tenant learns that the address can get no more, and nothing of who wrote to it, when, or how often', async () => {
    const sender = await life.home();
    for (let n = 0; n < 10; n += 1) await life.must(sender.owner, 'inviteMember', { email: 'busy@people.example', roles: ['VIEWER'] });
    life.gateway.clock.advance({ minutes: 90 });
    const { errors } = await invite('busy@people.example');
    const { requestId: _, ...told } = errors[0]!.extensions;
    const retryAt = new Date(life.gateway.clock.now().getTime() + 86_400_000).toISOString();
    expect(told).toEqual({ code: 'LIMIT_REACHED', limit: 10, used: 10, retryAt });
    expect(errors[0]!.message).toBe('At most 10 invitations to one address are sent in 24 hours. Try again later.');
    life.gateway.clock.advance({ days: 1 });
    expect((await invite('busy@people.example')).code).toBeNull();
  });

  test('by one inviter in all of their tenants', async () => {
    await sent(200, { by: home.owner.person.id });
    const second = await life.make.tenant(`second-${home.tenant.slug}`, home.owner.person, { plan: 'PROFESSIONAL' });
    const { errors } = await invite('new@people.example', { ...home.owner, tenant: second.id });
    expect(errors[0]!.extensions).toMatchObject({ code: 'LIMIT_REACHED', limit: 200 });
  });
});
