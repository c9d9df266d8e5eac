import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '../src/demo/postgres/embedded.ts';
import { FAULTS } from './faults/all.ts';
import type { Fault } from './faults/fault.ts';
import { pass } from './faults/run-tests.ts';

/**
 * Plants faults, one at a time, in a copy of the repository, and checks that a test fails for each.
 * Exits 1 when a fault survives or no longer fits the code. `--short` plants the faults for CI;
 * `--only TEXT` those whose file or text contains TEXT.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv.includes('--only') ? process.argv.at(-1)! : '';
const faults = FAULTS.filter(({ short }) => short || !process.argv.includes('--short')).filter(({ file, find }) =>
  `${file}\n${find}`.includes(only),
);

const copy = await mkdtemp(path.join(tmpdir(), 'ipto-faults-'));
const database = await startEmbedded({ directory: path.join(copy, 'database'), durable: false });

/** Faults that are planted at the same time, each in its own tree. */
const TREES = 2;

/** Tests that a fault keeps from ending count as failed after this time, ms. */
const MAX_MS = 180_000;

/** A copy of the repository, in which one fault is planted at a time. */
class Tree {
  constructor(private readonly directory: string) {}

  async make(): Promise<this> {
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
    for (const file of [...files, 'src/generated']) await cp(path.join(ROOT, file), path.join(this.directory, file), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(this.directory, 'node_modules'));
    return this;
  }

  /** Whether the tests fail. */
  async fails(tests: readonly string[], timeout = MAX_MS): Promise<boolean> {
    return !(await pass(tests, { directory: this.directory, databaseUrl: database.url, timeout }));
  }

  /** Plants a fault, runs its tests, and removes it. */
  async outcomeOf({ file, find, plant, tests }: Fault): Promise<'found' | 'SURVIVED' | 'DOES NOT FIT'> {
    const place = path.join(this.directory, file);
    const text = await readFile(place, 'utf8');
    if (text.split(find).length !== 2) return 'DOES NOT FIT';
    await writeFile(
      place,
      text.replace(find, () => plant),
    );
    const found = await this.fails(tests);
    await writeFile(place, text);
    return found ? 'found' : 'SURVIVED';
  }
}

const line = (text: string, most: number) => text.trim().split('\n')[0]!.slice(0, most);

let bad = 0;
try {
  const trees = await Promise.all(Array.from({ length: TREES }, (_, at) => new Tree(path.join(copy, `tree-${at}`)).make()));
  const tests = [...new Set(faults.flatMap(fault => fault.tests))];
  if (await trees[0]!.fails(tests, MAX_MS * 5)) throw new Error(`The tests fail without any fault: ${tests.join(' ')}`);
  const left = [...faults];
  const plantAll = async (tree: Tree) => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const outcome = await tree.outcomeOf(fault);
      if (outcome !== 'found') bad += 1;
      process.stdout.write(`${outcome.padEnd(13)}${fault.file}: ${line(fault.find, 90)} → ${line(fault.plant, 60) || '(nothing)'}\n`);
    }
  };
  await Promise.all(trees.map(plantAll));
  process.stdout.write(`planted faults: ${faults.length - bad} of ${faults.length} found\n`);
} finally {
  await database.stop();
  await rm(copy, { recursive: true, force: true });
}
process.exitCode = bad ? 1 : 0;
