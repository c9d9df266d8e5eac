import type { PlanCode } from '../../access/vocabulary.ts';
import type { ReadClient } from '../../database/index.ts';
import { GatewayError } from '../core/errors.ts';

/** What a tenant may have; null is no cap (SPEC P1, P2). */
export type Limits = {
  readonly memberLimit: number | null;
  readonly apiKeyLimit: number | null;
  readonly datasetLimit: number | null;
  readonly monthlyRetrievals: number | null;
  readonly costPointsPerMinute: number | null;
};

const LIMITS = { memberLimit: true, apiKeyLimit: true, datasetLimit: true, monthlyRetrievals: true, costPointsPerMinute: true } as const;

/**
 * The limits of the bound tenant on a plan: the contract's where Enterprise has one, else the
 * catalogue's.
 */
export async function limitsOn(db: ReadClient, plan: PlanCode): Promise<Limits> {
  const contract = plan === 'ENTERPRISE' ? await db.contract.findFirst({ select: LIMITS }) : null;
  return contract ?? (await db.plan.findUniqueOrThrow({ where: { code: plan }, select: LIMITS }));
}

/**
 * How many places are taken: members, and open invitations, which count against the cap (SPEC P3).
 */
export type MemberUse = { readonly members: number; readonly invitations: number };

/** The places that are taken at a moment. An invitation that has expired takes none. */
export async function memberUse(db: ReadClient, now: Date): Promise<MemberUse> {
  const members = await db.membership.count();
  const invitations = await db.invitation.count({ where: { expiresAt: { gt: now } } });
  return { members, invitations };
}

/** How many API keys are in use at a moment: those that were neither revoked nor have expired. */
export const keysInUse = (db: ReadClient, now: Date): Promise<number> => db.apiKey.count({ where: liveAt(now) });

/** Which API keys live at a moment. */
export const liveAt = (now: Date) => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] });

/**
 * Why there can't be one more where so many are used already, with the limit and the use (SPEC P5);
 * null if there can. Ask while the tenant is held (SPEC P3).
 */
export const capReached = (what: string, limit: number | null, used: number): GatewayError | null =>
  limit !== null && used >= limit
    ? new GatewayError('LIMIT_REACHED', `The plan has ${limit} ${what}; ${used} are taken.`, { limit, used })
    : null;
