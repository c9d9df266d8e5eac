import { type Database, PiggybackQuery, type UnconfirmedWork, type UnitOfWork } from '../../database/index.ts';
import { membershipsStatement } from '../../database/queries/membership.ts';
import type { UnconfirmedContext } from '../../graphql/core/context.ts';
import type { Token } from './authenticate.ts';
import { buildContext, type RequestInput } from './build-context.ts';
import { cachedMembership } from './membership-cache.ts';
import { requestedTenant } from './tenant-name.ts';

/**
 * A context from the cache, and its confirmation. The query for the memberships rides along with
 * the first read; nothing read under the context may be sent before `holds` resolves to true.
 * A command isn't confirmed by `holds` but by its own transaction ({@link UnconfirmedWork}).
 */
export type OptimisticContext = { readonly context: UnconfirmedContext; readonly holds: () => Promise<boolean> };

/** Returns null for a caller and tenant that aren't in the cache. */
export function optimisticContext(database: Database, token: Token | null, input: RequestInput): OptimisticContext | null {
  const cached = token && cachedMembership(token, input.tenant);
  if (!cached) return null;
  const piggyback = new PiggybackQuery(membershipsStatement(token.profile, requestedTenant(token, input.tenant)));
  const context = buildContext(database, input, cached.facts, binding => unconfirmed(database.bind(binding, piggyback)));
  const holds = async () => (piggyback.isTaken ? await piggyback.result : await database.queryText(piggyback)) === cached.result;
  return { context, holds };
}

/** Drops what the type lacks, because GraphQL.js hands a context to resolvers untyped. */
function unconfirmed({ binding, db, query, json, transaction }: UnitOfWork): UnconfirmedWork {
  return {
    binding,
    db,
    query,
    json,
    transaction: async (work, options) => {
      if (!options?.confirms) throw new Error('Only a transaction that confirms its context may run under an optimistic one.');
      return await transaction(work, options);
    },
  };
}
