import pg from 'pg';
import { afterError, type ReadyEvents, RowBuilder, rowCountOf } from './batch.ts';
import type { Caller } from './caller.ts';
import { encodeParameters, Message, type PgConnection, writeNow } from './message.ts';
import type { PiggybackQuery } from './piggyback-query.ts';
import type { PreparedStatements } from './prepared-statements.ts';
import type { Prelude } from './statement.ts';

/** A read: its rows are one text each, or objects where it has `types`. */
export type ReadStatement = {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The name it is prepared under, where names are used. */
  readonly name?: string | undefined;
  /** How the columns are parsed. */
  readonly types?: pg.CustomTypesConfig | undefined;
};

/** The rows of a read, and how many rows it affected. */
export type ReadResult<Row> = { readonly rows: readonly Row[]; readonly rowCount: number | null };

const ignore = () => {};

/** A query of pg's, without the emitter, settings and result that its constructor makes. */
const PgQuery = function PgQuery() {} as unknown as new () => object;
PgQuery.prototype = pg.Query.prototype;

/**
 * A read and its prelude: written in one piece under a Sync of their own, hence one implicit
 * transaction. A query of pg's, so that a client in pipeline mode accepts it.
 */
export class ReadQuery extends PgQuery {
  readonly #parameters: string;
  readonly #rows: unknown[] = [];
  /** Builds rows that are objects; null where each is one text. */
  readonly #builder: RowBuilder | null;
  #rowCount: number | null = null;
  #parseError: Error | null = null;
  #isInPrelude: boolean;
  /** When it was sent, as `performance.now()`; 0 before. */
  sentAt = 0;

  constructor(
    private readonly statement: ReadStatement,
    private readonly prelude: Prelude | undefined,
    /** Its result is the last column of the prelude. */
    private readonly piggyback: PiggybackQuery | undefined,
    /** Whether statements are prepared under names. */
    readonly usesNames: boolean,
    private readonly settle: (error: Error | null, result: ReadResult<unknown>) => void,
  ) {
    super();
    this.#parameters = encodeParameters(statement.values);
    this.#builder = statement.types ? new RowBuilder(undefined, statement.types) : null;
    this.#isInPrelude = prelude !== undefined;
  }

  /** The prepared statements of the connection, where names are used. */
  prepared: PreparedStatements | null = null;
  /** Who waits for the result; undefined for somebody who never leaves. */
  caller: Caller | undefined;
  /** Called when the read is over, ahead of its caller. */
  onSettled: (error: Error | null) => void = ignore;

  /** Writes the message; by default, to the connection at once. */
  write: (message: string, connection: PgConnection) => void = writeNow;

  submit(connection: PgConnection): null {
    const message = new Message(this.prepared);
    if (this.prelude) message.run(this.prelude);
    const { name = '', text } = this.statement;
    message.run({ name, text, parameters: this.#parameters, isDescribed: this.#builder !== null });
    this.write(message.bytes, connection);
    this.sentAt = performance.now();
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: unknown }) {
    this.#builder?.addFields(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
    if (!this.#isInPrelude) this.#addRow(fields);
    else this.piggyback?.settle(fields.at(-1)!);
  }

  #addRow(fields: readonly (string | null)[]) {
    try {
      this.#rows.push(this.#builder ? this.#builder.parseRow(fields) : fields[0]);
    } catch (error) {
      this.#parseError ??= error as Error;
    }
  }

  handleCommandComplete({ text }: { readonly text: string }) {
    if (!this.#isInPrelude) this.#rowCount = rowCountOf(text);
    this.#isInPrelude = false;
  }

  handleReadyForQuery() {
    this.onSettled(null);
    this.settle(this.#parseError, { rows: this.#rows, rowCount: this.#rowCount });
  }

  handleError(error: Error, events: ReadyEvents) {
    if (this.prelude) this.prepared?.invalidate(this.prelude.name);
    if (this.statement.name) this.prepared?.invalidate(this.statement.name);
    afterError(error, events, () => this.fail(error));
  }

  /** Fails the read: there is no result, and there won't be one. */
  fail(error: Error): void {
    this.onSettled(error);
    this.settle(error, { rows: [], rowCount: null });
  }
}
