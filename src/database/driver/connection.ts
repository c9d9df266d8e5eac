import pg from 'pg';
import { type Binding, bindingStatement, bindingText, currentBinding } from '../tenancy/binding.ts';
import { Batch, type Outcome, type Statement } from './batch.ts';
import { nameOf, Prepared, type Wire } from './prepared-statements.ts';
import type { ReadQuery } from './read-query.ts';

/**
 * Connections that bind each statement to its tenant and person in the statement's own round trip:
 * the binding and the statement go under one Sync, hence in one implicit transaction, and the
 * binding is gone with it. No binding outlives a transaction, so that it works behind PgBouncer in
 * transaction mode. It leans on the internals of pg's Query, which is why pg is pinned and
 * test/database/driver/pool.test.ts holds this. The figures are in
 * docs/decisions/0002-isolation.md.
 */

type WireQuery = pg.Query & {
  name: string | undefined;
  readonly text: string;
  callback: (error: Error | null, result?: pg.QueryResult) => void;
  prepare(wire: PgWire): void;
  handleDataRow(message: DataRow): void;
  handleCommandComplete(message: unknown, wire: PgWire): void;
  handleError(error: Error, wire: PgWire): void;
};
type DataRow = { readonly fields: readonly (string | null)[] };
/** What pg itself takes for prepared already. */
type PgWire = Wire & {
  bind(message: { portal: string; statement: string; values: readonly string[] }): void;
  execute(message: { portal: string }): void;
  readonly submittedNamedStatements: Record<string, string>;
};
type Callback = (error: Error | null, result?: pg.QueryResult) => void;

const PgQuery = pg.Query as unknown as new (config: pg.QueryConfig & { queryMode: 'extended' }) => WireQuery;

const BINDING_NAME = nameOf(bindingStatement({ tenantId: null, personId: null }).text);

/**
 * A statement that is preceded, under the same Sync, by the one that binds it, if there is a
 * binding. With `prepared`, both are prepared under names: that one always, the statement where it
 * has a name.
 */
class BoundQuery extends PgQuery {
  readonly #name: string | undefined;
  #isAhead: boolean;

  constructor(
    { name, ...statement }: pg.QueryConfig,
    private readonly binding: Binding | undefined,
    private readonly prepared: Prepared | null,
  ) {
    super({ ...statement, queryMode: 'extended' });
    this.#name = prepared && name ? name : undefined;
    this.#isAhead = binding !== undefined;
  }

  override prepare(wire: PgWire) {
    if (this.binding) this.#bind(wire, bindingStatement(this.binding));
    const name = this.#name;
    if (!name) return super.prepare(wire);
    this.prepared!.ensure(wire, name, this.text);
    this.name = name;
    wire.submittedNamedStatements[name] = this.text;
    super.prepare(wire);
    delete wire.submittedNamedStatements[name];
    this.name = undefined; // pg would keep books of its own
  }

  #bind(wire: PgWire, { text, values }: ReturnType<typeof bindingStatement>) {
    const name = this.prepared ? BINDING_NAME : '';
    if (this.prepared) this.prepared.ensure(wire, name, text);
    else wire.parse({ text, name });
    wire.bind({ portal: '', statement: name, values });
    wire.execute({ portal: '' });
  }

  override handleDataRow(message: DataRow) {
    if (!this.#isAhead) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: PgWire) {
    if (!this.#isAhead) super.handleCommandComplete(message, wire);
    this.#isAhead = false;
  }

  override handleError(error: Error, wire: PgWire) {
    if (this.binding) this.prepared?.invalidate(BINDING_NAME);
    if (this.#name) this.prepared?.invalidate(this.#name);
    super.handleError(error, wire);
  }
}

/**
 * A connection whose statements are bound: each by itself, or a transaction as a whole when it
 * begins.
 */
export class BoundConnection extends pg.Client {
  /** Whether statements may have names. */
  naming = false;
  readonly #prepared = new Prepared();
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
    if (!binding && !(statement.name && this.naming)) return this.#plain(statement, callback);
    return this.#submit(new BoundQuery(statement, binding, this.naming ? this.#prepared : null), callback);
  }

  /** A statement that answers texts, bound by itself. */
  read(readQuery: ReadQuery): void {
    readQuery.prepared = this.naming && readQuery.mayBeNamed ? this.#prepared : null;
    super.query(readQuery as never);
  }

  /**
   * Statements under one Sync, in the transaction that they begin, go on with, or end: bound as
   * that is.
   */
  together(statements: readonly Statement[]): Promise<Outcome> {
    return new Promise(resolve => {
      super.query(new Batch(statements, this.naming ? this.#prepared : null, resolve) as never);
    });
  }

  /** Whether it is of use still. */
  get isOpen(): boolean {
    const { _queryable, _ending } = this as unknown as { readonly _queryable: boolean; readonly _ending: boolean };
    return _queryable && !_ending;
  }

  /** Whether a transaction is open, failed or not. */
  get isInTransaction(): boolean {
    return this.#inTransaction();
  }

  #plain({ name: _, ...statement }: pg.QueryConfig, callback?: Callback): unknown {
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
