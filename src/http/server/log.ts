import { type DestinationStream, type Logger, pino } from 'pino';

/** Where secrets travel: never in a line of the log, whoever logs the object (SPEC A4). */
const SECRET = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];
const paths = SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** The log: one JSON object a line. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    { level, redact: { paths, censor: '[redacted]' }, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination(2),
  );
