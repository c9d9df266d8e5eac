import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MARK, wordsOf } from './new/words.ts';

/**
 * `npm run check:noun -- Webhook`: what tells in one to three minutes whether a noun is complete:
 * types, lint, printed files, and the tests that name a missing entry. Prints what failed, and
 * exits 1.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Lines of tests that passed or were left out. */
const PASSED = /^\s*[✓↓].*\n/gm;

type Step = readonly [name: string, ...command: string[]];

function run([name, program, ...args]: Step): Promise<boolean> {
  const start = Date.now();
  return new Promise(resolve => {
    execFile(
      program!,
      args,
      { cwd: ROOT, maxBuffer: 1e8, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } },
      (error, stdout, stderr) => {
        process.stdout.write(`${error ? 'FAILED' : 'ok    '} ${name} (${Math.round((Date.now() - start) / 1000)} s)\n`);
        if (error) process.stdout.write(`${`${stdout}${stderr}`.replace(PASSED, '')}\n`);
        resolve(!error);
      },
    );
  });
}

/** The lines that are left to fill in. */
function left(): readonly string[] {
  const args = ['grep', '--untracked', '-n', MARK, '--', 'prisma', 'src', 'test'];
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  } catch {
    return []; // git grep exits 1 if it finds nothing
  }
}

const vitest = (name: string, ...args: string[]): Step => [name, 'npx', 'vitest', 'run', '--silent=true', ...args];

async function main(noun: string | undefined): Promise<boolean> {
  if (!noun) throw new Error('Use: npm run check:noun -- Webhook');
  const { Noun, table, permission } = wordsOf(noun);
  const marks = left();
  for (const line of marks) process.stdout.write(`fill in: ${line}\n`);
  await run(['generated code', 'npm', 'run', '--silent', 'generate']);
  const code = [
    ['types', 'npm', 'run', '--silent', 'types'],
    ['lint', 'npm', 'run', '--silent', 'lint'],
    ['printed files', 'npm', 'run', '--silent', 'print', '--', '--check'],
  ] as const satisfies readonly Step[];
  const schema = ['catalogue', 'catalogue-role', 'purge', 'drift'].map(name => `test/database/schema/${name}`);
  const places = vitest(
    'places that know nouns',
    ...[
      'test/access/policy.test.ts',
      'test/access/grant.test.ts',
      'test/graphql/core/absence',
      'test/domain/core/text-inputs',
      'test/database/tenancy/query-scope-reach',
    ],
    ...['test/domain/audit/action-rules', `test/domain/${permission}/`, ...schema],
  );
  const cells = [
    'the questions',
    'the ids',
    'each mutation requires',
    'owner$',
    'viewer$',
    'has a row',
    'covers every',
    'the table of',
    `${table}\\.`,
    `\\w+${Noun}\\b`,
  ];
  const matrix = vitest(
    'matrix, audit, statuses',
    ...['test/access/matrix', 'test/domain/audit/actions', 'test/domain/audit/atomic', 'test/domain/tenant/status-writes'],
    ...['-t', cells.join('|')],
  );
  const chains = [code, [places, matrix]].map(async steps => {
    let passed = true;
    for (const step of steps) passed = (await run(step)) && passed;
    return passed;
  });
  return (await Promise.all(chains)).every(Boolean) && !marks.length;
}

try {
  if (!(await main(process.argv[2]))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
