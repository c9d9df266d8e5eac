import { GatewayError } from '../../domain/core/errors.ts';
import type { Context } from '../../graphql/core/context.ts';

/** Subscriptions of one principal and of one tenant that may be open in a process. */
export const STREAM_LIMITS = { principal: 50, tenant: 1_000 } as const;

/** Counts the open subscriptions of each principal. */
export class Places {
  readonly #open = new Map<string, number>();

  /**
   * Counts a stream; the returned function counts it off.
   *
   * @param inTenant how many its tenant has; 0 for a stream of no tenant.
   * @throws {GatewayError} TOO_MANY_STREAMS.
   */
  take({ profile }: Pick<Context, 'profile'>, inTenant: number): () => void {
    const principal = JSON.stringify([profile?.issuer, profile?.subject]);
    const open = this.#open.get(principal) ?? 0;
    for (const [count, limit, whose] of [
      [open, STREAM_LIMITS.principal, 'You have'],
      [inTenant, STREAM_LIMITS.tenant, 'The tenant has'],
    ] as const)
      if (count >= limit) throw new GatewayError('TOO_MANY_STREAMS', `${whose} ${limit} open subscriptions already. Close one.`, { limit });
    this.#open.set(principal, open + 1);
    return () => {
      const left = this.#open.get(principal)! - 1;
      if (left) this.#open.set(principal, left);
      else this.#open.delete(principal);
    };
  }
}
