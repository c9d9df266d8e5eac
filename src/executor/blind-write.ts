import type { Transaction, UnitOfWork } from '../database/unit-of-work.ts';
import { type CommandFieldContext, commandContextOf } from '../graphql/core/command-plugin.ts';
import type { ChangePlan } from './query-plan.ts';
import { serializeResponse, type Written, writeObject } from './response-writer.ts';
import type { Asking } from './select.ts';

/** What became of a mutation. */
export type Changed = {
  /** What the operation answered, or threw. */
  readonly outcome: Promise<object>;
  /** The JSON of the response; null where the outcome is for GraphQL.js to tell. */
  readonly text: string | null;
  /** Why a payload is to be read otherwise. */
  readonly unread?: unknown;
};

/**
 * Runs a mutation that looks at nothing. Its payload is read in its transaction, with the last of its statements, and sees what it changed.
 *
 * @returns null for whoever isn't permitted, or whose input is wrong: why is for GraphQL.js to tell.
 */
export async function change({ field, payload }: ChangePlan, { context, variables }: Asking): Promise<Changed | null> {
  if (!context.grant.permissions.has(field.permission)) return null;
  let reading: Promise<Written> | undefined;
  const outcome = run(field, { context, variables }, (row, transaction) => {
    reading = writeObject(payload, { context, variables, json: transaction.json }, { row, path: [field.key] });
    reading.catch(() => {}); // told below, if the transaction is kept
  });
  const untold = { outcome, text: null };
  try {
    await outcome;
  } catch {
    return untold;
  }
  if (!reading) return untold;
  try {
    const { data, errors } = await reading;
    return { outcome, text: serializeResponse({ data: `{"${field.key}":${data}}`, errors }) };
  } catch (unread) {
    return { ...untold, unread };
  }
}

/** The mutation itself, without its payload, which is read meanwhile. */
async function run({ field, key, args, resolve }: ChangePlan['field'], { context, variables }: Asking, read: Read): Promise<object> {
  const given = args(variables);
  const command = commandContextOf(field, key, context, given);
  return (await resolve(undefined, given, {
    command: { ...command, work: along(command.work, read) },
  } as Partial<CommandFieldContext> as never)) as object;
}

type Read = (result: unknown, transaction: Transaction) => void;

/** Work whose transactions have something read of what they come to, before they end. */
const along = (work: UnitOfWork, read: Read): UnitOfWork => ({
  ...work,
  transaction: (change, options) =>
    work.transaction(async transaction => {
      const result = await change(transaction);
      read(result, transaction);
      return result;
    }, options),
});
