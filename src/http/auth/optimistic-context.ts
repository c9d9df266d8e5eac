import type { TenantAccess } from '../../access/grant.ts';
import {
  type CurrentTenantAccess,
  type Database,
  PiggybackQuery,
  type Transaction,
  type TransactionOptions,
  type UnconfirmedWork,
  type UnitOfWork,
} from '../../database/index.ts';
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
  const context = buildContext(database, input, facts, binding => new UnconfirmedBoundWork(database.bind(binding, piggyback), confirmable));
  const holds = async () => {
    if (context.work.isConfirmed()) return true;
    return (piggyback.isTaken ? piggyback.result : await database.queryText(statement)) === result;
  };
  return { context, holds };
}

/** Lacks what the type lacks, because GraphQL.js hands a context to resolvers untyped. */
class UnconfirmedBoundWork implements UnconfirmedWork {
  readonly #work: UnitOfWork;
  /**
   * The access that a transaction can confirm; null where the request named no tenant: whether the
   * caller still has exactly one isn't known inside of it.
   */
  readonly #cached: TenantAccess | null;
  #isConfirmed = false;

  constructor(work: UnitOfWork, cached: TenantAccess | null) {
    this.#work = work;
    this.#cached = cached;
  }

  get binding() {
    return this.#work.binding;
  }

  get db() {
    return this.#work.db;
  }

  get query() {
    return this.#work.query;
  }

  json(read: Parameters<UnitOfWork['json']>[0]) {
    return this.#work.json(read);
  }

  isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  async transaction<T>(run: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    if (this.#isConfirmed) return await this.#work.transaction(run, options);
    if (!options?.confirms || !this.#cached)
      throw new OptimisticContextStale('only a transaction that confirms its context may run under an optimistic one');
    const confirm = (current: CurrentTenantAccess | null) => this.#confirm(current);
    return await this.#work.transaction(async inner => {
      const result = await run({ ...inner, confirm });
      if (!this.#isConfirmed) throw new OptimisticContextStale('the transaction did not confirm its context');
      return result;
    }, options);
  }

  #confirm(current: CurrentTenantAccess | null): void {
    this.#isConfirmed = current !== null && isSameAccess(this.#cached!, current);
    if (!this.#isConfirmed) throw new OptimisticContextStale("the caller's access has changed");
  }
}

/** The order counts as well: it is the same as long as nobody has written it. */
const isSameAccess = (a: CurrentTenantAccess, b: CurrentTenantAccess): boolean =>
  a.tenantId === b.tenantId && a.status === b.status && a.roles.join() === b.roles.join() && a.features.join() === b.features.join();
