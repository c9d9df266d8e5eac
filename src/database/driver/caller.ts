import { connect } from 'node:net';

/** The caller left before its statement was sent. The code is PostgreSQL's for a canceled one. */
export class CallerLeftError extends Error {
  override name = 'CallerLeftError';
  readonly code = '57014';
}

/** What runs a statement and can end it. */
export type Cancelable = { cancel(): void };

/**
 * Who waits for the results of statements, and may leave: the client of one request. Then the reads
 * that have a connection alone are canceled, and no other is sent. A read that shares its
 * connection with those of others who wait goes on, because a cancel ends whichever statement a
 * connection runs: it is bounded by the time limit of a statement. Transactions go on, too: a
 * command that has begun ends as if its client had waited.
 */
export class Caller {
  #running: Set<Cancelable> | null = null;
  #hasLeft = false;

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  leave(): void {
    this.#hasLeft = true;
    for (const running of this.#running ?? []) running.cancel();
  }

  began(running: Cancelable): void {
    this.#running ??= new Set();
    this.#running.add(running);
  }

  ended(running: Cancelable): void {
    this.#running?.delete(running);
  }
}

/** A session of PostgreSQL, as pg names it. */
export type Session = {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
};

const CANCEL_REQUEST = 80877102;
/** How long a cancel request may take, ms. */
const CANCEL_MS = 5_000;

/** Asks PostgreSQL to cancel what a session runs, over a connection of its own; never throws. */
export function requestCancel({ host, port, processID, secretKey }: Session): void {
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  for (const [at, value] of [16, CANCEL_REQUEST, processID, secretKey].entries()) message.writeInt32BE(value | 0, 4 * at);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket
    .on('error', () => {}) // the statement goes on until its time limit
    .on('connect', () => socket.end(message))
    .setTimeout(CANCEL_MS, () => socket.destroy())
    .unref();
}
