import type { PlanCode } from '../../access/vocabulary.ts';
import type { ReadClient } from '../../database/index.ts';
import { GatewayError } from '../core/errors.ts';

/** The limits of a plan or contract; null is no cap (SPEC P1, P2). */
export type Limits = {
  readonly memberLimit: number | null;
  readonly apiKeyLimit: number | null;
  readonly datasetLimit: number | null;
  readonly webhookLimit: number | null;
  readonly monthlyRetrievals: number | null;
  readonly costPointsPerMinute: number | null;
};

const LIMITS = {
  memberLimit: true,
  apiKeyLimit: true,
  datasetLimit: true,
  webhookLimit: true,
  monthlyRetrievals: true,
  costPointsPerMinute: true,
} as const;

/**
 * The limits of the bound tenant on a plan: those of its Enterprise contract if there is one, else
 * those of the catalogue.
 */
export async function limitsOn(db: ReadClient, plan: PlanCode): Promise<Limits> {
  const [contract, catalogue] = await Promise.all([
    plan === 'ENTERPRISE' ? db.contract.findFirst({ select: LIMITS }) : null,
    db.plan.findUniqueOrThrow({ where: { code: plan }, select: LIMITS }),
  ]);
  return contract ?? catalogue;
}

/** The use of the member limit. Open invitations count against it (SPEC P3). */
export type MemberUse = { readonly members: number; readonly invitations: number };

/** The use of the member limit at a moment, without expired invitations. */
export async function memberUse(db: ReadClient, now: Date): Promise<MemberUse> {
  const members = await db.membership.count();
  const invitations = await db.invitation.count({ where: { expiresAt: { gt: now } } });
  return { members, invitations };
}

/** The number of API keys that are neither revoked nor expired at a moment. */
export const keysInUse = (db: ReadClient, now: Date): Promise<number> => db.apiKey.count({ where: liveAt(now) });

/** Matches API keys that are neither revoked nor expired at a moment. */
export const liveAt = (now: Date) => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] });

/**
 * LIMIT_REACHED, with limit and use (SPEC P5), when no place is left; else null. Call it under the
 * tenant lock (SPEC P3).
 */
export const capReached = (what: string, limit: number | null, used: number): GatewayError | null =>
  limit !== null && used >= limit
    ? new GatewayError('LIMIT_REACHED', `The plan allows ${limit} ${what}; ${used} are in use.`, { limit, used })
    : null;
