import type { Fault } from './fault.ts';

const CALLER = ['test/database/driver/caller'];

/** Faults in the database's driver. */
export const DRIVER_FAULTS: readonly Fault[] = [
  { file: 'src/database/driver/connection.ts', find: ' && !this.#isCanceled;', plant: ';', tests: CALLER },
  { file: 'src/database/driver/caller.ts', find: 'for (const running of this.#running ?? []) running.cancel();', plant: '', tests: CALLER },
  { file: 'src/database/driver/pool.ts', find: 'if (!caller?.hasLeft) return connection;', plant: 'return connection;', tests: CALLER },
  {
    file: 'src/database/driver/pipelined-reads.ts',
    find: ' || !this.#inFlight.every(read => read.caller?.hasLeft)',
    plant: '',
    tests: CALLER,
    short: true,
  },
  { file: 'src/database/driver/wait-queue.ts', find: '        this.#watch();', plant: '', tests: ['test/database/driver/base-pool'] },
  { file: 'src/database/driver/base-pool.ts', find: ' || !connection.isOpen', plant: '', tests: ['test/database/driver/base-pool'] },
  {
    file: 'src/database/driver/wait-queue.ts',
    find: ' && this.#waiters[0].since <= since',
    plant: '',
    tests: ['test/database/driver/base-pool'],
  },
  { file: 'src/database/driver/base-pool.ts', find: 'if (broken ||', plant: 'if (', tests: ['test/database/driver/base-pool'] },
  {
    file: 'src/database/driver/wait-queue.ts',
    find: 'this.#waiters.splice(at, 1)[0]',
    plant: 'this.#waiters.pop()',
    tests: ['test/database/driver/base-pool'],
  },
  { file: 'src/database/driver/base-pool.ts', find: ' && this.totalCount < max', plant: '', tests: ['test/database/driver/base-pool'] },
  { file: 'src/database/driver/base-pool.ts', find: '        this.#watchIdle();', plant: '', tests: ['test/database/driver/base-pool'] },
  {
    file: 'src/database/driver/base-pool.ts',
    find: 'await Promise.all(this.#closing);',
    plant: '',
    tests: ['test/database/driver/base-pool'],
  },
  {
    file: 'src/database/driver/failure.ts',
    find: "error.severity === 'ERROR'",
    plant: "error.severity === 'FATAL'",
    tests: ['test/database/driver/pool'],
  },
  {
    file: 'src/database/driver/failure.ts',
    find: "return isOutdated ? 'outdated' : null;",
    plant: 'return null;',
    tests: ['test/database/driver/changed-table'],
  },
  {
    file: 'src/database/driver/failure.ts',
    find: "'40P01', ",
    plant: '',
    tests: ['test/database/driver/transaction', 'test/database/driver/run-transaction'],
  },
  {
    file: 'src/database/driver/message.ts',
    find: 'Buffer.byteLength(text) === text.length',
    plant: 'true',
    tests: ['test/database/driver/message'],
  },
  {
    file: 'src/database/driver/message.ts',
    find: 'isBinary ? BINARY : TEXT',
    plant: 'TEXT',
    tests: ['test/database/driver/message'],
  },
  {
    file: 'src/database/driver/message.ts',
    find: 'serialize.sync()',
    plant: 'serialize.flush()',
    tests: ['test/database/driver/pipelined-reads'],
  },
  {
    file: 'src/database/driver/pipelined-reads.ts',
    find: "    this.#messages = '';\n    return messages;",
    plant: '    return messages;',
    tests: ['test/database/driver/pipelined-reads'],
  },
  {
    file: 'src/database/driver/pipelined-reads.ts',
    find: '< STALL_MS',
    plant: '< Number.POSITIVE_INFINITY',
    tests: ['test/database/driver/pipelined-reads'],
  },
  {
    file: 'src/database/driver/pipelined-reads.ts',
    find: 'isContended && this.#taken >= MAX_READS_WHEN_CONTENDED',
    plant: 'false',
    tests: ['test/database/driver/contended-reads'],
  },
  {
    file: 'src/database/driver/prepared-statements.ts',
    find: "if (oldest) wire.close({ type: 'S', name: oldest });",
    plant: '',
    tests: ['test/database/driver/prepared-statements'],
  },
  {
    file: 'src/database/driver/prisma-adapter.ts',
    find: "if (!target) throw new Error('Prisma may only run statements within runPrismaOn');",
    plant: '',
    tests: ['test/database/driver/prisma-adapter'],
  },
  {
    file: 'src/database/driver/read-query.ts',
    find: 'this.settle(this.#parseError, {',
    plant: 'this.settle(null, {',
    tests: ['test/database/driver/pipelined-reads'],
  },
  {
    file: 'src/database/driver/read-query.ts',
    find: 'if (this.prelude) message.run(this.prelude);',
    plant: 'if (this.piggyback) message.run(this.prelude!);',
    tests: ['test/database/driver/pipelined-reads'],
  },
  {
    file: 'src/database/driver/run-transaction.ts',
    find: 'if (isStale) usesNames = false;',
    plant: '',
    tests: ['test/database/driver/changed-table'],
  },
  {
    file: 'src/database/driver/transaction.ts',
    find: 'if (error) this.#fail(error);',
    plant: '',
    tests: ['test/database/driver/transaction', 'test/database/driver/run-transaction'],
  },
  {
    file: 'src/database/driver/transaction.ts',
    find: 'while (this.#exclusive) await this.#exclusive;',
    plant: '',
    tests: ['test/database/driver/transaction', 'test/database/driver/run-transaction'],
  },
];
