import { v7 as uuid } from 'uuid';
import type { UnitOfWork } from '../../database/client.ts';
import { ownedFreeTenants, type PersonMembership, type Profile, registerPerson } from '../../database/crossings.ts';
import { isConstraint } from '../../database/failure.ts';
import { badInput, GatewayError } from '../errors.ts';
import { suggestSlug, tenantName, tenantSlug } from './name.ts';

/** Free tenants that one person may own (SPEC, settled), unless the configuration says otherwise. */
export const FREE_TENANTS = 3;

export type CreateTenantInput = {
  readonly name: string;
  readonly slug?: string | null | undefined;
  readonly sells?: boolean | null | undefined;
  readonly buys?: boolean | null | undefined;
  readonly billingEmail?: string | null | undefined;
};

/**
 * Sign-up: a tenant on the Free plan, the person, and their membership as its owner, at once or not at all (SPEC R2).
 *
 * @throws {GatewayError} EMAIL_UNVERIFIED, BAD_USER_INPUT, CONFLICT when the slug is taken, LIMIT_REACHED at the cap of Free tenants.
 */
export async function createTenant(work: UnitOfWork, profile: Profile, input: CreateTenantInput): Promise<PersonMembership> {
  if (!profile.emailVerified) throw new GatewayError('EMAIL_UNVERIFIED', 'Verify your e-mail address with your identity provider first.');
  const name = tenantName(input.name);
  const slug = input.slug == null ? suggestSlug(name) : tenantSlug(input.slug);
  const { sells, buys } = { sells: input.sells ?? false, buys: input.buys ?? true };
  const billingEmail = emailAddress(input.billingEmail ?? profile.email);
  const founding = work.founding();
  const { tenantId } = founding.binding;
  return founding.transaction(async ({ db, ask }) => {
    const userId = await registerPerson(ask, uuid(), profile);
    const used = await ownedFreeTenants(ask);
    if (used >= FREE_TENANTS)
      throw new GatewayError('LIMIT_REACHED', `One person owns at most ${FREE_TENANTS} Free tenants.`, { limit: FREE_TENANTS, used });
    const tenant = await db.tenant
      .create({ data: { id: tenantId, name, slug, sells, buys, billingEmail, planCode: 'FREE' } })
      .catch(slugTaken(slug));
    const membership = await db.membership.create({ data: { userId, roles: ['owner'] } });
    return {
      tenantId,
      slug,
      name,
      status: 'active',
      statusReason: null,
      plan: 'FREE',
      features: [],
      sells: tenant.sells,
      buys: tenant.buys,
      membershipId: membership.id,
      roles: ['owner'],
      joinedAt: membership.createdAt,
    };
  });
}

const slugTaken = (slug: string) => (error: unknown) => {
  if (isConstraint(error, 'slug_claim_pkey')) throw new GatewayError('CONFLICT', `The slug ${slug} is taken.`, { field: 'slug' });
  throw error;
};

function emailAddress(text: string | null): string | null {
  if (text === null) return null;
  if (text.length > 254 || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text)) throw badInput('The billing e-mail address is not one.');
  return text;
}
