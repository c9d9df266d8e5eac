import pg from 'pg';
import { type Binding, bindingStatement, bindingText, currentBinding } from './binding.ts';

/**
 * Connections that bind each statement to its tenant and person in the statement's own round trip: the binding and the statement
 * go under one Sync, hence in one implicit transaction, and the binding is gone with it. Nothing outlives a transaction, so that it
 * works behind PgBouncer in transaction mode. It leans on the internals of pg's Query, which is why pg is pinned and
 * test/database/bound-pool.test.ts holds this. The figures are in docs/decisions/0002-isolation.md.
 */

type Wire = {
  parse(message: { text: string; name: string }): void;
  bind(message: { portal: string; statement: string; values: readonly string[] }): void;
  execute(message: { portal: string }): void;
};
type WireQuery = pg.Query & {
  callback: (error: Error | null, result?: pg.QueryResult) => void;
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
};
type Callback = (error: Error | null, result?: pg.QueryResult) => void;

const PgQuery = pg.Query as unknown as new (config: pg.QueryConfig & { queryMode: 'extended' }) => WireQuery;

/** A statement that is preceded, under the same Sync, by the one that binds it. */
class BoundQuery extends PgQuery {
  #bound = false;

  constructor(
    statement: pg.QueryConfig,
    private readonly binding: Binding,
  ) {
    super({ ...statement, queryMode: 'extended' });
  }

  override prepare(wire: Wire) {
    const { text, values } = bindingStatement(this.binding);
    wire.parse({ text, name: '' });
    wire.bind({ portal: '', statement: '', values });
    wire.execute({ portal: '' });
    super.prepare(wire);
  }

  override handleDataRow(message: unknown) {
    if (this.#bound) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire) {
    if (this.#bound) super.handleCommandComplete(message, wire);
    else this.#bound = true;
  }
}

/** A connection whose statements are bound: each by itself, or a transaction as a whole when it begins. */
export class BoundClient extends pg.Client {
  #transaction: Binding | undefined;

  // @ts-expect-error: pg declares nine overloads; this takes all of them and answers as they do.
  override query(config: string | pg.QueryConfig | pg.Submittable, values?: unknown[] | Callback, callback?: Callback): unknown {
    if (typeof values === 'function') return this.query(config, undefined, values);
    if (typeof config === 'object' && 'submit' in config) return super.query(config);
    const binding = currentBinding();
    const statement: pg.QueryConfig = { ...(typeof config === 'string' ? { text: config } : config), ...(values && { values }) };
    if (this.#inTransaction()) {
      if (binding && this.#transaction !== binding) throw new Error('a transaction belongs to the binding that it began under');
      return this.#plain(statement, callback);
    }
    if (/^\s*BEGIN\b/i.test(statement.text)) {
      this.#transaction = binding;
      return this.#plain({ ...statement, text: binding ? `${statement.text}; ${bindingText(binding)}` : statement.text }, callback);
    }
    if (!binding) return this.#plain(statement, callback);
    return this.#submit(new BoundQuery(statement, binding), callback);
  }

  #plain(statement: pg.QueryConfig, callback?: Callback): unknown {
    return super.query(statement as never, undefined as never, callback as never);
  }

  #inTransaction() {
    const status = (this as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
    return status === 'T' || status === 'E';
  }

  #submit(query: BoundQuery, callback?: Callback) {
    if (callback) {
      query.callback = callback;
      return super.query(query);
    }
    return new Promise((resolve, reject) => {
      query.callback = (error, result) => (error ? reject(error) : resolve(result));
      super.query(query);
    });
  }
}

/** A pool of {@link BoundClient}. */
export class BoundPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: BoundClient } as pg.PoolConfig);
    this.setMaxListeners(0);
    // One that breaks while it is used fails the statement that it is used for. Without a listener it would end the process as well: where its
    // COMMIT fails it is put back before it is known to be gone, and taken again.
    this.on('connect', client => client.on('error', () => {}));
  }

  /**
   * One statement, under the binding in force when it is asked for: awaiting keeps it, where pg's own pool would go on in the context of
   * whoever releases a connection. A statement that fails keeps its connection, which pg's own pool would drop.
   */
  // @ts-expect-error: as above; Prisma's adapter uses this form alone.
  override async query(config: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      return await client.query(config as string, values);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.severity === 'ERROR')) broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }
}
