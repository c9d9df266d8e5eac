import { uuidv7 as uuid } from 'uuidv7';
import { transactionOf } from './bound-transaction.ts';
import type { PiggybackQuery } from './driver/piggyback-query.ts';
import { poolTarget } from './driver/prisma-adapter.ts';
import type { Query } from './driver/query.ts';
import type { ReadResult, ReadStatement } from './driver/read-query.ts';
import { inTransaction } from './driver/run-transaction.ts';
import type { Prelude } from './driver/statement.ts';
import { isByKey, runOperation } from './run-operation.ts';
import { EXACT_TYPES, type Source } from './source.ts';
import type { TenantClient } from './sql/data-model.ts';
import { UnsupportedQuery } from './sql/draft.ts';
import { parseRows } from './sql/engine.ts';
import type { JsonRead } from './sql/json-shape.ts';
import { type Binding, bindingPrelude, preludeWith } from './tenancy/binding.ts';
import { boundModels } from './tenancy/bound-models.ts';
import type { Transaction, TransactionOptions, UnitOfWork } from './unit-of-work.ts';

/** How long a transaction may be open, ms. */
const TRANSACTION_TIMEOUT_MS = 15_000;

/**
 * The unit of work of a binding. Its first read takes the piggyback query along. There is one for
 * each request, and most read JSON alone: the rest is made on use.
 */
export class BoundWork implements UnitOfWork {
  readonly binding: Binding;
  readonly #source: Source;
  readonly #piggyback: PiggybackQuery | undefined;
  readonly #firstPrelude: Prelude;
  #ownPrelude: Prelude | undefined;
  #models: TenantClient | undefined;

  /** @throws {TypeError} for an id that is not written as PostgreSQL writes it. */
  constructor(source: Source, binding: Binding, piggyback?: PiggybackQuery) {
    this.#source = source;
    this.binding = binding;
    this.#piggyback = piggyback;
    this.#firstPrelude = piggyback ? preludeWith(piggyback.query, binding) : bindingPrelude(binding);
  }

  get db(): TenantClient {
    this.#models ??= this.#openModels();
    return this.#models;
  }

  get query(): Query {
    const { names } = this.#source;
    return async <Row>(text: string, values: readonly unknown[]) =>
      (await this.#read<Row>({ text, values, name: names.of(text), types: EXACT_TYPES })).rows;
  }

  async json(read: JsonRead): Promise<string | null> {
    if (!this.#source.json) throw new UnsupportedQuery('operation');
    return await this.#source.json(read, this.binding, this.#readText);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>, { once = false }: TransactionOptions = {}): Promise<T> {
    const { binding } = this;
    const source = this.#source;
    return inTransaction(source.pool, this.#prelude, transaction => work(transactionOf(source, binding, transaction)), {
      timeout: TRANSACTION_TIMEOUT_MS,
      observer: source.observer,
      ...(once && { tries: 1 }),
    });
  }

  founding(tenantId: string = uuid()) {
    return new BoundWork(this.#source, { tenantId, personId: null }) as ReturnType<UnitOfWork['founding']>;
  }

  within(tenantId: string): UnitOfWork {
    return new BoundWork(this.#source, { ...this.binding, tenantId });
  }

  /** The binding alone, for all but the first read. */
  get #prelude(): Prelude {
    this.#ownPrelude ??= this.#piggyback ? bindingPrelude(this.binding) : this.#firstPrelude;
    return this.#ownPrelude;
  }

  #read<Row = string | null>(statement: ReadStatement, quick = false): Promise<ReadResult<Row>> {
    const { pool, observer } = this.#source;
    const piggyback = this.#piggyback;
    return piggyback?.take()
      ? pool.read<Row>(statement, { prelude: this.#firstPrelude, piggyback, quick, observer })
      : pool.read<Row>(statement, { prelude: this.#prelude, quick, observer });
  }

  readonly #readText = async (statement: ReadStatement) => (await this.#read(statement, true)).rows[0]!;

  #openModels(): TenantClient {
    const { pool, prisma, names, engine, observer } = this.#source;
    const runnerOf = (quick: boolean) => ({
      prisma,
      target: () => poolTarget(pool, this.#prelude, TRANSACTION_TIMEOUT_MS, observer),
      engine: engine?.({ run: async ({ text, values }) => parseRows(await this.#read({ text, values, name: names.of(text) }, quick)) }),
    });
    const [runner, byKeyRunner] = [runnerOf(false), runnerOf(true)];
    return boundModels(this.binding, (model, operation, scoped) =>
      runOperation(isByKey(operation) ? byKeyRunner : runner, model, operation, scoped),
    );
  }
}
