import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/database/driver/connection.ts';
import { PipelinedReads } from '../../../src/database/driver/pipelined-reads.ts';
import { ReadQuery } from '../../../src/database/driver/read-query.ts';

/**
 * How many reads a connection takes while others wait for one. The connections answer when the test
 * says so: how many reads a real one answers before somebody's turn comes is chance.
 */
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(1);
});
afterEach(() => vi.restoreAllMocks());

/** A pool for which `waitingCount` wait, and the reads in flight on each of its connections. */
function poolWith(waitingCount: number) {
  const inFlight: ReadQuery[][] = [];
  const acquire = async () => {
    const mine: ReadQuery[] = [];
    inFlight.push(mine);
    return { pipeline: false, read: (query: ReadQuery) => mine.push(query) } as unknown as Connection;
  };
  const pool = { acquire, release: () => {}, waitingCount, statistics: { pipelinedReads: 0 } };
  return { reads: new PipelinedReads(pool as unknown as ConstructorParameters<typeof PipelinedReads>[0]), inFlight };
}

const aRead = () => new ReadQuery({ text: 'SELECT 1', values: [] }, undefined, undefined, false, () => {});

/** The connections that 300 reads get; on each, two are in flight at any time. */
async function connectionsOf300({ reads, inFlight }: ReturnType<typeof poolWith>): Promise<number> {
  for (let read = 0; read < 300; read += 1) {
    reads.take(aRead(), null);
    await Promise.resolve(); // a new connection is there
    for (const mine of inFlight) if (mine.length > 2) mine.shift()!.onSettled(null);
  }
  return inFlight.length;
}

test('two connections take all, unless somebody waits for one', async () => {
  expect(await connectionsOf300(poolWith(0))).toBe(2);
});

test('each takes 64 at most while somebody waits', async () => {
  expect(await connectionsOf300(poolWith(1))).toBe(5);
});
