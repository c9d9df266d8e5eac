import { change } from './changes.ts';
import { isEqual, type Response } from './client.ts';
import { type Operation, randomOperation } from './document.ts';
import type { OracleGateway } from './gateway.ts';
import { type Pair, startPair } from './pair.ts';
import { createPool, type Pool } from './pool.ts';
import { type Caller, createCallers } from './principals.ts';
import { Random } from './random.ts';
import { shrink } from './shrink.ts';
import { createWorld, type Sql } from './world.ts';

export type OracleOptions = {
  readonly database: Sql & { readonly runtimeUrl: string };
  /** How many answers are compared at least: each a document and a caller. */
  readonly count: number;
  readonly seed: number;
  /** How many documents are under way at once. */
  readonly parallel?: number;
  readonly onRound?: (compared: number) => void;
};

/** Two gateways that answered one request differently. */
export type Difference = {
  readonly seed: number;
  readonly round: number;
  readonly caller: string;
  readonly operation: Operation;
  /** The smallest operation found that is answered differently. */
  readonly smallest: Operation;
  readonly actual: Response;
  readonly expected: Response;
};

export type Outcome = {
  readonly compared: number;
  readonly seconds: number;
  readonly difference: Difference | null;
  /** Errors of the fast path, although GraphQL.js answered in its place. */
  readonly unexpected: readonly unknown[];
  readonly counts: ReturnType<OracleGateway['counts']>;
};

/** A difference as a person reads it. */
export const describeDifference = ({ seed, round, caller, operation, smallest, actual, expected }: Difference): string =>
  [
    `seed ${seed}, round ${round}: different answers to ${caller}`,
    `${smallest.query}\n${JSON.stringify(smallest.variables)}`,
    `fast path: ${actual.status} ${actual.headers}\n${actual.text}`,
    `expected:  ${expected.status} ${expected.headers}\n${expected.text}`,
    `before it was made smaller:\n${operation.query}\n${JSON.stringify(operation.variables)}`,
  ].join('\n\n');

/** Documents between two changes. */
const ROUND = 16;
const MOST_CALLERS = 3;

/**
 * Asks random documents as random callers, of a gateway with the fast path and of one without, and
 * compares the bytes of the responses. Between rounds something changes. Stops at the first
 * difference or unexpected error.
 */
export async function runOracle({ database, count, seed, parallel = 4, onRound }: OracleOptions): Promise<Outcome> {
  const world = await createWorld(database, new Random(seed, 0));
  const pool = await createPool(database);
  const pair = await startPair(database.runtimeUrl, parallel);
  const callerFrom = await createCallers(world, pair.sign);
  const began = performance.now();
  let [compared, round] = [0, 0];
  let difference: Difference | null = null;
  try {
    while (compared < count && !difference && !pair.unexpected.length) {
      round += 1;
      const cases = Array.from({ length: ROUND }, (_, at) => caseFrom(new Random(seed, round, at), callerFrom, pool));
      const work = async () => {
        for (let next = cases.shift(); next && !difference; next = cases.shift()) {
          compared += next.callers.length;
          const found = await compare(pair, next);
          if (found) difference ??= { seed, round, operation: next.operation, smallest: next.operation, ...found };
        }
      };
      await Promise.all(Array.from({ length: parallel }, work));
      const random = new Random(seed, round, -1);
      if (!difference) await change(database, world, random);
      if (random.chance(5)) await pair.advance(random.below(40) * 3_600_000);
      onRound?.(compared);
    }
    const seconds = (performance.now() - began) / 1_000;
    const { unexpected } = pair;
    return { compared, seconds, counts: pair.counts(), unexpected, difference: difference && (await shrunk(pair, difference)) };
  } finally {
    await pair.stop();
  }
}

type Case = { readonly operation: Operation; readonly callers: readonly Caller[] };
type Clients = Pick<Pair, 'fast' | 'reference'>;
type Found = Pick<Difference, 'actual' | 'expected' | 'caller'> & { readonly callers: readonly Caller[] };

const caseFrom = (random: Random, callerFrom: (random: Random) => Caller, pool: Pool): Case => ({
  operation: randomOperation(random, pool),
  callers: Array.from({ length: 1 + random.below(MOST_CALLERS) }, () => callerFrom(random)),
});

/**
 * Compares the responses of both gateways. The one under test is asked cold, then warm, then as the
 * other callers, then as the first again.
 */
async function compare({ fast, reference }: Clients, { operation, callers }: Case): Promise<Found | null> {
  const body = JSON.stringify(operation);
  const expected = await Promise.all(callers.map(({ headers }) => reference.post(body, headers)));
  for (const at of [0, ...callers.keys(), 0]) {
    const actual = await fast.post(body, callers[at]!.headers);
    if (!isEqual(actual, expected[at]!)) return { actual, expected: expected[at]!, caller: callers[at]!.label, callers };
  }
  return null;
}

async function shrunk(clients: Clients, difference: Difference & Partial<Found>): Promise<Difference> {
  const { callers = [], ...rest } = difference;
  let last: Pick<Difference, 'actual' | 'expected' | 'caller'> = rest;
  const smallest = await shrink(difference.operation, async operation => {
    const found = await compare(clients, { operation, callers });
    if (found) last = { actual: found.actual, expected: found.expected, caller: found.caller };
    return found !== null;
  });
  return { ...rest, ...last, smallest };
}
