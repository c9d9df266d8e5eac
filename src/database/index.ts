/**
 * The public door of the database: what domain, graphql, http, jobs and cli may import, beside the
 * hand-written SQL in `queries/`.
 */
export { Caller } from './driver/caller.ts';
export { isConstraint, isOverTime, isUnreachable } from './driver/failure.ts';
export { PiggybackQuery, type TextQuery } from './driver/piggyback-query.ts';
export type { Enqueue, Query, RunTextQuery } from './driver/query.ts';
export type { StatementObserver } from './driver/statistics.ts';
export { type Database, type DatabaseOptions, type DatabaseStatistics, openDatabase } from './open.ts';
export { type ReadableDatabase, readsWithin } from './reads-within.ts';
export type { ReadCount } from './sql/counts.ts';
export { type ReadClient, type TenantClient, tenantFieldOf } from './sql/data-model.ts';
export { STANDBY_REASONS, StandbyReadError } from './standby/failure.ts';
export { type WalPosition, walPosition } from './standby/position.ts';
export type { StandbyCounts } from './standby/standbys.ts';
export { WithPosition } from './standby/with-position.ts';
export type { Binding } from './tenancy/binding.ts';
export { IsolationError } from './tenancy/query-scope.ts';
export { checkDatabase, pendingMigrations, UnsafeDatabaseError } from './tenancy/startup-check.ts';
export { type LockedTenant, type LockMode, lockTenant, tryHold } from './tenancy/tenant-lock.ts';
export type { CurrentTenantAccess, Transaction, TransactionOptions, UnconfirmedWork, UnitOfWork } from './unit-of-work.ts';
