import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../driver/connection.ts';
import { isBroken } from '../driver/failure.ts';
import { ConnectionPool } from '../driver/pool.ts';
import { command } from '../driver/prepared-statements.ts';
import type { Query } from '../driver/query.ts';
import type { StatementObserver } from '../driver/statistics.ts';
import { Transaction } from '../driver/transaction.ts';
import type { Source } from '../source.ts';
import { type Binding, bindingPrelude } from '../tenancy/binding.ts';
import { checkDatabase } from '../tenancy/startup-check.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import { Circuit } from './circuit.ts';
import { messageOf, StandbyReadError } from './failure.ts';
import { BACKEND, PROGRESS, type Progress, progressValues, type WalPosition } from './position.ts';
import { snapshotWork } from './snapshot-work.ts';

export type StandbyOptions = {
  readonly poolSize?: number | undefined;
  readonly naming: boolean;
  /** Called when the standby begins to be skipped, and when it is used again. */
  readonly onChange: (standby: string, isUsed: boolean, because: string) => void;
};

/** How often a read looks whether the position is reached: after these pauses, ms, then no more. */
const PAUSES_MS = [1, 2, 4, 8];

/** How long connecting may take, the checks, saying how far it is, and the reads together, ms. */
const CONNECT_MS = 1_000;
const CHECK_MS = 2_000;
const PROGRESS_MS = 500;
const READ_MS = 5_000;
/** When a connection is cut whose reads did not end when their time was up, ms. */
const CUT_MS = READ_MS + 500;

const BEGIN_SNAPSHOT = command('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');

/** A standby that reads go to once it proves that it has all that is before a position. */
export class Standby {
  /** Where it is, without credentials. */
  readonly name: string;
  readonly #pool: ConnectionPool;
  readonly #source: Source;
  readonly #circuit: Circuit;
  /** Whether it isolates tenants, as far as was known when it was last reached. */
  #isChecked = false;

  constructor(url: string, source: Source, { poolSize, naming, onChange }: StandbyOptions) {
    this.name = new URL(url).host;
    this.#source = source;
    this.#pool = new ConnectionPool({
      ...{ connectionString: url, max: poolSize, naming, connectTimeout: CONNECT_MS, applicationName: 'ipto-gateway' },
    });
    this.#circuit = new Circuit((isClosed, because) => {
      this.#isChecked &&= isClosed;
      onChange(this.name, isClosed, because);
    });
  }

  get isUsed(): boolean {
    return this.#circuit.isClosed;
  }

  /**
   * Runs reads in one snapshot, which has all that is before the position.
   *
   * @throws {StandbyReadError} unless all of them were answered.
   */
  async read<T>(position: WalPosition, binding: Binding, work: (work: UnitOfWork) => Promise<T>, observer?: StatementObserver): Promise<T> {
    const attempt = this.#circuit.enter();
    if (!attempt) throw new StandbyReadError('skipped', 'it is skipped for a while');
    try {
      const result = await this.#read(position, binding, work, observer);
      attempt.succeeded();
      return result;
    } catch (error) {
      const failure = error instanceof StandbyReadError ? error : new StandbyReadError('failed', messageOf(error));
      if (failure.reason === 'crossing') attempt.succeeded();
      else attempt.failed(failure.message);
      throw failure;
    }
  }

  async #read<T>(
    position: WalPosition,
    binding: Binding,
    work: (work: UnitOfWork) => Promise<T>,
    observer: StatementObserver | undefined,
  ): Promise<T> {
    const connection = await this.#pool.acquire(binding.tenantId);
    const backend = await this.#prove(connection, position, observer).catch(error => {
      this.#pool.release(connection, isBroken(error) && !(error instanceof StandbyReadError) ? error : undefined);
      throw error;
    });
    return await within(connection, CUT_MS, () => this.#readOn(connection, backend, binding, work, observer));
  }

  async #readOn<T>(
    connection: Connection,
    backend: string,
    binding: Binding,
    work: (work: UnitOfWork) => Promise<T>,
    observer: StatementObserver | undefined,
  ): Promise<T> {
    const transaction = new Transaction(this.#on(connection), bindingPrelude(binding), {
      ...{ timeout: READ_MS, naming: this.#pool.naming, observer, begin: BEGIN_SNAPSHOT },
    });
    try {
      const { rows } = await transaction.query({ text: BACKEND });
      if (rows[0].backend !== backend) throw new StandbyReadError('unsuitable', 'it is behind a pooler, which changed the server');
      const snapshot = snapshotWork(this.#source, binding, transaction);
      const result = await work(snapshot.work);
      const failure = transaction.failure ?? snapshot.failure();
      if (failure) throw failure;
      return result;
    } catch (error) {
      this.#pool.canRunUnnamed(transaction.failure);
      throw error;
    } finally {
      void within(connection, PROGRESS_MS, () => transaction.end());
    }
  }

  /** What a transaction takes for a pool: the connection that has been checked. */
  #on(connection: Connection): Pick<ConnectionPool, 'acquire' | 'release' | 'run'> {
    const pool = this.#pool;
    return {
      acquire: async () => connection,
      release: (...released) => pool.release(...released),
      run: (...statements) => pool.run(...statements),
    };
  }

  /** Checks a standby that isn't known to isolate tenants, and waits until it has the position. */
  async #prove(connection: Connection, position: WalPosition, observer: StatementObserver | undefined): Promise<string> {
    const query: Query = async <Row>(text: string, values: readonly unknown[]) => {
      const { results, error } = await this.#pool.run(connection, [], [{ text, values }], { naming: false, observer });
      if (error) throw error;
      return results[0]!.rows as Row[];
    };
    if (!this.#isChecked) await within(connection, CHECK_MS, () => checkDatabase(query));
    this.#isChecked = true;
    return await within(connection, PROGRESS_MS, () => reach(query, position));
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** Waits for a moment until the position is reached, and returns the process that says so. */
async function reach(query: Query, position: WalPosition): Promise<string> {
  for (const pause of [...PAUSES_MS, null]) {
    const [progress] = await query<Progress>(PROGRESS, progressValues(position));
    if (!progress!.isStandby) throw new StandbyReadError('unsuitable', 'it is no standby');
    if (!progress!.isSameHistory) throw new StandbyReadError('unsuitable', "it has not followed the primary's timeline");
    if (progress!.isReached) return progress!.backend;
    if (pause !== null) await sleep(pause);
  }
  throw new StandbyReadError('behind', 'it is behind the primary');
}

/** Runs work on a connection, which is cut when time is up: a silent network answers nothing. */
async function within<T>(connection: Connection, ms: number, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => void connection.end(), ms);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
