import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { changedFiles, newFiles, ROOT, read } from './new/skeleton.ts';
import { MARK, wordsOf } from './new/words.ts';

/**
 * `npm run new -- noun Webhook --rule W1`: writes the skeleton of a noun into every place that
 * knows nouns, from `scripts/new/noun/`. Prints what it wrote and what is left to fill in. Writes
 * nothing if a place isn't as the skeleton expects it.
 */
function main() {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { rule: { type: 'string' } } });
  const [kind, name] = positionals;
  if (kind !== 'noun' || !name) throw new Error('Use: npm run new -- noun Webhook --rule W1');
  const words = wordsOf(name, values.rule);
  const [made, changed] = [newFiles(words), changedFiles(words)];
  const present = Object.keys(made).find(file => existsSync(path.join(ROOT, file)));
  if (present) throw new Error(`${present} exists already.`);
  for (const [file, text] of Object.entries({ ...made, ...changed })) {
    mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    writeFileSync(path.join(ROOT, file), text);
    process.stdout.write(`${file in made ? 'new     ' : 'changed '} ${file}\n`);
  }
  const written = Object.keys({ ...made, ...changed });
  execFileSync('npm', ['run', '--silent', 'generate'], { cwd: ROOT, stdio: 'pipe' });
  execFileSync('npx', ['biome', 'check', '--write', '--log-level=error', ...written.filter(file => file.endsWith('.ts'))], { cwd: ROOT });
  const left = written.flatMap(file =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (line.includes(MARK) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
  process.stdout.write(`\nTo fill in (${left.length}):\n${left.join('\n')}\n\nThen: npm run check:noun -- ${name}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
