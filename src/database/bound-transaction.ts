import { transactionTarget } from './driver/prisma-adapter.ts';
import type { Transaction as DriverTransaction } from './driver/transaction.ts';
import { runOperation } from './run-operation.ts';
import { EXACT_TYPES, type Source } from './source.ts';
import { parseRows } from './sql/engine.ts';
import type { Binding } from './tenancy/binding.ts';
import { boundModels } from './tenancy/bound-models.ts';
import type { Transaction } from './unit-of-work.ts';

type Statements = Pick<DriverTransaction, 'query' | 'enqueue' | 'runExclusive'>;

/** A transaction as a binding sees it. */
export function transactionOf({ prisma, names, engine }: Source, binding: Binding, transaction: Statements): Transaction {
  const statement = (text: string, values: readonly unknown[]) => ({ text, values, name: names.of(text) });
  const runner = {
    prisma,
    target: () => transactionTarget(transaction),
    runSteps: <T>(work: () => Promise<T>) => transaction.runExclusive(work),
    engine: engine?.({
      run: async ({ text, values }) => parseRows(await transaction.query({ ...statement(text, values), isText: true })),
      inTransaction: true,
    }),
  };
  return {
    db: boundModels(binding, (model, operation, scoped) => runOperation(runner, model, operation, scoped)),
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await transaction.query({ ...statement(text, values), types: EXACT_TYPES })).rows as Row[],
    enqueue: (text, values) => transaction.enqueue({ ...statement(text, values), isSilent: true }),
    enqueueWrite: write => void write.catch(() => {}),
  };
}
