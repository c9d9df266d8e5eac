import type { TenantAccess } from '../../access/grant.ts';
import { type CurrentTenantAccess, type Database, PiggybackQuery, type UnconfirmedWork, type UnitOfWork } from '../../database/index.ts';
import { OptimisticContextStale, type UnconfirmedContext } from '../../graphql/core/context.ts';
import { buildContext, type RequestInput } from './build-context.ts';
import { cachedMembership } from './membership-cache.ts';
import type { Token } from './token.ts';

/**
 * A context from the cache, and its confirmation. The query for the memberships rides along with
 * the first read; nothing read under the context may be sent before `holds` resolves to true.
 * A command isn't confirmed by `holds` but by its own transaction ({@link UnconfirmedWork}).
 */
export type OptimisticContext = { readonly context: UnconfirmedContext; readonly holds: () => Promise<boolean> };

/** Returns null for a caller and tenant that aren't in the cache. */
export function optimisticContext(database: Database, token: Token | null, input: RequestInput): OptimisticContext | null {
  const cached = token && cachedMembership(token, input);
  if (!cached) return null;
  const { statement, result, facts, namesTenant } = cached;
  const piggyback = new PiggybackQuery(statement);
  const confirmable = namesTenant ? facts.grant.tenantAccess : null;
  const context = buildContext(database, input, facts, binding => unconfirmed(database.bind(binding, piggyback), confirmable));
  const holds = async () =>
    context.work.isConfirmed() || (piggyback.isTaken ? await piggyback.result : await database.queryText(piggyback)) === result;
  return { context, holds };
}

/**
 * Drops what the type lacks, because GraphQL.js hands a context to resolvers untyped.
 *
 * @param cached the access that a transaction can confirm; null where the request named no tenant:
 * whether the caller still has exactly one isn't known inside of it.
 */
function unconfirmed(work: UnitOfWork, cached: TenantAccess | null): UnconfirmedWork {
  const { binding, query, json, transaction } = work;
  let isConfirmed = false;
  const confirm = (current: CurrentTenantAccess | null) => {
    isConfirmed = current !== null && isSameAccess(cached!, current);
    if (!isConfirmed) throw new OptimisticContextStale("the caller's access has changed");
  };
  return {
    binding,
    get db() {
      return work.db;
    },
    query,
    json,
    isConfirmed: () => isConfirmed,
    transaction: async (run, options) => {
      if (isConfirmed) return await transaction(run, options);
      if (!options?.confirms || !cached)
        throw new OptimisticContextStale('only a transaction that confirms its context may run under an optimistic one');
      return await transaction(async inner => {
        const result = await run({ ...inner, confirm });
        if (!isConfirmed) throw new OptimisticContextStale('the transaction did not confirm its context');
        return result;
      }, options);
    },
  };
}

/** The order counts as well: it is the same as long as nobody has written it. */
const isSameAccess = (a: CurrentTenantAccess, b: CurrentTenantAccess): boolean =>
  a.tenantId === b.tenantId && a.status === b.status && a.roles.join() === b.roles.join() && a.features.join() === b.features.join();
