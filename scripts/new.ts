import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { changedFiles, newFiles, ROOT, read } from './new/skeleton.ts';
import { MARK, wordsOf } from './new/words.ts';

const USAGE = `Usage: npm run new -- noun <Name> [--rule <id>]

  <Name>        the noun in the singular, each word with a capital: Webhook, ApiKey
  --rule <id>   the rule of docs/spec.md that it follows, such as M1; without it, each place
                that cites the rule is left to fill in
  -h, --help    this text

Writes a noun with a name that owner and admin create, change, delete and list, and prints what is
left to fill in. CONTRIBUTING.md, "Add a noun", goes on from there.
`;

/**
 * `npm run new -- noun Webhook --rule W1`: writes the skeleton of a noun into every place that
 * knows nouns, from `scripts/new/noun/`. Prints what it wrote and what is left to fill in. Writes
 * nothing if a place isn't as the skeleton expects it.
 */
function main() {
  const options = { rule: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  const [kind, name] = positionals;
  if (values.help || !positionals.length) return void process.stdout.write(USAGE);
  if (kind !== 'noun' || !name || positionals.length > 2) throw new Error(USAGE.trimEnd());
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
