import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbedded } from '../src/database/embedded.ts';
import { FAULTS } from './faults/all.ts';
import type { Fault } from './faults/table.ts';

/**
 * Plants faults, one at a time, in a copy of the repository, and sees that a test fails for each. Exits 1 when a fault survives, or no
 * longer fits the code. `--short` plants those that CI plants; `--only TEXT` those whose file or text holds TEXT.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv.includes('--only') ? process.argv.at(-1)! : '';
const faults = FAULTS.filter(({ short }) => short || !process.argv.includes('--short')).filter(({ file, find }) =>
  `${file}\n${find}`.includes(only),
);

const copy = await mkdtemp(path.join(tmpdir(), 'ipto-faults-'));
const database = await startEmbedded({ directory: path.join(copy, 'database'), durable: false });
const tree = path.join(copy, 'tree');

async function copyTree() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  for (const file of [...files, 'src/generated']) await cp(path.join(ROOT, file), path.join(tree, file), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(tree, 'node_modules'));
}

/** How long tests that a fault keeps from ending are waited for, ms. They have failed, then. */
const PATIENCE = 180_000;

/** Whether the tests fail. */
async function fails(tests: readonly string[]): Promise<boolean> {
  const env = { ...process.env, DATABASE_URL: database.url };
  return promisify(execFile)(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', ...tests], {
    cwd: tree,
    env,
    maxBuffer: 1e8,
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  }).then(
    () => false,
    () => true,
  );
}

/** What became of a fault. */
async function outcomeOf({ file, find, plant, tests }: Fault): Promise<'found' | 'SURVIVED' | 'DOES NOT FIT'> {
  const place = path.join(tree, file);
  const text = await readFile(place, 'utf8');
  if (text.split(find).length !== 2) return 'DOES NOT FIT';
  await writeFile(
    place,
    text.replace(find, () => plant),
  );
  const found = await fails(tests);
  await writeFile(place, text);
  return found ? 'found' : 'SURVIVED';
}

let bad = 0;
try {
  await copyTree();
  const tests = [...new Set(faults.flatMap(fault => fault.tests))];
  if (await fails(tests)) throw new Error(`The tests fail without any fault: ${tests.join(' ')}`);
  for (const fault of faults) {
    const outcome = await outcomeOf(fault);
    if (outcome !== 'found') bad += 1;
    process.stdout.write(
      `${outcome.padEnd(13)}${fault.file}: ${fault.find.trim().split('\n')[0]!.slice(0, 90)} → ${fault.plant.trim().split('\n')[0]!.slice(0, 60) || '(nothing)'}\n`,
    );
  }
  process.stdout.write(`planted faults: ${faults.length - bad} of ${faults.length} found\n`);
} finally {
  await database.stop();
  await rm(copy, { recursive: true, force: true });
}
process.exitCode = bad ? 1 : 0;
