import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests that mutation testing runs for each mutant: those close to the code, without slow ones. */
export default mergeConfig(base, {
  test: {
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
