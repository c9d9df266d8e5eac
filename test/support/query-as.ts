import type { ConnectionPool } from '../../src/database/driver/pool.ts';
import { poolTarget, runPrismaOn } from '../../src/database/driver/prisma-adapter.ts';
import { type Binding, bindingPrelude } from '../../src/database/tenancy/binding.ts';

/** The empty tenant binding. */
export const NOBODY: Binding = { tenantId: null, personId: null };

/** Runs one statement on a pool, bound. */
export const queryAs = (pool: ConnectionPool, binding: Binding, text: string, values: readonly unknown[] = []) =>
  pool.query({ text, values }, bindingPrelude(binding));

/** Runs `work` with Prisma's statements going to a pool, bound. */
export const prismaAs = <T>(pool: ConnectionPool, binding: Binding, work: () => Promise<T>): Promise<T> =>
  runPrismaOn(poolTarget(pool, bindingPrelude(binding), 15_000), work);
