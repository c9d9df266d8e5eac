import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { newInvitationCode } from '../../src/domain/invitation/secret.ts';
import { type TenantWithMembers, useTenantActors } from '../support/tenant-actors.ts';
import { invariants, joinMany, PATIENCE, POOL, ROUNDS, SOUND, tally } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });

const AT_ONCE = 100;
const rows = async (table: string, { tenant }: TenantWithMembers) =>
  (await fixtures.database.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`, [tenant.id]))[0]!.n;
const done = async (home: TenantWithMembers, action: string) =>
  (await fixtures.events(home)).filter(event => event.action === action && event.code === null).length;

/**
 * The invitations of a hundred people, as a bigger plan had them sent, in a tenant whose plan now
 * has ten places: past the gateway.
 */
async function invited(round: number): Promise<{ home: TenantWithMembers; codes: [email: string, code: string][] }> {
  const home = await fixtures.home('STARTER');
  const made = Array.from({ length: AT_ONCE }, (_, n) => {
    const id = randomUUID();
    return { id, email: `place.${round}.${n}@people.example`, ...newInvitationCode({ tenantId: home.tenant.id, id }) };
  });
  await fixtures.database.sql(
    `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, created_at, expires_at, sent_at)
     SELECT $1, id, email, '{viewer}', hash, 'Olive Owner', now(), now() + interval '7 days', now()
     FROM unnest($2::uuid[], $3::text[], $4::bytea[]) AS made (id, email, hash)`,
    [home.tenant.id, made.map(({ id }) => id), made.map(({ email }) => email), made.map(({ hash }) => Buffer.from(hash))],
  );
  return { home, codes: made.map(({ email, code }) => [email, code]) };
}

test(`P3: of ${AT_ONCE} concurrent acceptances, exactly as many succeed as places are left`, { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { home, codes } = await invited(round);
    const places = 1 + (round % 4);
    await joinMany(fixtures, home, 9 - places);
    const people = await Promise.all(codes.map(async ([email, code]) => ({ who: await fixtures.stranger(email), code })));
    const outcomes = await Promise.all(people.map(({ who, code }) => fixtures.run(who, 'acceptInvitation', { code })));
    expect(tally(outcomes)).toEqual({ done: places, LIMIT_REACHED: AT_ONCE - places });
    expect(await rows('membership', home)).toBe(10);
    expect(await rows('invitation', home)).toBe(AT_ONCE - places);
    expect(await done(home, 'invitation.accept')).toBe(places);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test(`P3: of ${AT_ONCE} concurrent invitations by two inviters, exactly as many are created as places are left`, {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home('STARTER');
    const places = 1 + (round % 4);
    const admin = await fixtures.join(home, ['admin']);
    await joinMany(fixtures, home, 8 - places);
    const outcomes = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        fixtures.run(n % 2 ? admin : home.owner, 'inviteMember', { email: `last.${round}.${n}@people.example`, roles: ['VIEWER'] }),
      ),
    );
    expect(tally(outcomes)).toEqual({ done: places, LIMIT_REACHED: AT_ONCE - places });
    expect(await rows('invitation', home)).toBe(places);
    expect(await done(home, 'invitation.create')).toBe(places);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});
