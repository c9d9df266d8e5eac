import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const graphql = createRequire(import.meta.url).resolve('graphql/index.js');

// Two copies of graphql (its .js and .mjs) would be two realms: "Cannot use GraphQLSchema from
// another module or realm".
export const resolve = { alias: [{ find: /^graphql$/, replacement: graphql }] };

export const common = {
  // For what hangs. On a busy machine a test, and a condition, may take twenty times as long.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 30_000 } },
  maxWorkers: 2,
};

/** Tests that change what a process shares, such as the schema. */
const ALONE = 'test/**/*.alone.test.ts';
/** Tests that run the gateway's commands, as they are deployed. */
const COMMANDS = 'test/cli/*.test.ts';

export const globalSetup = ['test/support/database-cluster.ts'];

export default defineConfig({
  test: {
    globalSetup,
    maxWorkers: common.maxWorkers,
    projects: [
      {
        // Files share two processes: loading the gateway and the schema takes longer than most
        // files' tests do.
        resolve,
        test: {
          ...common,
          name: 'shared',
          isolate: false,
          setupFiles: ['test/support/random.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [ALONE, COMMANDS],
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'commands',
          isolate: false,
          include: [COMMANDS],
          globalSetup: ['test/support/built.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      { resolve, test: { ...common, name: 'alone', include: [ALONE], sequence: { groupOrder: 1 } } },
    ],
  },
});
