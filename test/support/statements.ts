import { vi } from 'vitest';
import { ConnectionPool } from '../../src/database/driver/pool.ts';

/** The statements that are asked of the database from now on, each of which is a round trip. */
export function watchStatements() {
  const spies = [vi.spyOn(ConnectionPool.prototype, 'query'), vi.spyOn(ConnectionPool.prototype, 'read')] as const;
  const [, read] = spies;
  return {
    clear: () => {
      for (const spy of spies) spy.mockClear();
    },
    /** Has the next one that answers texts fail. */
    failNext: () => void read.mockImplementationOnce(() => Promise.reject(new Error('broken'))),
    get texts(): readonly string[] {
      return spies.flatMap(({ mock }) => (mock.calls as unknown[][]).map(([asked]) => (asked as { text: string }).text));
    },
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
