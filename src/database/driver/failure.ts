import pg from 'pg';

/** The parts of an error that name its cause, in pg's, Prisma's and Node's forms. */
type Failure = {
  code?: unknown;
  originalCode?: unknown;
  constraint?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
  message?: unknown;
};

/** An error and those inside it, outermost first. */
function* chain(error: unknown): Generator<Failure> {
  for (let next = error; typeof next === 'object' && next !== null; ) {
    const failure = next as Failure;
    yield failure;
    next = failure.meta?.driverAdapterError ?? failure.cause;
  }
}

const constraintName = (constraint: unknown): unknown =>
  typeof constraint === 'object' ? (constraint as { index?: unknown } | null)?.index : constraint;

/** Whether a statement violated the constraint of this name. */
export const isConstraint = (error: unknown, name: string): boolean =>
  [...chain(error)].some(({ constraint }) => constraintName(constraint) === name);

/** A transaction exceeded its timeout; the code is PostgreSQL's for that. */
export class TransactionTimeoutError extends Error {
  override name = 'TransactionTimeoutError';
  readonly code = '25P04';
}

/** The time limits of the gateway's role: of a statement, of a lock, of an idle transaction. */
const TIME_LIMIT = /^(57014|55P03|25P03)$/;

/** Whether PostgreSQL ended a statement for its time. Another try would wait as long. */
export const isOverTime = (error: unknown): boolean => [...chain(error)].some(({ code }) => TIME_LIMIT.test(String(code)));

/**
 * Codes of a server that is starting, stopping, full, slow or gone, or takes no changes (25006: a
 * standby, or the disk is watched; 53100: no disk is left), and of a failed network.
 */
const UNREACHABLE =
  /^(08...|57P0.|25006|53[0-3]00|25P04|ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|P1001|P1002|P1008|P1017|P2024|P2028)$/;

/** Whether the database is out of reach or too slow, so that a later try may do. */
export const isUnreachable = (error: unknown): boolean =>
  isOverTime(error) ||
  [...chain(error)].some(
    ({ code, message }) =>
      UNREACHABLE.test(String(code)) ||
      /timeout exceeded when trying to connect|timeout expired|Connection terminated|connection error and is not queryable/.test(
        String(message),
      ),
  );

/** Whether an error leaves a connection unusable: PostgreSQL's errors of a statement don't. */
export const isBroken = (error: unknown): boolean => !(error instanceof pg.DatabaseError && error.severity === 'ERROR');

const hasCode = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof pg.DatabaseError && codes.includes(error.code ?? '');

/**
 * Why a prepared statement could not run, if that was so; it did nothing then, and runs without its
 * name. `unknown`: the server doesn't know the name, or knows another statement by it, as behind a
 * PgBouncer that doesn't follow prepared statements from connection to connection. `outdated`: its
 * tables changed since it was prepared, such as by `ALTER TABLE … TYPE`.
 */
export function staleStatement(error: unknown): 'unknown' | 'outdated' | null {
  if (hasCode(error, ['26000', '42P05'])) return 'unknown';
  // "cached plan must not change result type", or no operator for the type of a parameter any more
  const isOutdated = hasCode(error, ['42883']) || (hasCode(error, ['0A000']) && (error as pg.DatabaseError).routine === REVALIDATE);
  return isOutdated ? 'outdated' : null;
}
const REVALIDATE = 'RevalidateCachedQuery';

/** Whether PostgreSQL rolled a transaction back because of others: it may succeed next time. */
export const isConflict = (error: unknown): boolean => hasCode(error, ['40P01', '40001']);
