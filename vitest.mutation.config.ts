import { defineConfig } from 'vitest/config';
import { common, globalSetup, resolve } from './vitest.config.ts';

/** Tests that mutation testing runs for each mutant: those close to the code, without slow ones. */
export default defineConfig({
  resolve,
  test: {
    ...common,
    globalSetup,
    setupFiles: ['test/support/random.ts'],
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/access/matrix.test.ts',
      'test/model/**',
      'test/proofs/**',
      'test/races/**',
      'test/cli/**',
      'test/database/schema/{catalogue,drift}.test.ts',
      'test/database/admin/migrate.test.ts',
      'test/demo/**',
      'test/docs/**',
      'test/http/**',
      'test/isolation/{concurrency,property,pgbouncer}*.test.ts',
    ],
  },
});
