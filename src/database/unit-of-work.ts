import type { Enqueue, Query } from './driver/query.ts';
import type { ReadClient, TenantClient } from './sql/data-model.ts';
import type { JsonRead } from './sql/json-shape.ts';
import type { Binding } from './tenancy/binding.ts';

/**
 * A transaction of one binding. Statements that are issued together, without awaiting each other's
 * results, go to the database in one round trip, in that order.
 */
export type Transaction = {
  readonly db: TenantClient;
  /** Runs one hand-written statement (`queries/`). */
  readonly query: Query;
  /** The same without a result: it goes with the next statement, or with COMMIT. */
  readonly enqueue: Enqueue;
  /** Takes a write whose result nobody awaits; if it fails, so does the transaction. */
  enqueueWrite(write: Promise<unknown>): void;
  /**
   * Confirms an optimistic context, by the caller's access as read under the tenant lock. Throws if
   * it differs, before anything is written. Absent where the context is confirmed already.
   */
  readonly confirm?: (current: CurrentTenantAccess | null) => void;
};

/** What a caller's permissions in a tenant depend on. */
export type CurrentTenantAccess = {
  readonly tenantId: string;
  readonly status: string;
  readonly features: readonly string[];
  readonly roles: readonly string[];
};

export type TransactionOptions = {
  /** Runs the work a single time, because it has effects outside of the database. */
  readonly once?: boolean;
  /** The transaction checks, under the tenant lock, that the request's context still holds. */
  readonly confirms?: true;
};

/** Reads of a request, as its binding. */
export type ReadWork = {
  readonly binding: Binding;
  readonly db: ReadClient;
  /** Runs one hand-written statement (`queries/`). */
  readonly query: Query;
  /**
   * Answers a read as JSON text, or null where there is no row.
   *
   * @throws {UnsupportedQuery} for a read that only rows can answer.
   */
  json(read: JsonRead): Promise<string | null>;
};

/**
 * Work under an optimistic context, which the database hasn't confirmed: reads, whose result waits
 * for the confirmation, and a transaction that confirms the context itself.
 */
export type UnconfirmedWork = ReadWork & {
  /** Whether a transaction has confirmed the context. Then others may run as well. */
  isConfirmed(): boolean;
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions & { readonly confirms: true }): Promise<T>;
};

/** What a request may do with the database, all of it as one binding. */
export type UnitOfWork = ReadWork & {
  /**
   * Runs `work` in one transaction, which commits when it returns and rolls back when it throws. It
   * is run again, unless `once`, when PostgreSQL ends it because of others, such as in a deadlock.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The unit of work of a tenant that is yet to be founded, under a new id: for sign-up. */
  founding(tenantId?: string): UnitOfWork & { readonly binding: { readonly tenantId: string } };
  /** The same person in another tenant: for staff, who name it, and for those it invited. */
  within(tenantId: string): UnitOfWork;
};
