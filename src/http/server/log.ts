import { type DestinationStream, type Logger, pino } from 'pino';

/** Fields with secrets, which are removed from every log line (SPEC A4). */
const SECRET = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];
const paths = SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** The log: one JSON object a line. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    { level, redact: { paths, censor: '[redacted]' }, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination(2),
  );
