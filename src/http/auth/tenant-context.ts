import type { ReadableDatabase } from '../../database/index.ts';
import { membershipsIn, membershipsStatement } from '../../database/queries/membership.ts';
import type { Context } from '../../graphql/core/context.ts';
import { buildContext, factsOfPerson, factsOutside, type RequestInput, type TenantFacts } from './build-context.ts';
import { cacheFacts } from './facts-cache.ts';
import { requestedTenant, type TenantSources, tenantNotFound } from './tenant-name.ts';
import type { Token } from './token.ts';

/**
 * Resolves a request to one tenant context or to none, before any resolver runs (SPEC T2, T3), by
 * reading the caller's memberships.
 *
 * @throws {GatewayError} TENANT_NOT_FOUND, or TENANT_CONFLICT when the token, the header and the
 * query's slug name different tenants.
 */
export const tenantContext = async (database: ReadableDatabase, token: Token | null, input: RequestInput): Promise<Context> =>
  buildContext(database, input, await factsOf(database, token, input), binding => database.bind(binding));

async function factsOf(database: ReadableDatabase, token: Token | null, sources: TenantSources): Promise<TenantFacts> {
  if (!token) return factsOutside({ kind: 'nobody' }, null);
  if (token.staff) {
    // Staff act in no tenant; their mutations take the tenant as an input.
    if (sources.tenant !== undefined || sources.slug !== undefined || token.tenant !== null) throw tenantNotFound();
    return factsOutside({ kind: 'staff' }, token.profile);
  }
  const requested = requestedTenant(token, sources);
  const statement = membershipsStatement(token.profile, requested);
  const result = (await database.queryText(statement))!;
  const facts = factsOfPerson(token, sources, membershipsIn(result));
  // Whether a caller who names no tenant still has exactly one isn't known inside of a transaction.
  const confirmable = requested !== null ? facts.grant.tenantAccess : null;
  cacheFacts(token, sources, { statement, result, facts, confirmable });
  return facts;
}
