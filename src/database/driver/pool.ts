import pg from 'pg';
import type { Binding } from '../tenancy/binding.ts';
import { isBroken, type Statement } from './batch.ts';
import { BoundConnection } from './connection.ts';
import { currentSink, standIn } from './joined.ts';
import type { PiggybackQuery } from './piggyback-query.ts';
import { PipelinedReads } from './pipelined-reads.ts';
import { type Answered, ReadQuery, type ReadStatement } from './read-query.ts';
import { WaitQueue } from './wait-queue.ts';

/** A connection that a {@link BoundPool} lends out. */
export type PooledClient = BoundConnection & pg.PoolClient;

/** How a statement is asked by itself. */
export type ReadOptions = {
  readonly binding: Binding | undefined;
  readonly piggyback?: PiggybackQuery | undefined;
  readonly quick?: boolean;
};

/**
 * The statement of a name isn't there, or another is, as behind a PgBouncer that doesn't follow
 * names from connection to connection.
 */
const UNKNOWN_STATEMENT = ['26000', '42P05'];
export const isUnknownStatement = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && UNKNOWN_STATEMENT.includes(error.code ?? '');

/**
 * A pool of {@link BoundClient}. With `naming`, statements that have a name are prepared once a
 * connection. Names stand for texts, so that the worst that a pooler can do is not to know one: it
 * has done nothing then, the statement is asked again without, and so are all others.
 */
export class ConnectionPool extends pg.Pool {
  #naming: boolean;
  readonly #pipelinedReads = new PipelinedReads(this);
  readonly #waitQueue: WaitQueue;

  constructor({ naming = false, ...config }: pg.PoolConfig & { naming?: boolean }) {
    super({ ...config, Client: BoundConnection } as pg.PoolConfig);
    this.#naming = naming;
    this.setMaxListeners(0);
    // One that breaks while it is used fails the statement that it is used for. Without a listener
    // it would end the process as well: where its COMMIT fails it is put back before it is known to
    // be gone, and taken again.
    this.on('connect', client => client.on('error', () => {}));
    const prepare = (client: PooledClient) => {
      client.naming = this.#naming;
    };
    this.#waitQueue = new WaitQueue(this, { connect: callback => super.connect(callback as never), prepare });
  }

  /** Whether statements still have names. */
  get naming(): boolean {
    return this.#naming;
  }

  /**
   * Has all statements go without names from now on: somebody between here and the database doesn't
   * follow them.
   */
  disableNamedStatements(): void {
    this.#naming = false;
  }

  /** A connection, to be put back. */
  acquire(): Promise<PooledClient> {
    return this.#waitQueue.take();
  }

  /** Puts a connection back, for whoever is next; a broken one is closed. */
  release(client: PooledClient, broken?: Error): void {
    if (broken || !this.#waitQueue.pass(client)) client.release(broken);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(callback?: unknown): unknown {
    const to = currentSink();
    return to && !callback ? Promise.resolve(standIn(to)) : super.connect(callback as never);
  }

  /**
   * One statement, under the binding in force when it is asked for: awaiting keeps it, where pg's
   * own pool would go on in the context of whoever releases a connection. A statement that fails
   * keeps its connection, which pg's own pool would drop.
   */
  // @ts-expect-error: as above; Prisma's adapter uses this form alone.
  override async query(config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const to = currentSink();
    if (to)
      return to.query(typeof config === 'string' ? { text: config, values } : { ...(config as Statement), ...(values && { values }) });
    const client = await this.acquire();
    let broken: Error | undefined;
    try {
      return await this.#asked(client, config, values);
    } catch (error) {
      if (isBroken(error)) broken = error as Error;
      throw error;
    } finally {
      this.release(client, broken);
    }
  }

  /**
   * What a statement answers, bound by itself and with its companion. One that is `quick` shares a
   * connection with others that are (lanes.ts).
   */
  async read<Row = string | null>(statement: ReadStatement, { binding, piggyback, quick = false }: ReadOptions): Promise<Answered<Row>> {
    const once = (naming: boolean) =>
      new Promise<Answered<Row>>((resolve, reject) => {
        const settle = (error: Error | null, answered: Answered<unknown>) => (error ? reject(error) : resolve(answered as Answered<Row>));
        const readQuery = new ReadQuery(statement, binding, piggyback, naming, settle);
        if (quick) this.#pipelinedReads.take(readQuery);
        else void this.#alone(readQuery);
      });
    const { naming } = this;
    try {
      return await once(naming);
    } catch (error) {
      if (!naming || !isUnknownStatement(error)) throw error;
      this.disableNamedStatements();
      return await once(false);
    }
  }

  async #alone(readQuery: ReadQuery): Promise<void> {
    const client = await this.acquire().catch(error => readQuery.fail(error));
    if (!client) return;
    readQuery.onSettled = error => this.release(client, error && isBroken(error) ? error : undefined);
    client.read(readQuery);
  }

  async #asked(client: BoundConnection, config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      return (await client.query(config, values)) as pg.QueryResult;
    } catch (error) {
      if (!client.naming || !isUnknownStatement(error)) throw error;
      this.disableNamedStatements();
      client.naming = false;
      return (await client.query(config, values)) as pg.QueryResult;
    }
  }
}
