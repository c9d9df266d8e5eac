/** What PostgreSQL's error said, wherever Prisma's wrapping left it. */
type Failure = {
  code?: unknown;
  originalCode?: unknown;
  constraint?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
  message?: unknown;
};

/** The errors inside an error, itself first. */
function* chain(error: unknown): Generator<Failure> {
  for (let next = error; typeof next === 'object' && next !== null; ) {
    const failure = next as Failure;
    yield failure;
    next = failure.meta?.driverAdapterError ?? failure.cause;
  }
}

const constraintName = (constraint: unknown): unknown =>
  typeof constraint === 'object' ? (constraint as { index?: unknown } | null)?.index : constraint;

/** Whether a statement failed for the sake of the constraint of this name. */
export const isConstraint = (error: unknown, name: string): boolean =>
  [...chain(error)].some(({ constraint }) => constraintName(constraint) === name);

/** A transaction that took longer than one may, by the code that PostgreSQL has for it. */
export class TransactionTimeoutError extends Error {
  override name = 'TransactionTimeoutError';
  readonly code = '25P04';
}

/**
 * PostgreSQL's classes and codes for a server that is starting, stopping, full, slow, or gone, and
 * the network's for one that isn't there.
 */
const UNREACHABLE = /^(08...|57P0.|53300|25P04|ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|P1001|P1002|P1008|P1017|P2024|P2028)$/;

/**
 * Whether a statement failed because the database could not be reached, and another try may fare
 * better.
 */
export const isUnreachable = (error: unknown): boolean =>
  [...chain(error)].some(
    ({ code, message }) =>
      UNREACHABLE.test(String(code)) ||
      /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/.test(String(message)),
  );
