import {
  type LockedTenant,
  type LockMode,
  lockTenant,
  type Transaction,
  type TransactionOptions,
  type UnitOfWork,
} from '../../database/index.ts';
import type { Clock } from './services.ts';

/** A transaction in one tenant, which holds the tenant lock until it ends. */
export type TenantTransaction = Transaction & {
  readonly tenantId: string;
  readonly tenant: LockedTenant;
  /** The moment at which the whole transaction happens. */
  readonly now: Date;
};

/** The same before it is known whether the tenant exists: null when it is gone. */
export type LockedTransaction = Omit<TenantTransaction, 'tenant'> & { readonly tenant: LockedTenant | null };

export type TenantLockOptions<Read> = TransactionOptions & {
  readonly clock: Clock;
  readonly lockMode?: LockMode;
  /** Reads that go out with the lock in one round trip and see what was committed before it. */
  readonly reads: (transaction: Transaction) => Promise<Read>;
};

/**
 * Runs `work` in one transaction that holds the lock of the bound tenant. Commands and jobs lock a
 * tenant here.
 */
export function withTenantLock<Read, Result>(
  unit: UnitOfWork,
  { clock, lockMode = 'exclusive', reads, ...options }: TenantLockOptions<Read>,
  work: (locked: LockedTransaction, read: Read) => Promise<Result>,
): Promise<Result> {
  return unit.transaction(async transaction => {
    const [tenant, read] = await Promise.all([lockTenant(transaction.query, lockMode), reads(transaction)]);
    return await work({ ...transaction, tenantId: unit.binding.tenantId!, tenant, now: clock.now() }, read);
  }, options);
}
