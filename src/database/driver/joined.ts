import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import type { Statement } from './batch.ts';

/** What takes the statements of those who ask a pool, in its place. */
export type StatementSink = { query(statement: Statement): Promise<pg.QueryResult> };

const current = new AsyncLocalStorage<StatementSink | undefined>();

/**
 * Runs `work` with every statement that it asks of the pool going to `to` instead: so that Prisma,
 * which knows the pool alone, does its part on the connection of a transaction that isn't its own.
 */
export const runWithin = <T>(to: StatementSink, work: () => Promise<T>): Promise<T> => current.run(to, async () => await work());

/** Where statements go in place of the pool, or undefined for the pool. */
export const currentSink = (): StatementSink | undefined => current.getStore();

/** The commands of a transaction, as those of a part of one. */
const PARTLY: ReadonlyMap<string, readonly string[]> = new Map([
  ['BEGIN', ['SAVEPOINT part']],
  ['COMMIT', ['RELEASE SAVEPOINT part']],
  ['ROLLBACK', ['ROLLBACK TO SAVEPOINT part', 'RELEASE SAVEPOINT part']],
]);

/**
 * What a pool lends out for a transaction inside of one: where Prisma wants several statements to
 * be all or nothing, it gets a savepoint.
 */
export function standIn(to: StatementSink): pg.PoolClient {
  const query = async (statement: Statement) => {
    const commands = PARTLY.get(statement.text) ?? [];
    for (const text of commands) await to.query({ text, isSilent: true });
    return commands.length ? { rows: [], fields: [], rowCount: 0 } : await to.query(statement);
  };
  const nothing = () => {};
  return { query, on: nothing, removeListener: nothing, release: nothing } as unknown as pg.PoolClient;
}
