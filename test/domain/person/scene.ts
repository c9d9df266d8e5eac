import type { Person } from '../../support/database.ts';
import type { MemberActor, Outcome, TenantActors, TenantWithMembers } from '../../support/tenant-actors.ts';

/**
 * A person to be erased: an admin `here`, with an API key and an invitation that they sent, a
 * viewer `there`, whose billing address is theirs, and invited by the `strange` tenant.
 */
export type Scene = {
  readonly person: Person;
  readonly here: TenantWithMembers;
  readonly there: TenantWithMembers;
  readonly strange: TenantWithMembers;
  readonly member: MemberActor;
  readonly elsewhere: MemberActor;
  /** The address that they invited. */
  readonly guest: string;
  /** The API key. */
  readonly secret: string;
};

let made = 0;

export async function setScene(actors: TenantActors): Promise<Scene> {
  const { database, make, home, must, actor, join } = actors;
  await database.sql('DELETE FROM invitation');
  made += 1;
  const person = await make.person(`Zelda Quux ${made}x`);
  const [here, there, strange] = [await home(), await home(), await home()];
  const claims = { email: person.email, email_verified: true };
  const member = await actor(here.tenant, await make.member(here.tenant, person, ['admin']), claims);
  const elsewhere = await actor(there.tenant, await make.member(there.tenant, person, ['viewer']), claims);
  await join(here, ['admin']);
  await database.sql('UPDATE tenant SET billing_email = $2 WHERE tenant_id = $1', [there.tenant.id, person.email]);
  const { secret } = await must(member, 'createApiKey', { name: 'Nightly', scopes: ['TENANT_READ'] });
  const guest = `guest-of-${made}@people.example`;
  await must(member, 'inviteMember', { email: guest, roles: ['VIEWER'] });
  await must(strange.owner, 'inviteMember', { email: person.email, roles: ['VIEWER'] });
  return { person, here, there, strange, member, elsewhere, guest, secret };
}

/** Erases the scene's person, confirmed by the address. */
export const eraseAs = (
  actors: TenantActors,
  { member, person }: Pick<Scene, 'person'> & { readonly member: { readonly token: string } },
  confirmation: string = person.email,
): Promise<Outcome> => actors.run({ token: member.token }, 'eraseMyself', { confirmation });
