import { uuidv7 as uuid } from 'uuidv7';
import { isConstraint } from '../../database/index.ts';
import type { PersonMembership } from '../../database/queries/membership.ts';
import { registerPerson } from '../../database/queries/person.ts';
import { ownedFreeTenants } from '../../database/queries/tenant.ts';
import { recorder } from '../audit/record.ts';
import type { CommandContext } from '../core/command.ts';
import { emailAddress } from '../core/email.ts';
import { GatewayError } from '../core/errors.ts';
import { earlierAnswer, foundingId, keepAnswer, keptAnswer } from '../core/idempotency.ts';
import { suggestSlug, tenantName, tenantSlug } from './name.ts';

export type CreateTenantInput = {
  readonly name: string;
  readonly slug?: string | null | undefined;
  readonly sells?: boolean | null | undefined;
  readonly buys?: boolean | null | undefined;
  readonly billingEmail?: string | null | undefined;
};

/**
 * Creates a tenant on the Free plan, with the caller as its owner, in one transaction (SPEC R2). An
 * idempotency key determines the tenant's id, so that a retry finds the same tenant.
 *
 * @throws {GatewayError} EMAIL_UNVERIFIED, BAD_USER_INPUT, CONFLICT when the slug is taken,
 * LIMIT_REACHED at the cap of Free tenants.
 */
export async function createTenant(context: CommandContext, input: CreateTenantInput): Promise<{ membership: PersonMembership }> {
  const { key, services } = context;
  const profile = context.profile!;
  if (!profile.emailVerified) throw new GatewayError('EMAIL_UNVERIFIED', 'Verify your e-mail address with your identity provider first.');
  const name = tenantName(input.name);
  const slug = input.slug == null ? suggestSlug(name) : tenantSlug(input.slug);
  const { sells, buys } = { sells: input.sells ?? false, buys: input.buys ?? true };
  const billingEmail = emailAddress(input.billingEmail ?? profile.email!, 'The billing e-mail address');
  const founding = context.work.founding(key ? foundingId(key) : undefined);
  const { tenantId } = founding.binding;
  return founding.transaction(async transaction => {
    const { db, query, enqueue } = transaction;
    const userId = await registerPerson(query, uuid(), profile);
    const now = services.clock.now();
    const earlier = key && earlierAnswer(await keptAnswer(db, key), key, now);
    if (earlier) return earlier as { membership: PersonMembership };
    const limit = services.settings.freeTenants;
    const used = await ownedFreeTenants(query);
    if (used >= limit) throw new GatewayError('LIMIT_REACHED', `One person owns at most ${limit} Free tenants.`, { limit, used });
    const since = { statusChangedAt: now, planSince: now, createdAt: now };
    await db.tenant
      .create({ data: { id: tenantId, name, slug, sells, buys, billingEmail, planCode: 'FREE', ...since } })
      .catch(taken(slug));
    const membershipId = uuid();
    await db.membership.create({ data: { id: membershipId, userId, roles: ['owner'], createdAt: now } });
    const actor = () => ({ kind: 'user' as const, id: userId, name: profile.name });
    const record = recorder(enqueue, now, { tenantId, action: context.action, requestId: context.requestId, actor });
    await record({ target: { type: 'Tenant', id: tenantId }, after: { name, slug, sells, buys } });
    const membership: PersonMembership = {
      ...{ tenantId, slug, name, status: 'active', statusReason: null, plan: 'FREE', features: [], sells, buys },
      ...{ membershipId, roles: ['owner'], joinedAt: now },
    };
    if (key) keepAnswer(transaction, key, { membership }, now);
    return { membership };
  });
}

/**
 * Maps unique violations to errors. The tenant's id exists when its idempotency key was used before
 * and the stored answer has expired.
 */
const taken = (slug: string) => (error: unknown) => {
  if (isConstraint(error, 'slug_claim_pkey')) throw new GatewayError('CONFLICT', `The slug ${slug} is taken.`, { field: 'slug' });
  if (['tenant_pkey', 'tenant_id_is_new', 'slug_claim_held_by_key'].some(name => isConstraint(error, name)))
    throw new GatewayError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key created a tenant before. Use a new key.');
  throw error;
};
