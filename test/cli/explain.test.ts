import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDemo } from '../support/demo.ts';
import { run } from './command.ts';

const demo = useDemo();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-explain-'));
  await writeFile(
    path.join(folder, 'members.graphql'),
    'query ($first: Int) { tenant { memberships(first: $first) { edges { node { user { email } } } } } }',
  );
  await writeFile(path.join(folder, 'public.graphql'), '{ plans { code title } }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `explain` against the demo, and returns what it wrote and its exit code. */
const explain = (...args: readonly string[]) => run(['explain', ...args], { IPTO_HOME: demo.directory, PORT: new URL(demo.demo.url).port });
const file = (name: string) => path.join(folder, name);

test('G10: the command lists what a persona would be refused, and the cost', async () => {
  expect(await explain('--as', 'viewer@northwind.example', '--variables', '{"first":4}', file('members.graphql'))).toEqual({
    code: 0,
    out: `Costs 18 points at most. Refused, 1 of its fields:
  tenant.memberships.edges.*.node.user.email  FORBIDDEN: member:read-email needs the role owner or admin.
`,
    err: '',
  });
  const owner = await explain('--as', 'owner@northwind.example', '--variables', '{"first":4}', file('members.graphql'));
  expect([owner.code, owner.out]).toEqual([0, 'Costs 18 points at most. None of its fields is refused.\n']);
});

test.each([
  ['no file', ['--as', 'viewer@northwind.example'], /^Name the file of the document: npm run explain/],
  [
    'a file that is not there',
    ['--as', 'viewer@northwind.example', '/nowhere.graphql'],
    /^There is no file \/nowhere\.graphql that can be read\.$/,
  ],
  ['no persona', ['members.graphql'], /^--as takes an e-mail address/],
  [
    'variables that are not JSON',
    ['--as', 'viewer@northwind.example', '--variables', '{', 'members.graphql'],
    /^--variables takes a JSON object/,
  ],
  [
    'a document that is refused',
    ['--as', 'viewer@northwind.example', 'public.graphql'],
    /^GRAPHQL_VALIDATION_FAILED: Cannot query field "title"/,
  ],
])('one sentence says what is wrong with %s', async (_what, args, sentence) => {
  const named = args.map(arg => (/^\w+\.graphql$/.test(arg) ? file(arg) : arg));
  const { code, out, err } = await explain(...named);
  expect([code, out]).toEqual([1, '']);
  expect(err.trim()).toMatch(sentence);
});
