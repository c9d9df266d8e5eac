import type { Database } from './open.ts';
import { UnsupportedQuery } from './sql/draft.ts';
import type { Binding } from './tenancy/binding.ts';
import type { Transaction, UnitOfWork } from './unit-of-work.ts';

/** The part of a database by which a request finds its caller and reads. */
export type ReadableDatabase = Pick<Database, 'bind' | 'query' | 'queryText'>;

const writes = (): never => {
  throw new TypeError('this unit of work only reads');
};

/**
 * A database whose statements all run in one transaction, which stays bound to its tenant: for
 * reads that must see the tenant as its lock keeps it. The transaction binds no person, so a unit
 * of work names one for its caller alone.
 */
export function readsWithin({ db, query }: Transaction, tenantId: string): ReadableDatabase {
  const check = (binding: Binding | undefined) => {
    if (binding && binding.tenantId !== tenantId && binding.tenantId !== null)
      throw new TypeError('the transaction is bound to another tenant');
  };
  return {
    query,
    queryText: async ({ text, values }, binding) => {
      check(binding);
      return Object.values((await query<Record<string, string | null>>(text, values))[0]!)[0] as never;
    },
    bind: (binding: Binding): UnitOfWork => {
      check(binding);
      return {
        ...{ binding, db, query },
        json: () => Promise.reject(new UnsupportedQuery('operation')),
        ...{ transaction: writes, founding: writes, within: writes },
      };
    },
  };
}
