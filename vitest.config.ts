import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const graphql = createRequire(import.meta.url).resolve('graphql/index.js');

export default defineConfig({
  // Two copies of graphql (its .js and .mjs) would be two realms: "Cannot use GraphQLSchema from
  // another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-cluster.ts'],
    // For what hangs. On a busy machine a test, and a condition, may take twenty times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
});
