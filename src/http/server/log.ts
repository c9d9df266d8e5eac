import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** Fields with secrets, which are removed from every log line (SPEC A4). */
const SECRET = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];
const paths = SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** The log: one JSON object a line. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      redact: { paths, censor: '[redacted]' },
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError },
    },
    destination ?? pino.destination(2),
  );

/** What PostgreSQL's errors say of the row or the parameters that failed: values of a client. */
const VALUES = ['detail', 'where', 'hint', 'internalQuery', 'parameters'];

/**
 * An error without values. Those of PostgreSQL's class 22, such as a malformed number, quote the
 * value in their message as well.
 */
function serializeError(error: Error): object {
  const serialized = stdSerializers.err(error) as object;
  const quotes = causesOf(error).some(({ code }) => typeof code === 'string' && code.startsWith('22'));
  return withoutValues(serialized, quotes) as object;
}

function causesOf(error: unknown): readonly { readonly code?: unknown }[] {
  const { cause, errors = [] } = (error ?? {}) as { cause?: unknown; errors?: readonly unknown[] };
  return [error as object, ...(cause ? causesOf(cause) : []), ...[...errors].flatMap(causesOf)];
}

function withoutValues(value: unknown, quotes: boolean): unknown {
  if (typeof value === 'string') return quotes ? value.replace(/"[^"]*"/g, '"…"') : value;
  if (Array.isArray(value)) return value.map(inner => withoutValues(inner, quotes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (VALUES.includes(name) ? [] : [[name, withoutValues(inner, quotes)]])),
  );
}
