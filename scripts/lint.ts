import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findShortWaits } from './lint/waits.ts';
import { findWideComments } from './lint/width.ts';
import { findWords, readWords } from './lint/words.ts';

/**
 * Finds, in the tracked files, words that only this project understood, comments over 100 columns,
 * and tests that wait for a second only. Prints `file:line: finding` for each and exits 1 if there
 * are any.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PLACES = [
  'src',
  'test',
  'scripts',
  'bench',
  'docs',
  'packages',
  'examples',
  'site',
  'prisma/schema.prisma',
  '*.md',
  '*.ts',
  'schema.graphql',
];
const TEXT = new Set(['.ts', '.mjs', '.js', '.md', '.sql', '.prisma', '.graphql', '.html', '.css']);
const COMMENTED = new Set(['.ts', '.mjs', '.js', '.sql', '.prisma']);

const words = readWords();
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...PLACES], {
  cwd: ROOT,
  encoding: 'utf8',
}).split('\0');

let found = 0;
for (const file of new Set(files.filter(name => TEXT.has(extname(name))))) {
  let text: string;
  try {
    text = readFileSync(ROOT + file, 'utf8');
  } catch {
    continue; // deleted in the working tree, not yet in the index
  }
  const extension = extname(file);
  const wide = COMMENTED.has(extension) ? findWideComments(text, extension.slice(1)) : [];
  const waits = file.startsWith('test/') && file !== 'test/support/wait.ts' ? findShortWaits(text) : [];
  for (const { line, text: finding } of [...findWords(text, words), ...wide, ...waits]) {
    process.stdout.write(`${file}:${line}: ${finding}\n`);
    found++;
  }
}
if (found) {
  process.stderr.write(`${found} findings. scripts/lint/words.txt lists the words.\n`);
  process.exitCode = 1;
}
