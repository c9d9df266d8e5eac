import type { JWTPayload } from 'jose';
import type { Headers } from './client.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A caller, and the headers that it sends. */
export type Caller = { readonly label: string; readonly headers: Headers };

export type Sign = (claims: JWTPayload) => Promise<string>;

const ABSENT = ['01a20ac5-7e0e-7725-bb9f-925801a8cdb1', 'absent-slug', 'no tenant'];

/** Makes random callers of a world: members, strangers, API keys, platform staff and nobody. */
export async function createCallers(world: World, sign: Sign): Promise<(random: Random) => Caller> {
  const members = await Promise.all(
    world.members.map(async ({ tenantId, person, roles }) => {
      const tenant = world.tenants.find(({ id }) => id === tenantId)!;
      const claims = { sub: person.subject, name: person.name, email: person.email };
      const tokens = await Promise.all([sign(claims), sign({ ...claims, tenant: tenant.slug }), sign({ ...claims, tenant: tenantId })]);
      return { label: `${person.name} (${roles}) of ${tenant.slug}`, tenant, tokens };
    }),
  );
  const others = [
    ...(await Promise.all(world.strangers.map(async ({ subject, name }) => ({ label: name, token: await sign({ sub: subject }) })))),
    { label: 'somebody new', token: await sign({ sub: 'new', name: 'New' }) },
    { label: 'somebody without an address', token: await sign({ sub: 'unverified', email: 'x@people.example', email_verified: false }) },
    { label: 'staff', token: await sign({ sub: 'staff', name: 'Dana', ipto_staff: true }) },
    { label: 'nobody', token: undefined },
  ];
  const names = world.tenants.flatMap(({ id, slug }) => [id, slug, slug.toUpperCase()]);

  const credentials = (random: Random): { label: string; secret: string | undefined; homes: readonly (string | undefined)[] } => {
    const kind = random.below(100);
    if (kind < 70) {
      const { label, tenant, tokens } = random.pick(members);
      const secret = random.chance(80) ? tokens[0] : random.pick(tokens);
      return { label, secret, homes: [undefined, tenant.slug, tenant.slug, tenant.id, tenant.id.toUpperCase()] };
    }
    if (kind < 85) {
      const { id, tenantId, secret } = random.pick(world.keys);
      return { label: `key ${id}`, secret, homes: [undefined, undefined, undefined, tenantId] };
    }
    const { label, token: secret } = random.pick(others);
    return { label, secret, homes: [undefined] };
  };

  return random => {
    const { label, secret, homes } = credentials(random);
    const tenant = random.chance(90) ? random.pick(homes) : random.pick(random.chance(80) ? names : ABSENT);
    return {
      label: `${label}${tenant === undefined ? '' : `, X-Tenant-Id: ${tenant}`}`,
      headers: {
        ...(secret && { authorization: `Bearer ${secret}` }),
        ...(tenant !== undefined && { 'x-tenant-id': tenant }),
        ...(random.chance(10) && { accept: 'application/graphql-response+json' }),
        ...(random.chance(15) && { 'x-refusals': 'grouped' }),
      },
    };
  };
}
