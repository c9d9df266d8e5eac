import { vi } from 'vitest';
import { ConnectionPool } from '../../src/database/driver/pool.ts';

/** Records the statements sent to the database from now on; each is one round trip. */
export function watchStatements() {
  const spies = [vi.spyOn(ConnectionPool.prototype, 'query'), vi.spyOn(ConnectionPool.prototype, 'read')] as const;
  const [, read] = spies;
  return {
    clear: () => {
      for (const spy of spies) spy.mockClear();
    },
    /** Makes the next read fail. */
    failNext: () => void read.mockImplementationOnce(() => Promise.reject(new Error('broken'))),
    get texts(): readonly string[] {
      return spies.flatMap(({ mock }) => (mock.calls as unknown[][]).map(([asked]) => (asked as { text: string }).text));
    },
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
