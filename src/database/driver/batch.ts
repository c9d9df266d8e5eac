import pg from 'pg';
import { isBroken } from './failure.ts';
import { encodeParameters, Message, type PgConnection, writeNow } from './message.ts';
import type { PreparedStatements } from './prepared-statements.ts';
import type { Statement } from './statement.ts';

/**
 * The outcome of a batch: the results of the statements that ran, in order, and the error of the
 * one after them, which fails all that follow.
 */
export type Outcome = {
  readonly results: readonly pg.QueryResult[];
  readonly error: Error | null;
  /** When the batch was sent, and when each statement ended: moments of `performance.now()`, ms. */
  readonly sentAt: number;
  readonly endedAt: readonly number[];
};

/** What pg builds rows with, given a description of them. */
export type RowBuilder = pg.QueryResult & {
  addFields(fields: unknown): void;
  parseRow(fields: unknown): unknown;
  addRow(row: unknown): void;
  addCommandComplete(message: { text: string }): void;
};
export const RowBuilder = pg.Result as unknown as new (rowMode: string | undefined, types: pg.CustomTypesConfig) => RowBuilder;

/** Emits when PostgreSQL is ready again, and when the connection has ended. */
export type ReadyEvents = {
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  removeListener(event: 'readyForQuery' | 'end', listener: () => void): void;
};

/**
 * Calls `then` once a connection can be used after an error. pg reports a failed statement at once,
 * but the state of the transaction is known only when PostgreSQL is ready again.
 */
export function afterError(error: Error, events: ReadyEvents, then: () => void): void {
  if (isBroken(error)) {
    then();
    return;
  }
  const end = () => {
    events.removeListener('readyForQuery', end);
    events.removeListener('end', end);
    then();
  };
  events.once('readyForQuery', end);
  events.once('end', end);
}

/** How many rows a statement affected, from PostgreSQL's command tag, such as `UPDATE 3`. */
export const rowCountOf = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0);

/** The result of a statement without a description: the first column of each row, as text. */
class TextResult {
  readonly rows: unknown[] = [];
  #tag = '';

  get command() {
    return this.#tag.split(' ', 1)[0];
  }

  get rowCount() {
    return rowCountOf(this.#tag);
  }

  parseRow([text]: readonly unknown[]) {
    return text;
  }

  addRow(row: unknown) {
    this.rows.push(row);
  }

  addCommandComplete({ text }: { text: string }) {
    this.#tag = text;
  }
}

/** A statement of a batch, its parameters, and its result so far. */
class Part {
  readonly result: RowBuilder;
  readonly #parameters: string;

  constructor(readonly statement: Statement) {
    const { isSilent, isText, rowMode, types = pg.types } = statement;
    this.result = isSilent || isText ? (new TextResult() as Partial<RowBuilder> as RowBuilder) : new RowBuilder(rowMode, types);
    this.#parameters = statement.parameters ?? encodeParameters(statement.values ?? []);
  }

  write(message: Message) {
    const { name = '', text } = this.statement;
    message.run({ name, text, parameters: this.#parameters, isDescribed: !(this.result instanceof TextResult) });
  }
}

/**
 * Statements under one Sync, submitted as one query of pg's: one round trip. Each sees what is
 * committed when it starts; after a failure PostgreSQL skips the rest.
 */
export class Batch {
  readonly #parts: readonly Part[];
  readonly #endedAt: number[] = [];
  #sentAt = 0;
  #current = 0;
  #parseError: Error | null = null;
  #isDone = false;

  constructor(
    statements: readonly Statement[],
    private readonly prepared: PreparedStatements | null,
    private readonly done: (outcome: Outcome) => void,
  ) {
    this.#parts = statements.map(statement => new Part(statement));
  }

  submit(connection: PgConnection): null {
    const message = new Message(this.prepared);
    for (const part of this.#parts) part.write(message);
    writeNow(message.bytes, connection);
    this.#sentAt = performance.now();
    return null;
  }

  handleRowDescription({ fields }: { fields: unknown }) {
    this.#result.addFields(fields);
  }

  handleDataRow({ fields }: { fields: readonly unknown[] }) {
    if (this.#parts[this.#current]!.statement.isSilent) return;
    try {
      this.#result.addRow(this.#result.parseRow(fields));
    } catch (error) {
      this.#parseError ??= error as Error;
    }
  }

  handleCommandComplete(message: { text: string }) {
    this.#result.addCommandComplete(message);
    this.#endedAt.push(performance.now());
    this.#current += 1;
  }

  handleEmptyQuery() {
    this.#endedAt.push(performance.now());
    this.#current += 1;
  }

  handleError(error: Error, events: ReadyEvents) {
    for (const { statement } of this.#parts.slice(this.#current)) if (statement.name) this.prepared?.invalidate(statement.name);
    afterError(error, events, () => this.#end(error));
  }

  handleReadyForQuery() {
    this.#end(this.#parseError);
  }

  get #result() {
    return this.#parts[this.#current]!.result;
  }

  #end(error: Error | null) {
    if (this.#isDone) return;
    this.#isDone = true;
    const results = this.#parts.slice(0, this.#current).map(({ result }) => result);
    const now = performance.now();
    if (error) this.#endedAt.push(now);
    this.done({ results, error, sentAt: this.#sentAt || now, endedAt: this.#endedAt });
  }
}
