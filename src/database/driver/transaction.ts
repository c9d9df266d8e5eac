import pg from 'pg';
import { type Binding, bindingStatement, checkBinding, currentBinding } from '../tenancy/binding.ts';
import { isBroken, type Outcome, type Statement } from './batch.ts';
import { TransactionTimeoutError } from './failure.ts';
import { runWithin } from './joined.ts';
import { type ConnectionPool, isUnknownStatement, type PooledClient } from './pool.ts';
import { nameOf } from './prepared-statements.ts';

type Waiting = {
  readonly statement: Statement;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

const command = (text: string): Statement => ({ text, name: nameOf(text), isSilent: true });
const [BEGIN, COMMIT, ROLLBACK] = ['BEGIN', 'COMMIT', 'ROLLBACK'].map(command) as [Statement, Statement, Statement];
const BINDING_NAME = nameOf(bindingStatement({ tenantId: null, personId: null }).text);
const nothing = () => {};

/**
 * A deadlock's victim, or one that can't be put in order with others: PostgreSQL ended it, all of
 * it, and it may be tried again.
 */
const UNLUCKY = ['40P01', '40001'];
const isUnlucky = (error: unknown) => error instanceof pg.DatabaseError && UNLUCKY.includes(error.code ?? '');

/**
 * A transaction on one connection. Statements that are asked for in one go, without waiting for
 * each other's answers, go out together; BEGIN and the binding go with the first ones, and COMMIT
 * with the last. One that is asked for in one go as a whole needs neither: what goes out under one
 * Sync is one transaction. Once a statement has failed no other is answered, and nothing is kept.
 */
export class BoundTransaction {
  #waiting: Waiting[] = [];
  #isWanted = false;
  #isScheduled = false;
  #turn: Promise<void> | null = null;
  #hasBegun = false;
  #isCommitting = false;
  #isOver = false;
  #failure: unknown;
  #broken: Error | undefined;
  #currentSink: Promise<unknown> | null = null;
  #ending: Promise<void> | undefined;
  #client: PooledClient | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: ConnectionPool,
    private readonly binding: Binding,
    private readonly options: Pick<TransactionOptions, 'patience'> & { readonly naming: boolean },
  ) {}

  /** Why nothing of it is kept, if that is so already. */
  get failure(): unknown {
    return this.#failure;
  }

  /** One statement. What is asked for in the same go, and what was told before, goes with it. */
  query(statement: Statement): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#take({ statement, resolve, reject });
      this.#isWanted = true;
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      process.nextTick(() => {
        this.#isScheduled = false;
        this.#go();
      });
    });
  }

  /**
   * One statement whose answer nobody waits for: it goes with the next one, or with COMMIT, and if
   * it fails so does the transaction.
   */
  enqueue(statement: Statement): void {
    this.#take({ statement, resolve: nothing, reject: nothing });
  }

  /** Has Prisma do something on this connection, one thing at a time. COMMIT waits for it. */
  async join<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#currentSink;
    const result = (async () => {
      await before;
      return await runWithin(this, work);
    })();
    const settled = result.then(nothing, nothing).then(() => {
      if (this.#currentSink === settled) this.#currentSink = null;
    });
    this.#currentSink = settled;
    return await result;
  }

  /** Keeps everything. @throws what made PostgreSQL keep nothing. */
  async commit(): Promise<void> {
    while (this.#currentSink) await this.#currentSink;
    if (this.#failure) throw this.#failure;
    this.#isCommitting = true;
    if (!this.#hasBegun) {
      if (this.#waiting.length) await this.#send([this.#binds()]);
      if (this.#failure) throw this.#failure;
      return;
    }
    const { command } = await this.query(COMMIT);
    if (command !== 'COMMIT') throw this.#failure ?? new Error('the transaction was rolled back');
  }

  /** Puts the connection back, without a trace of what was not committed. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isOver = true;
    while (this.#turn) await this.#turn;
    const client = this.#client;
    if (!client) return;
    if (!this.#broken && client.isInTransaction) {
      const { error } = await client.together([ROLLBACK]);
      if (error) this.#broken = error;
    }
    this.pool.release(client, this.#broken);
  }

  #take(waiting: Waiting) {
    const binding = currentBinding();
    if (binding && binding !== this.binding) throw new Error('a transaction belongs to the binding that it began under');
    this.#check();
    this.#waiting.push(waiting);
  }

  /** @throws why it takes nothing more. */
  #check() {
    if (this.#failure) throw this.#failure;
    if (this.#isOver) throw new Error('the transaction is over');
  }

  #go() {
    if (!this.#isWanted || this.#turn) return;
    const first = this.#hasBegun ? [] : [BEGIN, this.#binds()];
    this.#hasBegun = true;
    this.#turn = this.#send(first).finally(() => {
      this.#turn = null;
      this.#go();
    });
  }

  /** Sends what waits, after what comes first. */
  async #send(first: readonly Statement[]): Promise<void> {
    this.#isWanted = false;
    const sent = this.#waiting.splice(0);
    try {
      this.#check();
    } catch (error) {
      for (const { reject } of sent) reject(error);
      return;
    }
    const { results, error } = await this.#together([...first, ...sent.map(({ statement }) => statement)]);
    if (error) this.#failure ??= error;
    if (error && isBroken(error)) this.#broken = error;
    sent.forEach(({ resolve, reject }, place) => {
      const result = results[first.length + place];
      if (result) resolve(result);
      else reject(error);
    });
  }

  #binds(): Statement {
    return { ...bindingStatement(this.binding), name: BINDING_NAME, isSilent: true };
  }

  /** Asks on the connection that it is on from its first statement to its last. */
  async #together(statements: readonly Statement[]): Promise<Outcome> {
    if (!this.#client) {
      try {
        this.#client = await this.pool.acquire();
      } catch (error) {
        return { results: [], error: error as Error };
      }
      const { naming, patience } = this.options;
      this.#client.naming &&= naming;
      if (this.#hasBegun) this.#timer = setTimeout(() => this.#expire(patience), patience);
    }
    return await this.#client.together(statements);
  }

  #expire(patience: number) {
    if (this.#isCommitting) return;
    this.#failure ??= new TransactionTimeoutError(`a transaction took longer than ${patience} ms`);
    void this.end();
  }
}

/** How a transaction is run. */
export type TransactionOptions = {
  /**
   * How often it is run at most, if PostgreSQL ends it for the sake of others. One that does
   * something beside the database runs once.
   */
  readonly tries?: number;
  /** How long it may take, ms. */
  readonly patience: number;
};

const TRIES = 3;

/**
 * Runs `work` in one transaction, which commits when it returns and rolls back when it throws. One
 * that PostgreSQL ended as a deadlock's victim, or because it can't be put in order with others, is
 * run again: nothing of it was kept, and nobody was answered.
 */
export async function inTransaction<T>(
  pool: ConnectionPool,
  binding: Binding,
  work: (transaction: BoundTransaction) => Promise<T>,
  { tries = TRIES, ...options }: TransactionOptions,
): Promise<T> {
  checkBinding(binding);
  for (let left = tries; ; left -= 1) {
    const naming = pool.naming && tries > 1;
    const transaction = new BoundTransaction(pool, binding, { ...options, naming });
    try {
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      const { failure } = transaction;
      const isMisnaming = naming && isUnknownStatement(failure);
      if (isMisnaming) pool.disableNamedStatements();
      if (left <= 1 || !(isMisnaming || isUnlucky(failure))) throw error;
    } finally {
      await transaction.end();
    }
  }
}
