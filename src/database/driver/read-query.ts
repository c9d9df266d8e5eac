import pg from 'pg';
import { type Binding, bindingStatement } from '../tenancy/binding.ts';
import { afterError, Described, rowsIn, type Telling } from './batch.ts';
import { type Connection, Message, parametersOf } from './message.ts';
import type { PiggybackQuery } from './piggyback-query.ts';
import { nameOf, type Prepared } from './prepared-statements.ts';

/**
 * A statement that is asked by itself: its rows are one text each, unless it says how to read what
 * is in them.
 */
export type ReadStatement = {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Where statements may have names. */
  readonly name?: string | undefined;
  /** What becomes of the columns of its rows, which are objects then. */
  readonly types?: pg.CustomTypesConfig | undefined;
};

/** What a statement answers, and how many rows it was about. */
export type Answered<Row> = { readonly rows: readonly Row[]; readonly rowCount: number | null };

const PgQuery = pg.Query as unknown as new (config: pg.QueryConfig) => pg.Query;

/** What goes ahead of a statement: what binds it and, in the same statement, its companion. */
type Ahead = { readonly name: string; readonly text: string };
const aheads = new Map<string, Ahead>();
const { text: BINDING } = bindingStatement({ tenantId: null, personId: null });

function aheadOf(piggyback: string): Ahead {
  const known = aheads.get(piggyback);
  if (known) return known;
  const text = piggyback ? `${BINDING}, (${piggyback.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + 2}`)})` : BINDING;
  const fresh = { text, name: nameOf(text) };
  aheads.set(piggyback, fresh);
  return fresh;
}

/**
 * A statement that goes to the database bound, with a companion if it has one: one piece of bytes
 * out, under one Sync of its own, hence in one implicit transaction; of what comes back no more is
 * read than it is made for. A client that pipelines takes it, being one of pg's.
 */
export class ReadQuery extends PgQuery {
  readonly #parameters: string;
  readonly #rows: unknown[] = [];
  /** What makes rows of what comes, where they are more than a text. */
  readonly #described: Described | null;
  #rowCount: number | null = null;
  #unread: Error | null = null;
  #ahead: boolean;

  constructor(
    private readonly statement: ReadStatement,
    private readonly binding: Binding | undefined,
    private readonly piggyback: PiggybackQuery | undefined,
    /** Whether statements may have names. */
    readonly mayBeNamed: boolean,
    private readonly settle: (error: Error | null, answered: Answered<unknown>) => void,
  ) {
    super({ text: statement.text });
    this.#parameters = parametersOf(statement.values);
    this.#described = statement.types ? new Described(undefined, statement.types) : null;
    this.#ahead = binding !== undefined;
  }

  /** The statements that the connection keeps under names, where it may. */
  prepared: Prepared | null = null;
  /** Told that it is over, before whoever asked is. */
  onSettled: (error: Error | null) => void = () => {};

  override submit = (connection: Connection): null => {
    const message = new Message(this.prepared);
    if (this.binding) {
      const parameters = parametersOf([...bindingStatement(this.binding).values, ...(this.piggyback?.values ?? [])]);
      message.run({ ...aheadOf(this.piggyback?.text ?? ''), parameters });
    }
    const { name = '', text } = this.statement;
    message.run({ name, text, parameters: this.#parameters, isDescribed: this.#described !== null });
    message.send(connection);
    return null;
  };

  handleRowDescription({ fields }: { readonly fields: unknown }) {
    this.#described?.addFields(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
    if (!this.#ahead) this.#read(fields);
    else if (this.piggyback) this.piggyback.settle(fields[2]!);
  }

  #read(fields: readonly (string | null)[]) {
    try {
      this.#rows.push(this.#described ? this.#described.parseRow(fields) : fields[0]);
    } catch (error) {
      this.#unread ??= error as Error;
    }
  }

  handleCommandComplete({ text }: { readonly text: string }) {
    if (!this.#ahead) this.#rowCount = rowsIn(text);
    this.#ahead = false;
  }

  handleReadyForQuery() {
    this.onSettled(null);
    this.settle(this.#unread, { rows: this.#rows, rowCount: this.#rowCount });
  }

  handleError(error: Error, wire: Telling) {
    if (this.binding) this.prepared?.invalidate(aheadOf(this.piggyback?.text ?? '').name);
    if (this.statement.name) this.prepared?.invalidate(this.statement.name);
    afterError(error, wire, () => this.fail(error));
  }

  /** It was not answered, and won't be. */
  fail(error: Error): void {
    this.onSettled(error);
    this.settle(error, { rows: [], rowCount: null });
  }
}
