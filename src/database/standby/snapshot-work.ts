import { transactionOf } from '../bound-transaction.ts';
import type { Query } from '../driver/query.ts';
import type { Transaction } from '../driver/transaction.ts';
import type { Source } from '../source.ts';
import { UnsupportedQuery } from '../sql/draft.ts';
import type { JsonRead } from '../sql/json-shape.ts';
import type { Binding } from '../tenancy/binding.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import { messageOf, StandbyReadError } from './failure.ts';

/** A unit of work that reads one snapshot, and why it can't be used, if something in it failed. */
export type SnapshotWork = { readonly work: UnitOfWork; readonly failure: () => StandbyReadError | null };

/** A statement of `database/queries` that calls a crossing. */
const CROSSING = /\bcrossing_/;

/**
 * The unit of work of a binding in a transaction on a standby. It reads rows of the bound tenant:
 * crossings and writes stay on the primary. A failed statement fails them all, also where a
 * resolver catches the error, so that no response is read in part.
 */
export function snapshotWork(source: Source, binding: Binding, transaction: Transaction): SnapshotWork {
  let failure: StandbyReadError | null = null;
  const fail = (error: StandbyReadError): never => {
    failure ??= error;
    throw error;
  };
  const onFailure = (error: unknown) => fail(error instanceof StandbyReadError ? error : new StandbyReadError('failed', messageOf(error)));
  const writes = (): never => fail(new StandbyReadError('crossing', 'it only reads'));
  const { db, query } = transactionOf(source, binding, {
    query: statement => transaction.query(statement).catch(onFailure),
    enqueue: writes,
    runExclusive: work => transaction.runExclusive(work),
  });
  const ownQuery: Query = async <Row>(text: string, values: readonly unknown[]) =>
    CROSSING.test(text)
      ? fail(new StandbyReadError('crossing', 'the statement reads beyond the bound tenant'))
      : await query<Row>(text, values);
  const work: UnitOfWork = {
    ...{ binding, db, query: ownQuery },
    json: async (read: JsonRead) => {
      if (!source.json) throw new UnsupportedQuery('operation');
      return await source.json(read, binding, async ({ text, values, name }) => {
        const { rows } = await transaction.query({ text, values, name, isText: true }).catch(onFailure);
        return (rows as unknown as (string | null)[])[0]!;
      });
    },
    ...{ transaction: writes, founding: writes, within: writes },
  };
  return { work, failure: () => failure };
}
