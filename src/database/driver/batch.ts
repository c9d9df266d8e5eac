import pg from 'pg';
import { type Connection, Message, parametersOf } from './message.ts';
import type { Prepared } from './prepared-statements.ts';

/** A statement among others that go out together. */
export type Statement = {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** Where statements may have names. */
  readonly name?: string | undefined;
  readonly rowMode?: 'array' | undefined;
  readonly types?: pg.CustomTypesConfig | undefined;
  /**
   * It answers no rows, and nobody asks for them: a command, or one whose answer is passed over.
   */
  readonly isSilent?: boolean;
  /**
   * Its rows are one text each, and are answered as they come: what describes them isn't asked for.
   */
  readonly isText?: boolean;
};

/**
 * How far a batch came: what was answered, in order, and why the statement after that failed, and
 * with it all that follow.
 */
export type Outcome = { readonly results: readonly pg.QueryResult[]; readonly error: Error | null };

/** What pg makes rows of, given what describes them. */
export type Described = pg.QueryResult & {
  addFields(fields: unknown): void;
  parseRow(fields: unknown): unknown;
  addRow(row: unknown): void;
  addCommandComplete(message: { text: string }): void;
};
/** What tells that PostgreSQL is ready again, or that the connection has ended. */
export type Telling = {
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  removeListener(event: 'readyForQuery' | 'end', listener: () => void): void;
};
export const Described = pg.Result as unknown as new (rowMode: string | undefined, types: pg.CustomTypesConfig) => Described;

/**
 * Whether a connection is of no use any more after an error: one that PostgreSQL tells of a
 * statement leaves it as it was.
 */
export const isBroken = (error: unknown): boolean => !(error instanceof pg.DatabaseError && error.severity === 'ERROR');

/**
 * Goes on once a connection has put an error behind it. Of a statement that failed pg tells at
 * once; what became of the transaction, and the connection itself, is known once PostgreSQL is
 * ready again.
 */
export function afterError(error: Error, wire: Telling, then: () => void): void {
  if (isBroken(error)) {
    then();
    return;
  }
  const end = () => {
    wire.removeListener('readyForQuery', end);
    wire.removeListener('end', end);
    then();
  };
  wire.once('readyForQuery', end);
  wire.once('end', end);
}

/** How many rows a statement was about, as PostgreSQL tags what it has done: `UPDATE 3`. */
export const rowsIn = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0);

/**
 * What is answered of a statement whose rows aren't described: its command, and the one text of
 * each row.
 */
class Undescribed {
  readonly rows: unknown[] = [];
  #tag = '';

  get command() {
    return this.#tag.split(' ', 1)[0];
  }

  get rowCount() {
    return rowsIn(this.#tag);
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

/** A statement on its way: its values as they go over the wire, and what is answered so far. */
class Part {
  readonly result: Described;
  readonly #parameters: string;

  constructor(readonly statement: Statement) {
    const { isSilent, isText, rowMode, types = pg.types } = statement;
    this.result = isSilent || isText ? (new Undescribed() as Partial<Described> as Described) : new Described(rowMode, types);
    this.#parameters = parametersOf(statement.values ?? []);
  }

  write(message: Message) {
    const { name = '', text } = this.statement;
    message.run({ name, text, parameters: this.#parameters, isDescribed: !(this.result instanceof Undescribed) });
  }
}

/**
 * Statements that go out under one Sync, as one query of pg's: one round trip. They run one after
 * the other, each with what is committed by then in sight; after one that fails PostgreSQL passes
 * over the rest.
 */
export class Batch {
  readonly #parts: readonly Part[];
  #at = 0;
  #unread: Error | null = null;
  #isDone = false;

  constructor(
    statements: readonly Statement[],
    private readonly prepared: Prepared | null,
    private readonly done: (outcome: Outcome) => void,
  ) {
    this.#parts = statements.map(statement => new Part(statement));
  }

  submit(connection: Connection): null {
    const message = new Message(this.prepared);
    for (const part of this.#parts) part.write(message);
    message.send(connection);
    return null;
  }

  handleRowDescription({ fields }: { fields: unknown }) {
    this.#result.addFields(fields);
  }

  handleDataRow({ fields }: { fields: readonly unknown[] }) {
    if (this.#parts[this.#at]!.statement.isSilent) return;
    try {
      this.#result.addRow(this.#result.parseRow(fields));
    } catch (error) {
      this.#unread ??= error as Error;
    }
  }

  handleCommandComplete(message: { text: string }) {
    this.#result.addCommandComplete(message);
    this.#at += 1;
  }

  handleEmptyQuery() {
    this.#at += 1;
  }

  handleError(error: Error, wire: Telling) {
    for (const { statement } of this.#parts.slice(this.#at)) if (statement.name) this.prepared?.invalidate(statement.name);
    afterError(error, wire, () => this.#end(error));
  }

  handleReadyForQuery() {
    this.#end(this.#unread);
  }

  get #result() {
    return this.#parts[this.#at]!.result;
  }

  #end(error: Error | null) {
    if (this.#isDone) return;
    this.#isDone = true;
    this.done({ results: this.#parts.slice(0, this.#at).map(({ result }) => result), error });
  }
}
