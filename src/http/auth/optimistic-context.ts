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
import { noteUsed } from '../../domain/api-key/sign-in.ts';
import { OptimisticContextStale, type UnconfirmedContext } from '../../graphql/core/context.ts';
import { cachedKey } from './api-key.ts';
import { buildContext } from './build-context.ts';
import { cachedFacts } from './facts-cache.ts';
import type { Credentials } from './request-context.ts';

/**
 * A context from the cache, and its confirmation. The query for the memberships, or for the API
 * key, rides along with the first read; nothing read under the context may be sent before `holds`
 * resolves to true. A command isn't confirmed by `holds` but by its own transaction
 * ({@link UnconfirmedWork}).
 */
export type OptimisticContext = { readonly context: UnconfirmedContext; readonly holds: () => Promise<boolean> };

/** Returns null for a caller and tenant that aren't in the cache. */
export function optimisticContext(database: Database, { input, ...by }: Credentials): OptimisticContext | null {
  const cached = by.key === null ? by.token && cachedFacts(by.token, input) : cachedKey(by.key, input);
  if (!cached) return null;
  const { statement, result, facts, confirmable } = cached;
  const piggyback = new PiggybackQuery(statement);
  const context = buildContext(database, input, facts, binding => new UnconfirmedBoundWork(database.bind(binding, piggyback), confirmable));
  const { work, apiKey } = context;
  const holds = async () => {
    if (work.isConfirmed()) return true;
    const answer = piggyback.isTaken ? piggyback.result : await database.queryText(statement, work.binding);
    if (answer === result && apiKey) noteUsed(work.query, apiKey, input.services.clock.now());
    return answer === result;
  };
  return { context, holds };
}

/** Lacks what the type lacks, because GraphQL.js hands a context to resolvers untyped. */
class UnconfirmedBoundWork implements UnconfirmedWork {
  readonly #work: UnitOfWork;
  /** The access that a transaction can confirm; null if it can't. */
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
