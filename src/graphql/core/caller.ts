import type { TenantCaller } from '../../database/queries/deprecated-use.ts';
import type { Context } from './context.ts';

/** The part of a context that says who the caller is. */
export type CallerContext = Pick<Context, 'grant' | 'membership' | 'apiKey'>;

/** The caller in the request's tenant: a member, or an API key. Null outside of any tenant. */
export function callerOf({ membership, apiKey }: CallerContext): TenantCaller | null {
  if (membership) return { membershipId: membership.membershipId };
  return apiKey ? { apiKeyId: apiKey.id } : null;
}
